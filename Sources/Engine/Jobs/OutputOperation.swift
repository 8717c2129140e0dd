// A program's own output operation: what it is handed of each batch, and where it may tell the engine to begin.
public import World

/// What a program does with each batch, in place of a built-in sink; see ``Seams/output``.
///
/// The engine calls it from one thread: for each task of a batch ``process(_:of:)``, with the task's records in the
/// order of their offsets, and then once ``complete(_:)``. When that returns the batch has been output, and only then
/// does the engine note its completion. After a crash in between, the same batch comes again, or, where the strategy
/// had forgotten it, the same records come in a batch of another number. Where a task fails and is tried again, the
/// operation is told by ``abandon(_:)`` and handed the task's records from the first one on. An operation that stores a batch's ranges in
/// one step with its results, and gives them back as ``startPositions()``, gets every record exactly once: what it has
/// stored is then the only view of what was done.
public protocol OutputOperation: AnyObject {
    /// The program's own checkpoint: for each partition, from 0, the offset at which to begin; nil leaves it to the
    /// strategy, which is what an operation does that does not implement this.
    ///
    /// With offsets of its own the engine forgets what it remembers itself: batches that were not complete, and a
    /// receiver's blocks and committed offsets. Asked for while the engine opens, perhaps more than once.
    ///
    /// - Throws: anything; it ends the engine.
    func startPositions() throws -> [Offset]?

    /// Takes records of a task: all of them, or the next piece of a long range.
    ///
    /// - Parameters:
    ///   - records: The records in the engine's own buffer, not copied. It may be read during the call only.
    ///   - task: The task, with the offset ranges that all its records lie in.
    /// - Throws: anything; it ends the engine, and what was complete stays so.
    func process(_ records: Block, of task: OutputTask) throws

    /// A task has failed and is about to be tried again, or to end the engine: what it was handed, which may be nothing,
    /// is to be forgotten. An operation that does not implement this keeps it, as Spark's own do.
    ///
    /// - Parameter task: The task, as ``process(_:of:)`` was told of it.
    /// - Throws: anything; it ends the engine.
    func abandon(_ task: OutputTask) throws

    /// Makes what the batch came to durable.
    ///
    /// - Throws: anything; it ends the engine, and the batch comes again.
    func complete(_ batch: OutputBatch) throws

    /// The engine is done with the operation.
    func close()
}

extension OutputOperation {
    /// Leaves the start to the strategy.
    public func startPositions() -> [Offset]? { nil }

    /// Keeps what the task was handed.
    public func abandon(_ task: OutputTask) {}

    /// Does nothing.
    public func close() {}
}

/// A batch that has been processed.
public struct OutputBatch: Equatable, Sendable {
    /// The batch's number, which a batch that runs again keeps.
    public var number: Int64
    /// The offset ranges of the batch in the order of its tasks: those planned for a direct strategy, and for a receiver
    /// those of its blocks, which may hold an offset twice that was received twice.
    public var ranges: [OffsetRange]

    /// Makes a batch.
    public init(number: Int64, ranges: [OffsetRange]) {
        self.number = number
        self.ranges = ranges
    }
}

extension Seams {
    /// Where the output operation wants the engine to begin; nil when there is none, or when it leaves that open.
    ///
    /// - Throws: ``EngineError``, `impossibleStart`, or what the operation throws.
    func ownStarts(_ configuration: EngineConfiguration) throws -> [Offset]? {
        guard let starts = try output?.startPositions() else { return nil }
        guard starts.count == configuration.ends.count, starts.allSatisfy({ $0 >= 0 }) else {
            throw EngineError(
                .impossibleStart,
                "the output operation begins at offsets \(starts), and the topic has \(configuration.ends.count) partitions",
                location: broker.topic)
        }
        return starts
    }
}

/// A program's output operation, in the place of a sink.
final class OperationSink: Sink {
    private let operation: any OutputOperation
    /// The task that has begun to output and is not done.
    private var underWay: OutputTask?
    /// What the running batch has handed to the operation.
    private var finished: OutputBatch?

    init(_ operation: any OutputOperation) { self.operation = operation }

    /// An operation makes of the records what it likes, and they may be any producer's.
    let takesRows = false

    func begin(_ task: OutputTask) -> Bool {
        underWay = task
        return true
    }

    func write(_ piece: any RangePiece, as rows: SinkRows) throws -> Int {
        if let underWay, let block = piece as? Block { try operation.process(block, of: underWay) }
        return 0
    }

    func finish(_ task: OutputTask) {
        underWay = nil
        finished = OutputBatch(number: task.batch, ranges: (finished?.ranges ?? []) + task.ranges)
    }

    func abandon() throws {
        if let underWay { try operation.abandon(underWay) }
        underWay = nil
    }

    func sync() throws {
        // A batch without a task has nothing to output.
        if let finished { try operation.complete(finished) }
        finished = nil
    }

    func close() { operation.close() }
}
