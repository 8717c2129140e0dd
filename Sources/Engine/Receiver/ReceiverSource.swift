// The receivers' batches: a batch takes the blocks that wait; which ones is durable before its job.
internal import Evidence
internal import Ingestion
internal import World

/// Plans batches of received blocks.
final class ReceiverSource: BatchSource {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let log: BlockLog
    private let receiver: Receiver
    private let writer: CheckpointWriter
    private let store: CheckpointStore
    private let counters: EngineCounters
    private var current: Checkpoint
    private let again: [PlannedBatch]
    private var nextTick: Nanoseconds = 0
    private(set) var dueAt: Nanoseconds?
    /// The batch loop's count of tasks, by which the writer's lag is measured.
    var tasksRun: () -> Int = { 0 }

    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, log: BlockLog,
        receiver: Receiver, restored: Checkpoint?, store: CheckpointStore, writer: CheckpointWriter
    ) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        self.log = log
        self.receiver = receiver
        self.store = store
        self.writer = writer
        let restored = restored ?? Checkpoint()
        let listed = restored.batchesToRunAgain(configuration.fidelity)
        // A batch is complete when a checkpoint that knows it no longer lists it; what the log allocated and no
        // checkpoint knows yet has to run again.
        let unfinished = log.tracker.allocated.filter { $0.batch > restored.latest || listed.contains($0.batch) }
        if let broken = unfinished.first(where: { $0.missing > 0 }) {
            throw EngineError(
                .damagedEvent, "batch \(broken.batch) took \(broken.missing) blocks that the event log does not have",
                location: RunFolder.eventLog(of: configuration.directory))
        }
        if !configuration.fidelity.has(.skipsDamagedBlocks) {
            try log.checkThatItHolds(unfinished.flatMap(\.blocks) + log.tracker.waiting)
        }
        again = unfinished.map { PlannedBatch(number: $0.batch, tasks: $0.blocks.map { .block($0) }) }
        current = Checkpoint()
        current.latest = max(restored.latest, log.tracker.latestBatch)
        current.pending = again.map(\.number)
        if case .time(_, let interval) = configuration.cuts { nextTick = seams.clock.now() + interval }
        writer.didWrite = { [unowned self] in try cleanUp(after: $0) }
    }

    func batchesToRunAgain() -> [PlannedBatch] { again }

    func planNext() throws -> PlannedBatch? {
        guard isDue() else { return nil }
        let number = current.latest + 1
        try seams.crash.before(.batchPlan)
        let blocks = try log.allocate(to: number)
        current.latest = number
        current.pending.append(number)
        try seams.crash.after(.batchPlan)
        return PlannedBatch(number: number, tasks: blocks.map { .block($0) })
    }

    func didSubmit(_ batch: PlannedBatch) {
        if again.contains(where: { $0.number == batch.number }) { return }
        writer.enqueue(current, effects: .generationCheckpoint, tasksRun: tasksRun())
    }

    func didOutput(_ batch: PlannedBatch) {
        current.pending.removeAll { $0 == batch.number }
        log.releaseMemory(of: batch.number)
        counters.raise(.stateBytesPeak, to: log.bytes + store.bytes)
        writer.enqueue(current, effects: .completionCheckpoint, tasksRun: tasksRun())
    }

    func didComplete(_ batch: BatchStatistics) {}

    var isExhausted: Bool { receiver.isExhausted && receiver.queue.isEmpty && log.tracker.waiting.isEmpty }

    private func isDue() -> Bool {
        let nothingMoreComes = receiver.isExhausted && receiver.queue.isEmpty
        switch configuration.cuts {
        case .count(_, let batch):
            guard !log.tracker.waiting.isEmpty else { return false }
            return nothingMoreComes || log.tracker.waitingRecords >= batch
        case .time(_, let interval):
            guard seams.clock.now() >= nextTick else { return false }
            dueAt = nextTick
            while nextTick <= seams.clock.now() { nextTick += interval }
            // A tick that finds no blocks passes without a batch.
            return !log.tracker.waiting.isEmpty
        }
    }

    /// Everything that a durable checkpoint no longer lists is complete, and its blocks are not needed again.
    private func cleanUp(after checkpoint: Checkpoint) throws {
        defer { log.measure() }
        // Nothing becomes superfluous by a batch that has only begun.
        guard !checkpoint.pending.contains(checkpoint.latest) else { return }
        let needed = checkpoint.batchesToRunAgain(configuration.fidelity).min() ?? checkpoint.latest + 1
        // Where the last batch runs again, the one before is kept too, for the day its checkpoint cannot be read.
        let through = needed - (configuration.fidelity.has(.rerunsLastBatch) ? 2 : 1)
        if through > log.tracker.cleanedThrough { try log.cleanUp(through: through) }
        try store.removeOld()
    }
}

extension ReceiverSource {
    /// Opens the pipeline of a receiver: batches before blocks, blocks before polling.
    static func open(_ life: Pipeline.Life) throws -> Pipeline {
        let (configuration, seams, counters) = (life.configuration, life.seams, life.counters)
        var pipeline = Pipeline()
        let (store, writer) = try pipeline.openCheckpoints(life)
        let restored = try store.restore()
        let log = try BlockLog(
            configuration: configuration, seams: seams, counters: counters, restored: restored,
            isNewest: store.restoredNewest)
        let receiver = try Receiver(configuration: configuration, seams: seams, counters: counters)
        try log.compare(with: receiver.committed)
        receiver.waiting = { [unowned log] in (log.tracker.waiting.count, log.tracker.waitingRecords) }
        let pusher = BlockPusher(configuration: configuration, seams: seams, receiver: receiver, log: log)
        let source = try ReceiverSource(
            configuration: configuration, seams: seams, counters: counters, log: log, receiver: receiver,
            restored: restored, store: store, writer: writer)
        let loop = try pipeline.addBatchLoop(source, life, writer: writer, readBlock: log.read)
        source.tasksRun = { [unowned loop] in loop.tasksRun }
        receiver.didCut = { [unowned loop] in loop.expect($0) }
        let closesLog = configuration.fidelity.has(.closesLogFirst)
        let canLeaveBlocks = configuration.strategy.traits.logsBlocks && !closesLog
        pipeline.beginToLeave = { stop in
            let leavesBlocks = stop == .term && canLeaveBlocks
            try receiver.stop(keepsPolled: !leavesBlocks)
            loop.stop(replays: !leavesBlocks, plans: !leavesBlocks && !closesLog)
        }
        if configuration.strategy.traits.commitsUnasked { pipeline.commitAtLast = receiver.commitPolled }
        pipeline.stages.append(pusher.step)
        pipeline.stages.append(receiver.step)
        pipeline.closers.append(receiver.close)
        pipeline.closers.append(log.close)
        return pipeline
    }
}
