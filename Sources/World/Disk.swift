// The disk seam: what the engine asks of a file system, whether real or simulated.

/// A file system. Paths are absolute or relative to the process's folder; calls block.
///
/// What survives a crash: after a *process kill* everything written; after a *power loss* only bytes followed by a
/// ``DiskFile/sync()`` of their file, and names (created, renamed, removed) followed by a ``syncDirectory(_:)``.
public protocol Disk: AnyObject {
    /// Opens a file.
    ///
    /// - Throws: ``DiskError``; `exists` or `notFound` by the mode.
    func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile

    /// The names in a folder, sorted; an absent folder is `notFound`.
    ///
    /// - Throws: ``DiskError``.
    func list(_ directory: String) throws -> [String]

    /// Makes a folder and those above it; one that is there already is fine.
    ///
    /// - Throws: ``DiskError``.
    func makeDirectory(_ path: String) throws

    /// Renames a file, replacing what has the new name.
    ///
    /// - Throws: ``DiskError``.
    func rename(_ path: String, to newPath: String) throws

    /// Gives a file a second name, which must be free: of several that ask for one name, one gets it.
    ///
    /// - Throws: ``DiskError``; `exists` when something has the new name, `notFound` when the file is gone.
    func link(_ path: String, to newPath: String) throws

    /// Opens a file, made when absent, that is held by one opener at a time, until it is closed or its process ends,
    /// however it ends. Holders on other machines are seen where the file system shares such locks, and only there.
    ///
    /// - Returns: the file; nil while another holds it.
    /// - Throws: ``DiskError``.
    func lock(_ path: String) throws -> (any DiskFile)?

    /// Removes a file.
    ///
    /// - Throws: ``DiskError``.
    func remove(_ path: String) throws

    /// Makes the names in a folder durable.
    ///
    /// - Throws: ``DiskError``.
    func syncDirectory(_ path: String) throws

    /// Whether a file or folder has this name.
    func exists(_ path: String) -> Bool

    /// The file at `path`, made when absent, as memory of at least `length` bytes; zeros where the file had none.
    ///
    /// - Throws: ``DiskError``.
    func map(_ path: String, length: Int) throws -> any FileMemory
}

/// How a file is opened.
public enum OpenMode: Sendable {
    /// For reading; must exist.
    case read
    /// For reading and writing; must not exist.
    case create
    /// For reading and writing; made when absent.
    case update
    /// For writing from an empty start, made when absent and emptied when present.
    case replace
}

/// An open file. One thread uses it at a time.
public protocol DiskFile: AnyObject {
    /// The file's length in bytes.
    ///
    /// - Throws: ``DiskError``.
    func length() throws -> Int64

    /// Writes all parts one after the other from byte `offset` on, in one call to the system where it can be.
    ///
    /// - Throws: ``DiskError``; `noSpace` leaves a part of the bytes written.
    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws

    /// Reads up to `buffer.count` bytes from byte `offset` on; returns how many, fewer only at the end of the file.
    ///
    /// - Throws: ``DiskError``.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int

    /// Makes all bytes written so far durable. After a failure nothing about unsynced bytes may be assumed: a later
    /// success does not make them durable.
    ///
    /// - Throws: ``DiskError``.
    func sync() throws

    /// Cuts or extends (with zeros) the file.
    ///
    /// - Throws: ``DiskError``.
    func truncate(to length: Int64) throws

    /// Empties the file and keeps its place on the device, so that it can be written again without asking for one: here it is
    /// empty; whoever opens it anew finds zeros behind what was written since, until it is closed.
    ///
    /// - Returns: false where that cannot be done; the file is then as it was.
    /// - Throws: ``DiskError``.
    func emptyInPlace() throws -> Bool

    /// From now on what is written at the file's end need not pass through the system's cache: it is not read again soon.
    /// That changes neither what is in the file after a write nor what is durable after a sync, and where it cannot be done
    /// nothing happens. A file whose process was killed may end in zeros.
    /// With `writesBehind` a write may still be under way when it returns: what no ``sync()`` followed may then be missing
    /// after a kill, as after a loss of power, and its failure is that of a later call.
    func bypassCache(writesBehind: Bool)

    /// Closes the file; it is not used afterwards.
    func close()
}

extension DiskFile {
    /// False: of a file that has no place of its own.
    public func emptyInPlace() -> Bool { false }

    /// Does nothing: of a file without a cache.
    public func bypassCache(writesBehind: Bool) {}

    /// As ``bypassCache(writesBehind:)``, with every write done when it returns.
    public func bypassCache() { bypassCache(writesBehind: false) }

    /// Makes all bytes written so far durable. When that fails, the bytes are written once more, so that a later process
    /// which finds them in the file and syncs it makes them durable: by itself the system would take them for clean.
    ///
    /// - Throws: ``DiskError``, the sync's own.
    public func syncOrWriteAgain() throws {
        do {
            try sync()
        } catch {
            // Whatever fails now, the first error is the one that counts.
            try? writeAgain()
            throw error
        }
    }

    private func writeAgain() throws {
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var at: Int64 = 0
        try piece.withUnsafeMutableBytes { piece in
            while true {
                let count = try read(into: piece, at: at)
                if count == 0 { return }
                try write([UnsafeRawBufferPointer(rebasing: piece[..<count])], at: at)
                at += Int64(count)
            }
        }
    }
}

extension Disk {
    /// Makes a folder whose name survives a power loss: its own and those above it that had to be made.
    ///
    /// - Throws: ``DiskError``.
    public func makeDurableDirectory(_ path: String) throws {
        guard !exists(path) else { return }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if !parent.isEmpty { try makeDurableDirectory(parent) }
        try makeDirectory(path)
        try syncDirectory(parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent)
    }

    /// Reads a whole file.
    ///
    /// - Throws: ``DiskError``.
    public func contents(of path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        defer { file.close() }
        var bytes = [UInt8](repeating: 0, count: Int(try file.length()))
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Writes a whole file, replacing what has its name; it is not synced.
    ///
    /// - Throws: ``DiskError``.
    public func write(_ bytes: [UInt8], to path: String) throws {
        let file = try open(path, .replace)
        defer { file.close() }
        try bytes.withUnsafeBytes { try file.write([$0], at: 0) }
    }
}

/// What a disk, real or simulated, refused or failed to do.
public struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public typealias Code = ErrorCode<DiskError>

    /// The kind of failure.
    public var code: Code
    /// What was being done, such as `write 4096 bytes at 8192`.
    public var operation: String
    /// The file or folder.
    public var path: String
    /// The system's error number, such as 28 for ENOSPC; 0 where no system was involved.
    public var errorNumber: Int32
    /// The system's words for it.
    public var reason: String

    /// Makes an error.
    public init(_ code: Code, operation: String, path: String, errorNumber: Int32, reason: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.errorNumber = errorNumber
        self.reason = reason
    }

    /// One line: what, where and why.
    public var description: String { "\(operation) \(path): \(reason)" }
}

extension ErrorCode<DiskError> {
    /// The file system, or the quota, is full.
    public static var noSpace: Self { Self(rawValue: "no-space") }
    /// The folder or file may not be written or read.
    public static var notAllowed: Self { Self(rawValue: "not-allowed") }
    /// No such file or folder.
    public static var notFound: Self { Self(rawValue: "not-found") }
    /// The file exists and must not.
    public static var exists: Self { Self(rawValue: "exists") }
    /// The device failed.
    public static var failed: Self { Self(rawValue: "failed") }
}
