// The disk seam in memory: an image that the engine changes, with a disk that can fill up or fail.
public import World

/// A file system in memory. What a crash leaves of it is said in <doc:DiskFaults>.
///
/// Faults are set from outside: ``freeBytes`` bounds what can still be written; ``failingSyncs`` makes syncs fail.
public final class SimulatedDisk: Disk {
    /// Who takes note of what is done.
    @exclusivity(unchecked) var trace: Trace?
    /// What the disk holds now; a copy of it is a disk that can be gone back to.
    @exclusivity(unchecked) var image: DiskImage
    private var locked: Set<String> = []
    /// Bytes that may still be written before the disk is full; nil: no limit.
    public var freeBytes: Int?
    /// Whether every sync fails from now on.
    public var failingSyncs = false
    /// Syncs of files since the disk was made.
    public private(set) var syncCount = 0
    /// What is armed against the life that uses the disk.
    @exclusivity(unchecked) var faults: ArmedFaults?

    /// An empty disk.
    public convenience init() { self.init(image: DiskImage()) }

    /// A disk as it was left.
    init(image: DiskImage) { self.image = image }

    /// A disk that holds the same and goes its own way from now on.
    public func copy() -> SimulatedDisk {
        let copy = SimulatedDisk(image: image)
        copy.freeBytes = freeBytes
        copy.failingSyncs = failingSyncs
        copy.syncCount = syncCount
        return copy
    }

    /// The bytes of all files by path.
    public var contents: [String: [UInt8]] { image.contents }

    /// The paths of all files, sorted.
    public var paths: [String] { image.names.keys.sorted() }

    /// The bytes of a file; nil when there is none.
    public func bytes(of path: String) -> [UInt8]? {
        image.file(path).map { image.files[$0].written }
    }

    /// Replaces the bytes of a file, as damage from outside would.
    public func setBytes(_ bytes: [UInt8], of path: String) {
        let file = image.file(path) ?? image.create(path)
        image.update(file) { $0 = FileImage(durable: bytes) }
    }

    /// Turns one bit, chosen by `seed`, of the durable bytes of the files that `mayRot` names. False: there are none.
    func rot(seed: UInt64, where mayRot: (_ path: String) -> Bool) -> Bool {
        let files = paths.filter(mayRot).compactMap { image.file($0) }
        let bytes = files.reduce(0) { $0 + image.files[$1].durable.count }
        guard bytes > 0 else { return false }
        var random = SeededRandom(seed: seed)
        var bit = Int.random(in: 0..<bytes * 8, using: &random)
        for file in files {
            let bits = image.files[file].durable.count * 8
            if bit < bits {
                image.update(file) { $0.flip(bit: bit) }
                return true
            }
            bit -= bits
        }
        return false
    }

    /// What lies in this folder survives every power loss: it belongs to those who judge, and is not on the disk that is
    /// judged.
    func spare(_ directory: String) { image.spared = directory }

    /// The power fails: what was not synced is kept or lost as `loss` says, and no file is open any more.
    public func losePower(_ loss: PowerLoss) {
        image = loss.apply(to: image)
        releaseLocks()
    }

    /// The files that a power loss now can leave in another state than they are in, sorted.
    public var unsyncedPaths: [String] { image.dirtyPaths }

    /// Opens a file.
    ///
    /// - Throws: ``DiskError``.
    public func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        faults?.operationBegins(on: self)
        let file: Int
        switch (mode, image.file(path)) {
        case (.read, nil):
            throw DiskError(.notFound, operation: "open", path: path, errorNumber: 2, reason: "no such file")
        case (.create, .some):
            throw DiskError(.exists, operation: "create", path: path, errorNumber: 17, reason: "file exists")
        case (.replace, let existing?):
            trace?.note(3, path, .truncate(path: path, length: 0))
            image.update(existing) { $0.truncate(to: 0) }
            file = existing
        case (_, nil):
            guard freeBytes != 0 else { throw full("create", path) }
            trace?.note(4, path, .create(path: path))
            file = image.create(path)
        case (_, let existing?): file = existing
        }
        return SimulatedFile(path: path, file: file, disk: self)
    }

    /// The names in a folder, sorted.
    ///
    /// - Throws: ``DiskError``.
    public func list(_ directory: String) throws -> [String] {
        guard image.directories.contains(directory) else {
            throw DiskError(.notFound, operation: "list", path: directory, errorNumber: 2, reason: "no such folder")
        }
        return image.entries(of: directory)
    }

    /// Makes a folder and those above it.
    public func makeDirectory(_ path: String) {
        guard !image.directories.contains(path) else { return }
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made == "/" ? "" : "/") + part
            image.makeDirectory(made)
        }
    }

    /// Renames a file.
    ///
    /// - Throws: ``DiskError``.
    public func rename(_ path: String, to newPath: String) throws {
        guard image.file(path) != nil else { throw missing("rename", path) }
        trace?.note(5, path + " " + newPath, .rename(path: path, newPath: newPath))
        image.rename(path, to: newPath)
    }

    /// Gives a file a second name, which must be free.
    ///
    /// - Throws: ``DiskError``.
    public func link(_ path: String, to newPath: String) throws {
        guard let file = image.file(path) else { throw missing("link", path) }
        guard image.file(newPath) == nil else {
            throw DiskError(.exists, operation: "link", path: newPath, errorNumber: 17, reason: "file exists")
        }
        trace?.note(6, path + " " + newPath, .link(path: path, newPath: newPath))
        image.link(file, to: newPath)
    }

    /// Opens a file that one opener holds at a time.
    ///
    /// - Throws: ``DiskError``.
    public func lock(_ path: String) throws -> (any DiskFile)? {
        guard !locked.contains(path) else { return nil }
        _ = try open(path, .update)
        locked.insert(path)
        image.spare(path)
        return image.file(path).map { SimulatedFile(path: path, file: $0, disk: self, isLock: true) }
    }

    /// What the end of a process does: locks that were held are free.
    public func releaseLocks() { locked = [] }

    /// Removes a file.
    ///
    /// - Throws: ``DiskError``.
    public func remove(_ path: String) throws {
        guard image.file(path) != nil else { throw missing("remove", path) }
        trace?.note(7, path, .remove(path: path))
        image.removeName(path)
    }

    /// Makes the names in a folder durable.
    ///
    /// - Throws: ``DiskError``.
    public func syncDirectory(_ path: String) throws {
        trace?.note(8, path, .syncDirectory(path: path))
        faults?.operationBegins(on: self)
        if faults?.syncBegins() == true { throw failedSync(path) }
        image.syncDirectory(path)
    }

    /// Whether a file or folder has this name.
    public func exists(_ path: String) -> Bool { image.file(path) != nil || image.directories.contains(path) }

    private func missing(_ operation: String, _ path: String) -> DiskError {
        DiskError(.notFound, operation: operation, path: path, errorNumber: 2, reason: "no such file")
    }

    private func failedSync(_ path: String) -> DiskError {
        DiskError(.failed, operation: "sync", path: path, errorNumber: 5, reason: "input/output error")
    }

    fileprivate func full(_ operation: String, _ path: String) -> DiskError {
        faults?.diskWasFull()
        return DiskError(
            .noSpace, operation: operation, path: path, errorNumber: 28, reason: "no space left on the disk")
    }

    /// Takes `count` bytes of the free space; returns how many there were.
    fileprivate func allocate(_ count: Int) -> Int {
        guard let free = freeBytes else { return count }
        let granted = min(free, count)
        freeBytes = free - granted
        return granted
    }

    fileprivate func unlock(_ path: String) { locked.remove(path) }

    fileprivate func sync(_ file: Int, path: String) throws(DiskError) {
        syncCount += 1
        faults?.operationBegins(on: self)
        let fails = faults?.syncBegins() ?? false
        if fails || failingSyncs {
            image.update(file) { $0.failSync() }
            throw failedSync(path)
        }
        image.sync(file)
    }
}

private final class SimulatedFile: DiskFile {
    private let path: String
    private let file: Int
    private let disk: SimulatedDisk
    private let isLock: Bool

    init(path: String, file: Int, disk: SimulatedDisk, isLock: Bool = false) {
        self.path = path
        self.file = file
        self.disk = disk
        self.isLock = isLock
    }

    private var byteCount: Int { disk.image.files[file].written.count }

    func length() -> Int64 { Int64(byteCount) }

    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        disk.faults?.operationBegins(on: disk)
        var at = Int(offset)
        if let trace = disk.trace {
            trace.note(1, path, offset, .write(path: path, offset: offset, bytes: parts.flatMap { Array($0) }))
            for part in parts { trace.add(part) }
        }
        for part in parts {
            let growth = max(0, at + part.count - byteCount)
            let granted = disk.allocate(growth)
            // Behind a write that was cut short, the whole of this one may lie beyond the end.
            let count = max(0, part.count - (growth - granted))
            disk.image.update(file) { $0.write(UnsafeRawBufferPointer(rebasing: part[..<count]), at: at) }
            if granted < growth { throw disk.full("write \(part.count) bytes at \(at) of", path) }
            at += part.count
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        disk.faults?.operationBegins(on: disk)
        let content = disk.image.files[file].written
        let start = Int(offset)
        let count = max(0, min(buffer.count, content.count - start))
        guard count > 0 else { return 0 }
        content.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
        return count
    }

    func sync() throws {
        disk.trace?.note(2, path, .sync(path: path))
        try disk.sync(file, path: path)
    }

    func truncate(to length: Int64) {
        disk.trace?.note(3, path, length, .truncate(path: path, length: length))
        disk.image.update(file) { $0.truncate(to: Int(length)) }
    }

    func close() {
        if isLock { disk.unlock(path) }
    }
}

extension SimulatedDisk {
    /// Whether a power loss now can leave anything else than a process kill.
    public var hasUnsynced: Bool { image.isDirty }

    /// How many unsynced bytes of each file a power loss may keep, so that each of the writes is once the last one kept;
    /// and `seeded` numbers in between.
    public func tears(seeded: Int, using random: inout SeededRandom) -> [Int] {
        let writes = image.unsyncedWrites
        var tears: Set<Int> = []
        var longest = 0
        for (_, lengths) in writes {
            var end = 0
            for length in lengths {
                end += length
                tears.insert(end)
            }
            longest = max(longest, end)
        }
        // With the longest of them everything is kept.
        tears.remove(longest)
        if longest > 1 {
            for _ in 0..<seeded { tears.insert(Int.random(in: 1..<longest, using: &random)) }
        }
        return tears.sorted()
    }
}
