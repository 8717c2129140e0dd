// The micro-batch loop, from a plan over its tasks to its completion, one step at a time; and what a strategy adds to it.
internal import World

/// A state machine: each ``step()`` does one piece of work and says whether there was any.
final class BatchLoop {
    private enum State {
        case idle
        case running(PlannedBatch)
    }

    private let source: any BatchSource
    private let slots: TaskSlots
    private let seams: Seams
    private let counters: EngineCounters
    private let evidence: BatchEvidence
    private var again: [PlannedBatch]
    private var state = State.idle
    private var plans = true
    /// Tasks run so far, by which the checkpoint writer measures its lag.
    private(set) var tasksRun = 0

    init(
        source: any BatchSource, slots: TaskSlots, evidence: BatchEvidence, seams: Seams, counters: EngineCounters
    ) throws {
        self.source = source
        self.slots = slots
        self.evidence = evidence
        self.seams = seams
        self.counters = counters
        again = try source.batchesToRunAgain()
    }

    /// Whether a batch is between its plan and its completion.
    var isRunning: Bool { if case .running = state { true } else { false } }

    /// Whether nothing is left to do now or later.
    var isFinished: Bool { !isRunning && again.isEmpty && (!plans || source.isExhausted) }

    /// A block is cut, and a task for it will come.
    func expect(_ block: Block) { slots.expect(block) }

    /// Whether batches of earlier lives are still to be run again.
    var hasReplay: Bool { !again.isEmpty }

    /// Begins no batch any more but those that are wanted: `replays`, those of earlier lives; `plans`, new ones.
    func stop(replays: Bool, plans: Bool) {
        if !replays { again = [] }
        self.plans = plans
    }

    /// Plans a batch, or runs one task (where tasks run at once, all that can), or completes a batch. False: there was
    /// nothing to do.
    func step() throws -> Bool {
        switch state {
        case .idle:
            guard var batch = try nextBatch() else { return false }
            try evidence.willSubmit(batch)
            try seams.crash.before(.batchSubmit)
            try slots.prepare(&batch)
            state = .running(batch)
            try source.didSubmit(batch)
            try seams.crash.after(.batchSubmit)
        case .running(var batch) where batch.finishedTasks < batch.tasks.count:
            let count = try slots.run(batch)
            batch.finishedTasks += count
            tasksRun += count
            state = .running(batch)
        case .running(let batch):
            try slots.syncSinks()
            seams.observer?.reached(.sink, batch.offsetRanges)
            try source.didOutput(batch)
            counters.add(.batchesCompleted, 1)
            if batch.isRunAgain, again.isEmpty { counters.note(.replayedAt, at: seams.clock.now()) }
            state = .idle
            source.didComplete(try evidence.didComplete(batch, shuffleBytes: try slots.finish()))
        }
        return true
    }

    private func nextBatch() throws -> PlannedBatch? {
        if !again.isEmpty {
            var batch = again.removeFirst()
            batch.isRunAgain = true
            return batch
        }
        guard plans else { return nil }
        var batch = try source.planNext()
        batch?.dueAt = source.dueAt
        return batch
    }
}

/// The strategy's side of the batch loop.
protocol BatchSource: AnyObject {
    /// The batches that an earlier life planned and did not complete, oldest first.
    func batchesToRunAgain() throws -> [PlannedBatch]

    /// Plans the next batch when one is due, and makes the plan as durable as the strategy promises; nil: none is due.
    func planNext() throws -> PlannedBatch?

    /// The batch's job is about to start.
    func didSubmit(_ batch: PlannedBatch) throws

    /// All output of the batch is durable in the sink.
    func didOutput(_ batch: PlannedBatch) throws

    /// The batch is complete; this is how it went.
    func didComplete(_ batch: BatchStatistics)

    /// When the batch planned last was due; nil where batches are not due at times.
    var dueAt: Nanoseconds? { get }

    /// Whether every record of the run's input is in a batch that was planned.
    var isExhausted: Bool { get }
}
