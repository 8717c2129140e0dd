// Capsules on the disk.
public import Exploration
internal import Posix
internal import World

/// Reads and writes the files of capsules.
public enum CapsuleFile {
    /// Writes a capsule, under a name that says what it is; returns the path.
    ///
    /// - Throws: ``DiskError``.
    public static func write(_ capsule: Capsule, in folder: String) throws -> String {
        let disk = PosixDisk()
        try disk.makeDirectory(folder)
        let path = "\(folder)/\(capsule.fileName)"
        try disk.write(try capsule.encoded(), to: path)
        return path
    }

    /// Reads a capsule.
    ///
    /// - Throws: ``DiskError``, or ``ExplorationError``.
    public static func read(_ path: String) throws -> Capsule {
        try Capsule(decoding: try PosixDisk().contents(of: path), from: path)
    }
}
