// The shuffle: tasks write their records to files, sorted by where they go, and other tasks read them from there.
internal import Checksum
internal import Synchronization
internal import World

/// The files of one batch's shuffle and the index of what lies where.
///
/// They are scratch: nothing in them is needed after a crash, when the batch reads its input again. That is why they are
/// not synced and their writing is no crash point; a crash among them is one before `sink.write`. Safe to share between
/// threads, because the index is under a lock and each file has one writer.
final class Shuffle: @unchecked Sendable {
    /// A stretch of a file that holds records for one partition, as one block.
    struct Segment {
        let offset: Int64
        let length: Int
        /// What brought its records into the engine; see ``SinkEntry/ingest``.
        let ingest: Int64
    }

    /// The partitions that records are spread over.
    let partitions: Int
    private let directory: String
    private let disk: any Disk
    private let counters: EngineCounters
    private let index = Mutex<[[Segment]]>([])

    init(partitions: Int, directory: String, disk: any Disk, counters: EngineCounters) throws {
        self.partitions = partitions
        self.directory = directory
        self.disk = disk
        self.counters = counters
        try disk.makeDirectory(directory)
        // What an earlier life left behind.
        for name in try disk.list(directory) { try disk.remove("\(directory)/\(name)") }
    }

    /// A batch begins whose shuffle has `inputs` writers.
    func begin(inputs: Int) { index.withLock { $0 = Array(repeating: [], count: inputs * partitions) } }

    /// Opens the file of the task at `ordinal`.
    func writer(of ordinal: Int) throws -> ShuffleWriter {
        ShuffleWriter(
            file: try disk.open(path(ordinal), .replace), ordinal: ordinal, partitions: partitions)
    }

    /// Takes over what a writer has written.
    func finish(_ writer: ShuffleWriter) {
        writer.close()
        counters.add(.shuffleBytesWritten, writer.end)
        index.withLock { index in
            for partition in 0..<partitions {
                index[writer.ordinal * partitions + partition] = writer.segments[partition]
            }
        }
    }

    /// Calls `body` with the blocks gathered for `partition`, in the order of the tasks that wrote them.
    func forEachBlock(of partition: Int, _ body: (Block, _ ingest: Int64) throws -> Void) throws {
        let bySource = index.withLock { index in
            stride(from: partition, to: index.count, by: partitions).map { index[$0] }
        }
        for (ordinal, segments) in bySource.enumerated() where !segments.isEmpty {
            let file = try disk.open(path(ordinal), .read)
            defer { file.close() }
            for segment in segments {
                let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: segment.length, alignment: 16)
                defer { bytes.deallocate() }
                let count = try file.read(into: bytes, at: segment.offset)
                guard count == segment.length else {
                    throw EngineError(
                        .damagedShuffle, "\(count) of \(segment.length) bytes at \(segment.offset) could be read",
                        location: path(ordinal))
                }
                try body(Block(copying: UnsafeRawBufferPointer(bytes)), segment.ingest)
            }
        }
    }

    /// The batch is complete: removes its files.
    ///
    /// - Returns: the bytes written, each of which was read back once.
    func end() throws -> Int64 {
        let segments = index.withLock { index in
            defer { index = [] }
            return index
        }
        for ordinal in 0..<segments.count / partitions { try disk.remove(path(ordinal)) }
        return segments.joined().reduce(0) { $0 + Int64($1.length) }
    }

    private func path(_ ordinal: Int) -> String { "\(directory)/task-\(ordinal).shuffle" }
}

/// Writes what one task hands over. One thread uses a writer at a time.
final class ShuffleWriter {
    let ordinal: Int
    private let file: any DiskFile
    private let blocks: [Block]
    /// By partition: what was written for it.
    private(set) var segments: [[Shuffle.Segment]]
    private(set) var end: Int64 = 0

    init(file: any DiskFile, ordinal: Int, partitions: Int) {
        self.file = file
        self.ordinal = ordinal
        blocks = (0..<partitions).map { _ in Block(capacity: 16 * 1024) }
        segments = Array(repeating: [], count: partitions)
    }

    /// Writes the records of `block`, sorted by partition: by the hash of the key, and in turns where there is none.
    func write(_ block: Block, ingest: Int64) throws {
        let partitions = UInt64(blocks.count)
        block.forEachRecord { partition, offset, key, value in
            let hash = key.map { UInt64(CRC32C.checksum($0)) } ?? UInt64(offset)
            blocks[Int(hash % partitions)].append(partition: partition, offset: offset, key: key, value: value)
        }
        for (partition, block) in blocks.enumerated() where block.recordCount > 0 {
            try block.withBytes { try file.write([$0], at: end) }
            segments[partition].append(
                Shuffle.Segment(offset: end, length: block.byteCount, ingest: ingest))
            end += Int64(block.byteCount)
            block.removeAll()
        }
    }

    func close() { file.close() }
}
