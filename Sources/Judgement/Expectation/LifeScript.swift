// What one life does, in order: the batches it runs, and the groups of blocks it receives between them.
internal import Ingestion

/// The script of a life with cuts by count that nothing kills.
struct LifeScript {
    /// The batches in the order in which they run; those that run again come first.
    var batches: [Batch]
    /// The sizes of the blocks that the life receives, by groups that share a commit; none for a direct strategy.
    var groups: [[Int]] = []
    /// Whether the receiver polls once more behind the last block, and gets nothing.
    var endsWithEmptyPoll = false
    /// What an earlier life left for this one to tidy up.
    var leftover = Leftover.nothing

    /// One batch of a life.
    struct Batch {
        /// Its tasks, in order.
        var tasks: [Task]
        /// Whether an earlier life planned it, so that nothing about its plan is written any more.
        var isRunAgain = false
        /// Whether a checkpoint knew it when the life began.
        var isKnown = false
        /// Whether a cleanup event follows its completion.
        var cleansUp = false
        /// The groups of blocks that this life has received when the batch begins.
        var groupsBefore = 0

        /// N: its records.
        var records: Int { tasks.reduce(0) { $0 + $1.records } }
    }

    /// One task.
    struct Task {
        /// The sizes of the pieces in which it reads and writes.
        var writes: [Int]
        /// Whether a sink that shows a task's output all at once has it already, and drops what the task writes.
        var isDropped = false

        var records: Int { writes.reduce(0, +) }
    }
}

/// What a life finds when it opens: all that those before it have left. A strategy family each has its own.
protocol LifeState: Hashable {
    /// What the life does when nothing kills it.
    func script() -> LifeScript

    /// The life dies, and this becomes what the next one finds. Returns what the death adds to the outcome.
    mutating func die(at moment: CrashMoment) -> DeathToll

    /// After a death: things happen at the broker, then records arrive.
    mutating func endure(_ events: [BrokerEvent], arrivals: Int, policy: DataLossPolicy) -> Endurance
}

/// What comes of a life that died once the broker's events are over.
enum Endurance: Hashable {
    /// The next life goes on; the toll is what the events add to the death's.
    case goesOn(DeathToll)
    /// The next life finds that its position is not in the log, and refuses to go on.
    case refused
    /// There is no closed form for that.
    case unknown
}

/// What one death adds to the outcome of a run.
struct DeathToll: Hashable {
    /// Records that reach the engine once more although their block is known, or in the sink.
    var n = 0
    /// Records already in the sink that recovery outputs again.
    var E = 0
    /// Offsets that the engine takes in once more, under another block or batch than before.
    var ingestDuplicates = 0
    /// Records that no life will ever output; less than 0 where some are found again that an earlier death had cost.
    var lost = 0
    /// Whether the next life does not remember the blocks of this one.
    var isForgotten = false
}
