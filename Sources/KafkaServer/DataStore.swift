// A served broker's data folder: opened by one process at a time, read at the start, synced in the background.
package import BrokerCore
internal import KafkaWire
internal import NIOCore
internal import NIOPosix
package import World

/// Where a served broker keeps what it has, so that it comes back.
///
/// What was answered is with the system, and so survives the broker's process however that ends. A loss of power takes
/// what was not synced.
package struct DataFolder: Sendable {
    package var path: String
    package var disk: any Disk & Sendable
    /// After how long what was written is synced; 0: before it is answered.
    package var syncInterval: Milliseconds = 1000
    /// How many bytes of the newest records are in memory too; older ones are read from their files.
    package var memoryLimit = 128 << 20

    package init(path: String, disk: any Disk & Sendable) {
        self.path = path
        self.disk = disk
    }
}

/// The folder while it is in use, by one event loop.
final class DataStore {
    let files: LogFiles
    let folder: DataFolder
    private let loop: any EventLoop
    private let lock: any DiskFile
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private var journal: StateJournal?
    private var timer: Scheduled<Void>?
    private var isSyncing = false
    /// All that is to be in the journal, for when it is written anew.
    var snapshot: () -> [StateEntry] = { [] }

    private var journalPath: String { "\(folder.path)/journal" }
    private var logs: String { "\(folder.path)/logs" }

    /// - Throws: ``DataError``.
    static func open(_ folder: DataFolder, _ loop: any EventLoop) throws -> DataStore {
        do {
            return try DataStore(folder, loop)
        } catch let error as DiskError {
            throw DataError(error, folder: folder.path)
        }
    }

    private init(_ folder: DataFolder, _ loop: any EventLoop) throws {
        self.folder = folder
        self.loop = loop
        try folder.disk.makeDurableDirectory("\(folder.path)/logs")
        guard let lock = try folder.disk.lock("\(folder.path)/lock") else {
            throw DataError(inUse: folder.path)
        }
        self.lock = lock
        files = LogFiles(
            folder.disk, directory: "\(folder.path)/logs", memoryLimit: folder.memoryLimit,
            syncsEach: folder.syncInterval == 0)
        threads.start()
        files.onDirty = { [unowned self] in schedule() }
    }

    /// An error as whoever starts the broker is told it.
    func explained(_ error: any Error) -> any Error {
        (error as? DiskError).map { DataError($0, folder: folder.path) } ?? error
    }

    // MARK: Reading

    /// Reads the journal's entries in their order.
    ///
    /// - Throws: ``DataError``, `DiskError`.
    func readJournal(_ body: (StateEntry) throws -> Void) throws {
        try StateJournal.read(folder.disk, journalPath, body)
    }

    /// Begins to write the journal, with all that is to be in it.
    ///
    /// - Throws: `DiskError`.
    func beginJournal() throws { journal = try StateJournal.make(files, journalPath, snapshot()) }

    /// A log's segments that were found: topic and partition, and the offsets in their names, in order.
    struct FoundLog {
        var topic: UInt64
        var partition: Int
        var baseOffsets: [Int64]
    }

    /// - Throws: `DiskError`.
    func findLogs() throws -> [FoundLog] {
        var found: [SIMD2<UInt64>: [Int64]] = [:]
        for name in try folder.disk.list(logs) {
            // It was to replace another, which is there.
            if name.hasSuffix(".new") { try folder.disk.remove("\(logs)/\(name)") }
            guard name.hasSuffix(".log") else { continue }
            let parts = name.dropLast(4).split(separator: "-")
            guard parts.count == 3, let topic = UInt64(parts[0]), let partition = UInt64(parts[1]),
                let baseOffset = Int64(parts[2]), partition < UInt64(Int32.max)
            else { continue }
            found[SIMD2(topic, partition), default: []].append(baseOffset)
        }
        return found.map { FoundLog(topic: $0[0], partition: Int($0[1]), baseOffsets: $1.sorted()) }
            .sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
    }

    /// Gives a log the segments that were found of it; what was cut off at its end is removed. `hasGaps`: it may have been
    /// compacted.
    ///
    /// - Throws: ``DataError``, `DiskError`.
    func restore(_ found: FoundLog, into log: PartitionLog<BufferSegment>, hasGaps: Bool) throws {
        let home = LogHome(files: files, topic: found.topic, partition: found.partition)
        for (index, baseOffset) in found.baseOffsets.enumerated() {
            let segment = home.file(baseOffset: baseOffset)
            let path = segment.path
            if index > 0, baseOffset < log.endOffset {
                // The one before it was written anew, with what it has.
                segment.remove(logEnd: nil)
                continue
            }
            if index > 0, baseOffset > log.endOffset, !hasGaps {
                throw DataError(damaged: path, at: 0, "offset \(log.endOffset) should be the first of it")
            }
            let file = try folder.disk.open(path, .update)
            defer { file.close() }
            let isLast = index == found.baseOffsets.count - 1
            let batches = isLast ? try BatchFile.last(file, path) : try BatchFile.closed(file, path)
            let first = batches.headers.first?.baseOffset ?? baseOffset
            // What was compacted may have lost its first records.
            guard first == baseOffset || (hasGaps && first > baseOffset) else {
                throw DataError(damaged: path, at: 0, "its first offset is \(first)")
            }
            if isLast, Int64(batches.end) < (try file.length()) { try file.truncate(to: Int64(batches.end)) }
            let startOffset = index == 0 ? baseOffset : log.startOffset
            log.resume(startOffset: startOffset, endOffset: baseOffset, leaderEpoch: log.leaderEpoch)
            // One that is empty is left to the segment that is made at this offset next.
            log.adopt(BufferSegment(segment, byteCount: batches.end), batches.headers)
        }
    }

    /// Removes what was found of a log that is gone.
    func remove(_ found: FoundLog) {
        let home = LogHome(files: files, topic: found.topic, partition: found.partition)
        for baseOffset in found.baseOffsets { home.file(baseOffset: baseOffset).remove(logEnd: nil) }
    }

    // MARK: Writing

    /// Writes down what has changed.
    func note(_ entries: [StateEntry]) throws(StorageFailure) {
        try journal?.write(entries)
        // What cannot be written anew now goes on growing.
        if let journal, journal.isLong, let shorter = try? StateJournal.make(files, journalPath, snapshot()) {
            journal.close()
            self.journal = shorter
        }
    }

    private func schedule() {
        guard timer == nil, !isSyncing else { return }
        let delay = TimeAmount.milliseconds(folder.syncInterval)
        timer = loop.assumeIsolated().scheduleTask(in: delay) { [unowned self] in
            timer = nil
            sync()
        }
    }

    /// Syncs on a thread of its own what was written until now.
    private func sync() {
        isSyncing = true
        let paths = takeDirty()
        let (disk, logs) = (folder.disk, logs)
        threads.runIfActive(eventLoop: loop) { try Self.sync(disk, paths, logs) }
            .assumeIsolated().whenComplete { [self] result in
                isSyncing = false
                if case .failure(let error) = result { files.failure = StorageFailure(reason: "\(error)") }
                if isDirty { schedule() }
            }
    }

    private var isDirty: Bool { files.hasDirty || journal?.isDirty == true }

    private func takeDirty() -> [String] {
        var paths = files.takeDirty()
        if let journal, journal.isDirty {
            paths.append(journal.path)
            journal.noteSynced()
        }
        return paths
    }

    private static func sync(_ disk: any Disk, _ paths: [String], _ directory: String) throws {
        for path in paths {
            do {
                let file = try disk.open(path, .read)
                defer { file.close() }
                try file.sync()
            } catch let error as DiskError where error.code == .notFound {
                // Its log has given it up meanwhile.
            }
        }
        try disk.syncDirectory(directory)
    }

    /// Syncs all, and leaves the folder to others.
    func close() {
        files.failure = StorageFailure(reason: "the broker has ended")
        timer?.cancel()
        try? threads.syncShutdownGracefully()
        // Nobody is left to be told; what is not synced is with the system.
        try? Self.sync(folder.disk, takeDirty(), logs)
        files.closeAll()
        journal?.close()
        lock.close()
    }
}
