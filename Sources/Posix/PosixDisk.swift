// The real file system behind the disk seam.
internal import Glibc
public import World

/// The real file system; any threads may use it, each with files of its own.
public final class PosixDisk: Disk, Sendable {
    private let tally = DiskTally()

    /// Makes a disk whose counters start at zero.
    public init() {}

    /// What this disk has written and synced so far, over all its files.
    public var counters: DiskCounters { tally.snapshot }

    /// Opens a file.
    ///
    /// - Throws: `DiskError`; `exists` or `notFound` by the mode.
    public func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .create: O_RDWR | O_CREAT | O_EXCL
            case .update: O_RDWR | O_CREAT
            case .replace: O_RDWR | O_CREAT | O_TRUNC
            }
        let descriptor = retryingWhenInterrupted { Glibc.open(path, flags | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw DiskError.last("open", path) }
        return PosixFile(descriptor: descriptor, path: path, tally: tally)
    }

    /// The names in a folder, sorted; an absent folder is `notFound`.
    ///
    /// - Throws: `DiskError`.
    public func list(_ directory: String) throws -> [String] {
        try FileSystem.names(in: directory).sorted()
    }

    /// Makes a folder and those above it; one that is there already is fine.
    ///
    /// - Throws: `DiskError`.
    public func makeDirectory(_ path: String) throws {
        if mkdir(path, 0o755) == 0 { return }
        var errorNumber = errno
        if errorNumber == EEXIST {
            // A file in the folder's place must not pass for the folder.
            if FileSystem.isDirectory(path) { return }
            // Nor what somebody has removed since for a file.
            var status = stat()
            if lstat(path, &status) != 0, errno == ENOENT { errorNumber = ENOENT }
        } else if errorNumber == ENOENT, let parent = FileSystem.parent(of: path) {
            try makeDirectory(parent)
            if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        }
        throw DiskError.last("make folder", path, errorNumber: errorNumber)
    }

    /// Renames a file, replacing what has the new name.
    ///
    /// - Throws: `DiskError`.
    public func rename(_ path: String, to newPath: String) throws {
        guard Glibc.rename(path, newPath) == 0 else { throw DiskError.last("rename to \(newPath)", path) }
    }

    /// Gives a file a second name, which must be free.
    ///
    /// - Throws: `DiskError`; `exists` when something has the new name.
    public func link(_ path: String, to newPath: String) throws {
        guard Glibc.link(path, newPath) == 0 else { throw DiskError.last("link to \(newPath)", path) }
    }

    /// Opens a file that one opener holds at a time; the kernel lets go of it when the process ends.
    ///
    /// - Throws: `DiskError`.
    public func lock(_ path: String) throws -> (any DiskFile)? {
        let descriptor = retryingWhenInterrupted { Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw DiskError.last("open", path) }
        let file = PosixFile(descriptor: descriptor, path: path, tally: tally)
        if retryingWhenInterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return file }
        let errorNumber = errno
        file.close()
        guard errorNumber == EWOULDBLOCK else { throw DiskError.last("lock", path, errorNumber: errorNumber) }
        return nil
    }

    /// Removes a file.
    ///
    /// - Throws: `DiskError`.
    public func remove(_ path: String) throws {
        guard LateClosing.unlink(path) == 0 else { throw DiskError.last("remove", path) }
    }

    /// Makes the names in a folder durable.
    ///
    /// - Throws: `DiskError`.
    public func syncDirectory(_ path: String) throws {
        let descriptor = retryingWhenInterrupted { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw DiskError.last("open folder", path) }
        defer { _ = Glibc.close(descriptor) }
        guard retryingWhenInterrupted({ fsync(descriptor) }) == 0 else { throw DiskError.last("sync folder", path) }
        tally.synced()
    }

    /// The file at `path`, made when absent, as memory of at least `length` bytes that the system shares with the file.
    ///
    /// - Throws: `DiskError`.
    public func map(_ path: String, length: Int) throws -> any FileMemory {
        var status = stat()
        let there = stat(path, &status) == 0 ? Int(status.st_size) : 0
        return SharedFileMemory(try MappedFile(path: path, length: max(length, there)), length: max(length, there))
    }

    /// Whether a file or folder has this name.
    public func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
