// A batch as planned: its number and what each of its tasks reads.
internal import World
internal import WriteAheadLog

/// One micro-batch, planned and ready to run.
struct PlannedBatch {
    /// The batch's number, from 1; a batch that runs again keeps its number.
    var number: Int64
    /// One element per task, in the order they run.
    var tasks: [TaskInput]
    /// Whether an earlier life planned it.
    var isRunAgain = false
    /// How many tasks have written all their output.
    var finishedTasks = 0
    /// When it was due; nil where batches are not due at times, and for a batch that runs again.
    var dueAt: Nanoseconds?

    /// The ranges of a direct batch, those that were split made whole again; empty for a receiver's.
    var ranges: [OffsetRange] {
        RangeSplit.united(tasks.compactMap { if case .range(let range) = $0 { range } else { nil } })
    }

    /// The offsets of the batch's records, as far as they are known without reading a log.
    var offsetRanges: [OffsetRange] {
        tasks.flatMap { task -> [OffsetRange] in
            switch task {
            case .range(let range): [range]
            case .block(let block): block.memory?.offsetRanges ?? []
            case .shuffled: []
            }
        }
    }

    /// Which of the tasks that read pieces of one partition's range the task at `ordinal` is, from 0. They follow each other.
    func piece(of ordinal: Int) -> Int {
        guard case .range(let range) = tasks[ordinal] else { return 0 }
        let before = tasks[..<ordinal].lastIndex {
            if case .range(let other) = $0 { other.partition != range.partition } else { true }
        }
        return ordinal - ((before ?? -1) + 1)
    }
}

/// What a task reads.
enum TaskInput {
    /// A receiver's block: in memory when this life received it, otherwise in the log at its position.
    case block(ReceivedBlock)
    /// A range of one partition, read from the broker.
    case range(OffsetRange)
    /// What a shuffle has gathered for one of its partitions, numbered from 0.
    case shuffled(Int)

    /// Whether the task needs what other tasks of its batch leave behind.
    var isShuffled: Bool { if case .shuffled = self { true } else { false } }

    /// The records it reads from outside the batch.
    var records: Int64 {
        switch self {
        case .block(let block): Int64(block.recordCount)
        case .range(let range): range.count
        case .shuffled: 0
        }
    }
}

/// A block that is in the log and known to the engine.
struct ReceivedBlock {
    /// Where the log holds it.
    var position: LogPosition
    /// The sequence number of the event that announced it.
    var eventSequence: UInt64
    /// Its records, while they are still in memory.
    var memory: Block?
    var recordCount: Int

    /// What tells this copy of its records from another: a re-read after a crash comes in a new block.
    var ingest: Int64 { Int64(position.sequence) }
}
