// Reads a file that a person named: what is wrong with it is the command line's fault, and the fix says what to name.
internal import Posix
internal import World

/// Files named on the command line.
public enum NamedFile {
    /// The text of a file that has been read before, for a copy of it.
    ///
    /// - Throws: ``Diagnosis``.
    public static func text(_ path: String) throws -> String {
        String(decoding: try contents(path, fix: "name a file that can be read"), as: UTF8.self)
    }

    /// The bytes of the file at `path`. `fix` says what kind of file belongs there.
    ///
    /// - Throws: ``Diagnosis``.
    public static func contents(_ path: String, fix: String) throws -> [UInt8] {
        do {
            return try PosixDisk().contents(of: path)
        } catch let error as DiskError {
            throw Diagnosis(cause: "\(path): \(error.reason)", fix: fix, exitCode: .usage)
        }
    }
}
