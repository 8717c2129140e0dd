// `direct`: the job is submitted first, the checkpoint that carries its ranges is written afterwards.
internal import Ingestion
internal import World

/// Spark's DStream planner. Between the submission and the checkpoint lies the drift window: after a crash in it the
/// batch is planned anew, under the same number, from what the topic holds then.
final class DriftSource: BatchSource {
    private let seams: Seams
    private let fidelity: Fidelity
    private let planning: DirectPlanning
    private let writer: CheckpointWriter
    private let again: [PlannedBatch]
    private var current: Checkpoint
    /// The batch loop's count of tasks, by which the writer's lag is measured.
    var tasksRun: () -> Int = { 0 }

    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, store: CheckpointStore,
        writer: CheckpointWriter
    ) throws {
        self.seams = seams
        self.writer = writer
        fidelity = configuration.fidelity
        if let restored = try store.restore() {
            current = restored
        } else {
            current = Checkpoint()
            current.latest = BatchNumbering.beforeFirst(fidelity, clock: seams.clock)
            current.next = configuration.starts
        }
        if let own = try seams.ownStarts(configuration) {
            current.pending = []
            current.ranges = []
            current.next = own
        }
        // Without a checkpoint the number before the first is no batch.
        again = current.batchesToRunAgain(fidelity).compactMap { [current] batch in
            let ranges = current.ranges(of: batch)
            return ranges.isEmpty ? nil : PlannedBatch(number: batch, tasks: ranges.map { .range($0) })
        }
        planning = DirectPlanning(
            configuration: configuration, seams: seams, counters: counters, positions: current.next)
    }

    func batchesToRunAgain() -> [PlannedBatch] { again }

    func planNext() throws -> PlannedBatch? {
        guard let ranges = try planning.nextRanges() else { return nil }
        try seams.crash.before(.batchPlan)
        planning.advance(past: ranges)
        current.latest += 1
        current.pending.append(current.latest)
        current.ranges += ranges.map { (current.latest, $0) }
        current.next = planning.positions
        current.dropRanges(fidelity)
        try seams.crash.after(.batchPlan)
        return PlannedBatch(number: current.latest, tasks: ranges.map { .range($0) })
    }

    func didSubmit(_ batch: PlannedBatch) {
        // A batch that runs again is in the checkpoint it came from.
        if again.contains(where: { $0.number == batch.number }) { return }
        writer.enqueue(current, effects: .generationCheckpoint, tasksRun: tasksRun())
    }

    func didOutput(_ batch: PlannedBatch) {
        current.pending.removeAll { $0 == batch.number }
        current.dropRanges(fidelity)
        writer.enqueue(current, effects: .completionCheckpoint, tasksRun: tasksRun())
    }

    func didComplete(_ batch: BatchStatistics) { planning.learn(from: batch) }

    var dueAt: Nanoseconds? { planning.dueAt }

    var isExhausted: Bool { planning.isExhausted }
}

extension DriftSource {
    /// Opens the pipeline of `direct`.
    static func open(_ life: Pipeline.Life) throws -> Pipeline {
        let (seams, counters) = (life.seams, life.counters)
        var pipeline = Pipeline()
        let (store, writer) = try pipeline.openCheckpoints(life)
        let source = try DriftSource(
            configuration: life.configuration, seams: seams, counters: counters, store: store, writer: writer)
        writer.didWrite = { checkpoint in
            seams.observer?.reached(.durable, checkpoint.ranges.map(\.range))
            counters.raise(.stateBytesPeak, to: store.bytes)
            try store.removeOld()
        }
        let loop = try pipeline.addBatchLoop(source, life, writer: writer)
        source.tasksRun = { [unowned loop] in loop.tasksRun }
        return pipeline
    }
}
