// The micro-batch loop: takes one step at a time from a plan to its tasks, its output and its completion.
internal import World

/// A state machine: each ``step()`` does one piece of work and says whether there was any.
final class BatchLoop {
    private enum State {
        case idle
        case running(PlannedBatch)
    }

    private let source: any BatchSource
    private let runner: TaskRunner
    private let seams: Seams
    private let counters: EngineCounters
    private var again: [PlannedBatch]
    private var state = State.idle
    private let taskAttempts: Int
    /// Tasks run so far, by which the checkpoint writer measures its lag.
    private(set) var tasksRun = 0

    init(
        source: any BatchSource, runner: TaskRunner, seams: Seams, counters: EngineCounters, taskAttempts: Int
    ) throws {
        self.source = source
        self.runner = runner
        self.seams = seams
        self.counters = counters
        self.taskAttempts = taskAttempts
        again = try source.batchesToRunAgain()
    }

    /// Whether a batch is between its plan and its completion.
    var isRunning: Bool { if case .running = state { true } else { false } }

    /// Whether nothing is left to do now or later.
    var isFinished: Bool { !isRunning && again.isEmpty && source.isExhausted }

    /// Plans a batch, or runs one task, or completes a batch. False: there was nothing to do.
    func step() throws -> Bool {
        switch state {
        case .idle:
            guard let batch = try nextBatch() else { return false }
            try seams.crash.before(.batchSubmit)
            state = .running(batch)
            try source.didSubmit(batch)
            try seams.crash.after(.batchSubmit)
        case .running(var batch) where batch.finishedTasks < batch.tasks.count:
            try runTask(batch.finishedTasks, of: batch)
            batch.finishedTasks += 1
            tasksRun += 1
            state = .running(batch)
        case .running(let batch):
            try runner.syncSink()
            try source.didOutput(batch)
            counters.add(.batchesCompleted, 1)
            state = .idle
        }
        return true
    }

    /// Runs a task until an attempt succeeds.
    ///
    /// - Throws: ``EngineError``, `taskFailed`, when none did.
    private func runTask(_ ordinal: Int, of batch: PlannedBatch) throws {
        for attempt in 1... {
            do {
                return try runner.run(ordinal, of: batch)
            } catch let failure as TaskFailure {
                guard attempt < taskAttempts else {
                    throw EngineError(
                        .taskFailed, "task \(ordinal) of batch \(batch.number) failed at each of \(attempt) attempts",
                        cause: "\(failure)", location: "batch \(batch.number), task \(ordinal)")
                }
            }
        }
    }

    private func nextBatch() throws -> PlannedBatch? {
        if !again.isEmpty { return again.removeFirst() }
        return try source.planNext()
    }
}
