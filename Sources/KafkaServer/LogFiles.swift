// The files of all logs: which are open, what of them is in memory, what is to be synced.
internal import BrokerCore
internal import KafkaWire
internal import NIOCore
internal import World

/// The files that segments lie in, used by one thread.
final class LogFiles {
    /// More are not open at a time.
    static let mostOpen = 256

    let disk: any Disk
    let directory: String
    /// Whether each batch is synced when it is written.
    let syncsEach: Bool
    /// Called when there is something to sync.
    var onDirty: () -> Void = {}
    /// Why nothing is written any more: what was written may be lost.
    var failure: StorageFailure?

    private let memoryLimit: Int
    /// Segments that are in memory, the oldest first, and how much they take.
    private var kept = CircularBuffer<BufferSegment>()
    private var memoryCount = 0
    private var opened = CircularBuffer<SegmentFile>()
    private var dirty: [SegmentFile] = []

    init(_ disk: any Disk, directory: String, memoryLimit: Int, syncsEach: Bool) {
        self.disk = disk
        self.directory = directory
        self.memoryLimit = memoryLimit
        self.syncsEach = syncsEach
    }

    func path(topic: UInt64, partition: Int, baseOffset: Int64) -> String {
        let digits = String(baseOffset)
        let padding = String(repeating: "0", count: 19 - digits.utf8.count)
        return "\(directory)/\(topic)-\(partition)-\(padding)\(digits).log"
    }

    // MARK: Memory

    /// Counts a segment that is in memory.
    func keep(_ segment: BufferSegment) {
        kept.append(segment)
        grow(by: segment.memoryCount)
    }

    /// Counts memory; the oldest segments leave it when there is too much.
    func grow(by count: Int) {
        memoryCount += count
        // The newest stays: it is being written.
        while memoryCount > memoryLimit, kept.count > 1, let oldest = kept.popFirst() {
            memoryCount -= oldest.memoryCount
            oldest.leaveMemory()
        }
    }

    func forget(_ segment: BufferSegment) {
        guard segment.memoryCount > 0, let index = kept.firstIndex(where: { $0 === segment }) else { return }
        kept.remove(at: index)
        memoryCount -= segment.memoryCount
    }

    // MARK: Open files

    fileprivate func noteOpen(_ file: SegmentFile) {
        if opened.count >= Self.mostOpen, let oldest = opened.popFirst() { oldest.close() }
        opened.append(file)
    }

    func closeAll() {
        while let file = opened.popFirst() { file.close() }
    }

    // MARK: Syncing

    fileprivate func noteDirty(_ file: SegmentFile) {
        dirty.append(file)
        onDirty()
    }

    /// Syncs a file now. When that fails nothing is written any more, as nobody knows what is on the disk.
    func sync(_ file: any DiskFile, isNew: Bool = false) throws {
        do {
            try file.sync()
            if isNew { try disk.syncDirectory(directory) }
        } catch {
            failure = StorageFailure(reason: "\(error)")
            throw error
        }
    }

    var hasDirty: Bool { !dirty.isEmpty }

    /// The files that were written since they were taken last.
    func takeDirty() -> [String] {
        defer { dirty = [] }
        for file in dirty { file.isDirty = false }
        return dirty.map(\.path)
    }
}

/// Where the files of one log are made.
struct LogHome {
    let files: LogFiles
    let topic: UInt64
    let partition: Int

    /// A file for a segment.
    func file(baseOffset: Int64) -> SegmentFile {
        let name = path(baseOffset: baseOffset)
        return SegmentFile(self, name, path: name)
    }

    fileprivate func path(baseOffset: Int64) -> String {
        files.path(topic: topic, partition: partition, baseOffset: baseOffset)
    }
}

/// The file of a segment, opened when it is used.
final class SegmentFile {
    /// Where it is, or will be.
    private let name: String
    private(set) var path: String
    private let home: LogHome
    fileprivate var isDirty = false
    /// The one that gets the name when this is given up.
    private var next: SegmentFile?
    private var isRemoved = false
    private var file: (any DiskFile)?

    fileprivate init(_ home: LogHome, _ name: String, path: String) {
        self.home = home
        self.name = name
        self.path = path
    }

    var files: LogFiles { home.files }

    /// A file for what stays of this one, which takes its name, in one step, when it is removed.
    func successor() -> SegmentFile {
        let file = SegmentFile(home, name, path: name + ".new")
        next = file
        return file
    }

    private func open() throws -> any DiskFile {
        if let file { return file }
        let opened = try files.disk.open(path, .update)
        files.noteOpen(self)
        file = opened
        return opened
    }

    fileprivate func close() {
        file?.close()
        file = nil
    }

    /// Writes a batch with its place.
    func append(
        _ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32, at position: Int
    ) throws(StorageFailure) {
        if let failure = files.failure { throw failure }
        do {
            let file = try open()
            do {
                try withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { placed in
                    placed.copyMemory(from: UnsafeRawBufferPointer(rebasing: batch[..<16]))
                    BatchHeader.place(placed, baseOffset: baseOffset, leaderEpoch: leaderEpoch)
                    let parts = [UnsafeRawBufferPointer(placed), UnsafeRawBufferPointer(rebasing: batch[16...])]
                    try file.write(parts, at: Int64(position))
                }
            } catch {
                // What is there of the batch is cut off by whoever opens the log next, if not now.
                try? file.truncate(to: Int64(position))
                throw error
            }
            if files.syncsEach, path == name { try files.sync(file, isNew: position == 0) }
        } catch {
            throw StorageFailure(reason: "\(error)")
        }
        guard !isDirty, !files.syncsEach else { return }
        isDirty = true
        files.noteDirty(self)
    }

    /// Reads bytes from `position` on; returns how many, fewer at the end of the file or when it fails.
    func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
        (try? open().read(into: bytes, at: Int64(position))) ?? 0
    }

    /// What is behind so many bytes is lost; all writing ends where that cannot be.
    func cut(to byteCount: Int) {
        do {
            try open().truncate(to: Int64(byteCount))
        } catch {
            files.failure = StorageFailure(reason: "\(error)")
        }
    }

    /// Removes it; where it was the last of its log, an empty one keeps the place where the log goes on.
    func remove(logEnd: Int64?) {
        close()
        isRemoved = true
        if let next, !next.isRemoved { return next.take() }
        // What cannot be removed is found, and removed, by whoever opens the log next.
        let marker = logEnd.map { home.path(baseOffset: $0) }
        if let marker, let file = try? files.disk.open(marker, marker == path ? .replace : .update) { file.close() }
        if marker != path { try? files.disk.remove(path) }
    }

    /// Takes the place of the file that had this name. What is here is on the disk before, and so is the name before any
    /// other file goes whose records are here.
    private func take() {
        do {
            try files.sync(open())
            try files.disk.rename(path, to: name)
            path = name
            try files.disk.syncDirectory(files.directory)
        } catch {
            files.failure = StorageFailure(reason: "\(error)")
        }
    }
}
