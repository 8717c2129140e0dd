// A disk in memory: what a process kill leaves behind, and a disk that can fill up or fail.
public import World

/// A file system in memory, for process kills: everything written survives, and open files die with their process.
///
/// Faults are set from outside: ``freeBytes`` bounds what can still be written; ``failingSyncs`` makes syncs fail.
public final class SimulatedDisk: Disk {
    final class Content {
        var bytes: [UInt8] = []
    }

    private var files: [String: Content] = [:]
    private var directories: Set<String> = []
    private var locked: Set<String> = []
    /// Bytes that may still be written before the disk is full; nil: no limit.
    public var freeBytes: Int?
    /// Whether every sync fails from now on.
    public var failingSyncs = false
    /// Syncs of files since the disk was made.
    public private(set) var syncCount = 0

    /// An empty disk.
    public init() {}

    /// A disk that holds the same and goes its own way from now on.
    public func copy() -> SimulatedDisk {
        let copy = SimulatedDisk()
        copy.files = files.mapValues { original in
            let content = Content()
            content.bytes = original.bytes
            return content
        }
        copy.directories = directories
        copy.freeBytes = freeBytes
        copy.failingSyncs = failingSyncs
        copy.syncCount = syncCount
        return copy
    }

    /// The bytes of all files by path.
    public var contents: [String: [UInt8]] { files.mapValues(\.bytes) }

    /// The paths of all files, sorted.
    public var paths: [String] { files.keys.sorted() }

    /// The bytes of a file; nil when there is none.
    public func bytes(of path: String) -> [UInt8]? { files[path]?.bytes }

    /// Replaces the bytes of a file, as damage from outside would.
    public func setBytes(_ bytes: [UInt8], of path: String) {
        let content = Content()
        content.bytes = bytes
        files[path] = content
    }

    /// Opens a file.
    ///
    /// - Throws: ``DiskError``.
    public func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        switch (mode, files[path]) {
        case (.read, nil):
            throw DiskError(.notFound, operation: "open", path: path, errorNumber: 2, reason: "no such file")
        case (.create, .some):
            throw DiskError(.exists, operation: "create", path: path, errorNumber: 17, reason: "file exists")
        case (.replace, let content?): content.bytes = []
        case (_, nil):
            guard freeBytes != 0 else { throw full("create", path) }
            files[path] = Content()
        default: break
        }
        // Cannot be: every mode has thrown or made the file above.
        guard let content = files[path] else { preconditionFailure("\(path) was just made") }
        return SimulatedFile(path: path, content: content, disk: self)
    }

    /// The names in a folder, sorted.
    ///
    /// - Throws: ``DiskError``.
    public func list(_ directory: String) throws -> [String] {
        guard directories.contains(directory) else {
            throw DiskError(.notFound, operation: "list", path: directory, errorNumber: 2, reason: "no such folder")
        }
        let prefix = directory + "/"
        let paths = Array(files.keys) + Array(directories)
        let names = paths.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        return Set(names.compactMap { $0.split(separator: "/").first.map(String.init) }).sorted()
    }

    /// Makes a folder and those above it.
    public func makeDirectory(_ path: String) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && !part.isEmpty ? part : "/" + part
            directories.insert(made)
        }
        directories.insert(path)
    }

    /// Renames a file.
    ///
    /// - Throws: ``DiskError``.
    public func rename(_ path: String, to newPath: String) throws {
        guard let content = files.removeValue(forKey: path) else {
            throw DiskError(.notFound, operation: "rename", path: path, errorNumber: 2, reason: "no such file")
        }
        files[newPath] = content
    }

    /// Gives a file a second name, which must be free.
    ///
    /// - Throws: ``DiskError``.
    public func link(_ path: String, to newPath: String) throws {
        guard let content = files[path] else {
            throw DiskError(.notFound, operation: "link", path: path, errorNumber: 2, reason: "no such file")
        }
        guard files[newPath] == nil else {
            throw DiskError(.exists, operation: "link", path: newPath, errorNumber: 17, reason: "file exists")
        }
        files[newPath] = content
    }

    /// Opens a file that one opener holds at a time.
    ///
    /// - Throws: ``DiskError``.
    public func lock(_ path: String) throws -> (any DiskFile)? {
        guard !locked.contains(path) else { return nil }
        _ = try open(path, .update)
        locked.insert(path)
        return files[path].map { SimulatedFile(path: path, content: $0, disk: self, isLock: true) }
    }

    /// What the end of a process does: locks that were held are free.
    public func releaseLocks() { locked = [] }

    /// Removes a file.
    ///
    /// - Throws: ``DiskError``.
    public func remove(_ path: String) throws {
        guard files.removeValue(forKey: path) != nil else {
            throw DiskError(.notFound, operation: "remove", path: path, errorNumber: 2, reason: "no such file")
        }
    }

    /// Nothing is lost in a process kill, so nothing is to be done.
    public func syncDirectory(_ path: String) {}

    /// Whether a file or folder has this name.
    public func exists(_ path: String) -> Bool { files[path] != nil || directories.contains(path) }

    fileprivate func full(_ operation: String, _ path: String) -> DiskError {
        DiskError(.noSpace, operation: operation, path: path, errorNumber: 28, reason: "no space left on the disk")
    }

    /// Takes `count` bytes of the free space; returns how many there were.
    fileprivate func allocate(_ count: Int) -> Int {
        guard let free = freeBytes else { return count }
        let granted = min(free, count)
        freeBytes = free - granted
        return granted
    }

    fileprivate func unlock(_ path: String) { locked.remove(path) }

    fileprivate func countSync() throws(DiskError) {
        syncCount += 1
        if failingSyncs {
            throw DiskError(.failed, operation: "sync", path: "", errorNumber: 5, reason: "input/output error")
        }
    }
}

private final class SimulatedFile: DiskFile {
    private let path: String
    private let content: SimulatedDisk.Content
    private let disk: SimulatedDisk
    private let isLock: Bool

    init(path: String, content: SimulatedDisk.Content, disk: SimulatedDisk, isLock: Bool = false) {
        self.path = path
        self.content = content
        self.disk = disk
        self.isLock = isLock
    }

    func length() -> Int64 { Int64(content.bytes.count) }

    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        var at = Int(offset)
        for part in parts {
            let growth = max(0, at + part.count - content.bytes.count)
            let granted = disk.allocate(growth)
            let count = part.count - (growth - granted)
            if at + count > content.bytes.count {
                content.bytes += [UInt8](repeating: 0, count: at + count - content.bytes.count)
            }
            content.bytes.withUnsafeMutableBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: bytes[at...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: part[..<count]))
            }
            if granted < growth { throw disk.full("write \(part.count) bytes at \(at) of", path) }
            at += part.count
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        let start = Int(offset)
        let count = max(0, min(buffer.count, content.bytes.count - start))
        guard count > 0 else { return 0 }
        content.bytes.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
        return count
    }

    func sync() throws { try disk.countSync() }

    func truncate(to length: Int64) {
        let length = Int(length)
        if length <= content.bytes.count {
            content.bytes.removeLast(content.bytes.count - length)
        } else {
            content.bytes.append(contentsOf: repeatElement(0, count: length - content.bytes.count))
        }
    }

    func close() {
        if isLock { disk.unlock(path) }
    }
}
