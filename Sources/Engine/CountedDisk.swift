// A disk that counts what is asked of it, by the part of a run's folder it is asked for.
public import Evidence
internal import Synchronization
public import World

/// What was asked of a disk: exact, and the same for the same run on any machine.
public struct DiskUse: Equatable, Sendable {
    /// Calls that write, of whatever length.
    public var writeCalls: Int64 = 0
    /// Bytes written.
    public var bytesWritten: Int64 = 0
    /// Syncs of files.
    public var fileSyncs: Int64 = 0
    /// Syncs of folders, which make names durable.
    public var directorySyncs: Int64 = 0

    /// Nothing.
    public init() {}

    /// The sum of two uses.
    public static func + (left: DiskUse, right: DiskUse) -> DiskUse {
        var sum = left
        sum.writeCalls += right.writeCalls
        sum.bytesWritten += right.bytesWritten
        sum.fileSyncs += right.fileSyncs
        sum.directorySyncs += right.directorySyncs
        return sum
    }
}

/// Passes everything on to another disk and counts it. Safe to share between threads as far as the other disk is: the
/// counts are under a lock, taken once per call and never per record.
public final class CountedDisk: Disk, @unchecked Sendable {
    private let disk: any Disk
    private let uses = Mutex<[RunFolder.Part: DiskUse]>([:])

    /// Counts what goes to `disk`.
    public init(_ disk: any Disk) { self.disk = disk }

    /// What was asked for in one part of the run's folder so far.
    public func use(of part: RunFolder.Part) -> DiskUse { uses.withLock { $0[part] ?? DiskUse() } }

    /// What the engine asked for so far: everything but the evidence that a run is judged by.
    public var engineUse: DiskUse {
        RunFolder.Part.allCases.filter { $0 != .evidence }.reduce(DiskUse()) { $0 + use(of: $1) }
    }

    fileprivate func note(_ part: RunFolder.Part, _ change: (inout DiskUse) -> Void) {
        uses.withLock { change(&$0[part, default: DiskUse()]) }
    }

    private func counted(_ file: any DiskFile, at path: String) -> any DiskFile {
        CountedFile(file, part: RunFolder.part(of: path), disk: self)
    }

    /// Opens a file, which is counted from then on.
    ///
    /// - Throws: ``DiskError``.
    public func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        counted(try disk.open(path, mode), at: path)
    }
    /// Opens a file that is held by one opener at a time.
    ///
    /// - Throws: ``DiskError``.
    public func lock(_ path: String) throws -> (any DiskFile)? { try disk.lock(path).map { counted($0, at: path) } }
    /// The names in a folder, sorted.
    ///
    /// - Throws: ``DiskError``.
    public func list(_ directory: String) throws -> [String] { try disk.list(directory) }
    /// Makes a folder and those above it.
    ///
    /// - Throws: ``DiskError``.
    public func makeDirectory(_ path: String) throws { try disk.makeDirectory(path) }
    /// Renames a file, replacing what has the new name.
    ///
    /// - Throws: ``DiskError``.
    public func rename(_ path: String, to newPath: String) throws { try disk.rename(path, to: newPath) }
    /// Gives a file a second name.
    ///
    /// - Throws: ``DiskError``.
    public func link(_ path: String, to newPath: String) throws { try disk.link(path, to: newPath) }
    /// Removes a file.
    ///
    /// - Throws: ``DiskError``.
    public func remove(_ path: String) throws { try disk.remove(path) }
    /// Whether a file or folder has this name.
    public func exists(_ path: String) -> Bool { disk.exists(path) }
    /// Passed on uncounted: what is written to memory is asked of nobody.
    ///
    /// - Throws: ``DiskError``.
    public func map(_ path: String, length: Int) throws -> any FileMemory { try disk.map(path, length: length) }
    /// Makes the names in a folder durable, and counts it.
    public func syncDirectory(_ path: String) throws {
        try disk.syncDirectory(path)
        note(RunFolder.part(of: path)) { $0.directorySyncs += 1 }
    }
}

private final class CountedFile: DiskFile {
    private let file: any DiskFile
    private let part: RunFolder.Part
    private let disk: CountedDisk

    init(_ file: any DiskFile, part: RunFolder.Part, disk: CountedDisk) {
        self.file = file
        self.part = part
        self.disk = disk
    }

    func length() throws -> Int64 { try file.length() }
    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        try file.write(parts, at: offset)
        let bytes = parts.reduce(0) { $0 + $1.count }
        disk.note(part) {
            $0.writeCalls += 1
            $0.bytesWritten += Int64(bytes)
        }
    }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try file.read(into: buffer, at: offset)
    }
    func sync() throws {
        try file.sync()
        disk.note(part) { $0.fileSyncs += 1 }
    }
    func truncate(to length: Int64) throws { try file.truncate(to: length) }
    func emptyInPlace() throws -> Bool { try file.emptyInPlace() }
    func bypassCache(writesBehind: Bool) { file.bypassCache(writesBehind: writesBehind) }
    func close() { file.close() }
}
