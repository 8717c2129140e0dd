// A sink: takes what a task has read, makes it durable, and can be read back for the verdict.
internal import Evidence
internal import Ingestion
public import World

/// Where output goes. One thread uses a sink at a time, and one task at a time writes to it.
protocol Sink: AnyObject {
    /// Whether a row has to be made of each record for the sink.
    var takesRows: Bool { get }
    /// What the records of ranges are read into, at most `capacity` at a time, where nobody but the sink wants them; nil: a
    /// block.
    func makePiece(capacity: Int) -> (any RangePiece)?
    /// A task is about to write. False: the sink holds this task's output already, and what it writes is dropped.
    func begin(_ task: OutputTask) throws -> Bool
    /// Writes records of the task: `rows` holds theirs if the sink takes rows, and nothing otherwise.
    ///
    /// - Returns: how many were found to be none of the run's, where it is the sink that looks.
    func write(_ piece: any RangePiece, as rows: SinkRows) throws -> Int
    /// The task has written all its rows.
    func finish(_ task: OutputTask) throws
    /// The task that was begun has failed and will begin again: what it wrote and can be taken back is.
    func abandon() throws
    /// Makes everything written durable.
    func sync() throws
    /// Closes the sink's files.
    func close()
}

extension Sink {
    /// Records are read into a block.
    func makePiece(capacity: Int) -> (any RangePiece)? { nil }
    /// A sink in which every write shows has nothing to take back.
    func abandon() {}
}

/// A sink that keeps a row of each record.
protocol RowSink: Sink {
    /// Writes rows of the task.
    func write(_ rows: SinkRows) throws
}

extension RowSink {
    var takesRows: Bool { true }

    func write(_ piece: any RangePiece, as rows: SinkRows) throws -> Int {
        try write(rows)
        return 0
    }
}

extension SinkKind {
    /// Opens, or makes, the sink of this kind for the tasks of one slot.
    func open(_ configuration: EngineConfiguration, seams: Seams, slot: Int) throws -> any Sink {
        let directory = RunFolder.sink(of: configuration.outputFolder)
        return switch self {
        case .append: try AppendSink(directory: directory, disk: seams.disk, slot: slot)
        case .batchKeyed: try BatchKeyedSink(directory: directory, disk: seams.disk, crash: seams.crash)
        case .offsetKeyed: try OffsetKeyedSink(directory: directory, disk: seams.disk)
        case .transactional, .kafkaTransactional:
            try TransactionalSink(configuration, seams: seams)
        case .counting: try CountingSink(configuration: configuration, disk: seams.disk, slot: slot)
        }
    }
}

/// What a sink, or a program's output operation, is told of a task.
public struct OutputTask: Equatable, Sendable {
    /// The batch the task belongs to.
    public var batch: Int64
    /// The task's place in its batch, from 0.
    public var ordinal: Int
    /// The partition a direct task reads; nil for a receiver's block, which may hold records of several.
    public var partition: Partition?
    /// The offsets whose records the task writes: as planned for a direct task, otherwise those of the block; empty for a
    /// task that writes what a shuffle gathered.
    public var ranges: [OffsetRange]
    /// Which of the tasks that share the partition's range this is, from 0.
    var piece = 0
    /// Whether the task writes what a shuffle gathered.
    var isShuffled = false

    /// Makes a task.
    public init(batch: Int64, ordinal: Int, partition: Partition?, ranges: [OffsetRange]) {
        self.batch = batch
        self.ordinal = ordinal
        self.partition = partition
        self.ranges = ranges
    }

    /// Makes a task that shares its range with others, or that writes what a shuffle gathered.
    init(
        batch: Int64, ordinal: Int, partition: Partition?, ranges: [OffsetRange], piece: Int,
        isShuffled: Bool = false
    ) {
        self.init(batch: batch, ordinal: ordinal, partition: partition, ranges: ranges)
        self.piece = piece
        self.isShuffled = isShuffled
    }

    /// What tells the task's output from that of the batch's other tasks.
    var key: String {
        if isShuffled { return "shuffled-\(ordinal)" }
        guard let partition else { return "block-\(ordinal)" }
        return "partition-\(partition)" + (piece == 0 ? "" : "-piece-\(piece)")
    }
}

/// The rows a task has made and not yet written, in one buffer that is used again and again.
final class SinkRows {
    private var storage: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int) {
        storage = .allocate(byteCount: max(capacity, 1) * SinkEntry.byteCount, alignment: 4096)
    }

    deinit { storage.deallocate() }

    /// The rows, one after the other.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<(count * SinkEntry.byteCount)]) }

    func removeAll() { count = 0 }

    func append(_ entry: SinkEntry) {
        if (count + 1) * SinkEntry.byteCount > storage.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 4096)
            larger.copyMemory(from: UnsafeRawBufferPointer(storage))
            storage.deallocate()
            storage = larger
        }
        if let base = storage.baseAddress { entry.write(to: base + count * SinkEntry.byteCount) }
        count += 1
    }

    /// The partition and offset of a row.
    func key(at index: Int) -> (partition: Partition, offset: Offset) {
        let row = index * SinkEntry.byteCount
        return (
            Int32(littleEndian: storage.load(fromByteOffset: row + 24, as: Int32.self)),
            Int64(littleEndian: storage.load(fromByteOffset: row + 16, as: Int64.self))
        )
    }

    /// The bytes of the rows at `range`.
    func bytes(of range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: storage[(range.lowerBound * SinkEntry.byteCount)..<(range.upperBound * SinkEntry.byteCount)])
    }
}
