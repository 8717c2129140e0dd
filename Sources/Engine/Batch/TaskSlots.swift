// Divides a batch into tasks and runs them: one after the other, or several at once.
internal import Evidence
internal import Ingestion
internal import Synchronization
internal import World

/// The slots that tasks run in. Each has a runner of its own, with its own reader, row buffer, sink and journal, so that
/// tasks which run at once share nothing but the counters, the crash switch and the log of blocks.
final class TaskSlots {
    private let settings: TaskSettings
    private let threads: any TaskThreads
    private let runners: [TaskRunner]
    private let shuffle: Shuffle?
    private let ahead: VerifyAhead?

    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, sink: (any Sink)? = nil,
        readBlock: @escaping (ReceivedBlock) throws -> Block
    ) throws {
        settings = configuration.tasks
        try TaskSlots.refuseDisorder(configuration, seams: seams)
        threads = seams.threads
        let shuffle = try configuration.tasks.repartition.map {
            try Shuffle(
                partitions: $0, directory: RunFolder.shuffle(of: configuration.directory), disk: seams.disk,
                counters: counters)
        }
        self.shuffle = shuffle
        let log = Exclusive(readBlock)
        let dataLoss = DataLoss(configuration: configuration, seams: seams, counters: counters)
        runners = try (0..<max(1, configuration.tasks.slots)).map { slot in
            try TaskRunner(
                configuration: configuration, seams: seams, counters: counters, sink: sink, slot: slot,
                shuffle: shuffle, dataLoss: dataLoss, readBlock: log.call)
        }
        // Tasks that run at once verify at once; only one that would wait for all of it is helped, and one alone may wait.
        ahead = configuration.strategy.isReceiver && runners.count == 1 ? try runners[0].makeVerifyAhead() : nil
        runners[0].ahead = ahead
    }

    /// Lets what a task will need of a block be got ready.
    func expect(_ block: Block) { ahead?.begin(block) }

    /// What compares offsets takes the records of a partition in order, one task after the other.
    private static func refuseDisorder(_ configuration: EngineConfiguration, seams: Seams) throws {
        let comparesOffsets = configuration.sink.traits.keepsOffsets || seams.output != nil
        guard comparesOffsets, configuration.tasks.slots > 1 || configuration.tasks.repartition != nil else { return }
        throw EngineError(
            .impossibleTasks,
            "a transactional sink, a job with a state and a program's own output take one task after the other, and "
                + "task-slots or repartition would break their order", location: configuration.directory)
    }

    /// Divides a batch into its tasks, and gets ready to run them.
    func prepare(_ batch: inout PlannedBatch) throws {
        if let least = settings.minPartitions, !batch.ranges.isEmpty {
            batch.tasks = RangeSplit.split(batch.ranges, least: least).map { .range($0) }
        }
        // A broker is used by one thread at a time, so what runs at once must have its reader before.
        if runners.count > 1 {
            for runner in runners.prefix(batch.tasks.count) { try runner.openReader(for: batch) }
        }
        if let shuffle {
            shuffle.begin(inputs: batch.tasks.count)
            batch.tasks += (0..<shuffle.partitions).map { .shuffled($0) }
        }
    }

    /// Runs the next task of `batch`, or, with several slots, all tasks that need not wait for others.
    ///
    /// - Returns: how many ran.
    func run(_ batch: PlannedBatch) throws -> Int {
        guard runners.count > 1 else {
            try runners[0].run(batch.finishedTasks, of: batch)
            return 1
        }
        // What a shuffle gathers is complete only when every task before it has ended.
        let first = batch.finishedTasks
        let end = batch.tasks[first...].firstIndex { $0.isShuffled != batch.tasks[first].isShuffled }
        let stage = first..<(end ?? batch.tasks.count)
        let work = StageWork(stage, of: batch, runners: runners)
        try threads.run(min(runners.count, stage.count)) { work.run(slot: $0) }
        if let failure = work.failure { throw failure }
        return stage.count
    }

    /// Makes what all tasks wrote durable.
    func syncSinks() throws { for runner in runners { try runner.syncSink() } }

    /// The batch is complete.
    ///
    /// - Returns: the bytes its tasks handed to each other.
    func finish() throws -> Int64 { try shuffle?.end() ?? 0 }

    func close() { for runner in runners { runner.close() } }
}

/// The tasks of a stage, each bound to a slot by its place, so that a partition's reader goes on where it stopped. Safe to
/// share between threads: what changes is under a lock, and a runner is used by the one thread that has its slot.
private final class StageWork: @unchecked Sendable {
    private let tasks: Range<Int>
    private let batch: PlannedBatch
    private let runners: [TaskRunner]
    private let firstFailure = Mutex<(any Error)?>(nil)

    init(_ tasks: Range<Int>, of batch: PlannedBatch, runners: [TaskRunner]) {
        self.tasks = tasks
        self.batch = batch
        self.runners = runners
    }

    /// The first failure of a task; no task was begun after it.
    var failure: (any Error)? { firstFailure.withLock { $0 } }

    func run(slot: Int) {
        for task in stride(from: tasks.lowerBound + slot, to: tasks.upperBound, by: runners.count) {
            guard failure == nil else { return }
            do {
                try runners[slot].run(task, of: batch)
            } catch {
                firstFailure.withLock { $0 = $0 ?? error }
            }
        }
    }
}

/// Reads blocks from the log for one thread at a time, which is what makes it safe to share.
private final class Exclusive: @unchecked Sendable {
    private let readBlock: (ReceivedBlock) throws -> Block
    private let lock = Mutex(())

    init(_ readBlock: @escaping (ReceivedBlock) throws -> Block) { self.readBlock = readBlock }

    func call(_ block: ReceivedBlock) throws -> Block {
        try lock.withLock { _ in OneReadersBlock(value: try readBlock(block)) }.value
    }

    /// A block on its way out of the lock, which is safe because only its reader has it.
    private struct OneReadersBlock: @unchecked Sendable { let value: Block }
}
