// `direct`: the job is submitted first, the checkpoint that carries its ranges is written afterwards.
internal import World

/// Spark's DStream planner. Between the submission and the checkpoint lies the drift window: after a crash in it the
/// batch is planned anew, under the same number, from what the topic holds then.
final class DriftSource: BatchSource {
    private let seams: Seams
    private let planning: DirectPlanning
    private let writer: CheckpointWriter
    private let restored: Checkpoint
    private var current: Checkpoint
    /// The batch loop's count of tasks, by which the writer's lag is measured.
    var tasksRun: () -> Int = { 0 }

    init(
        configuration: EngineConfiguration, seams: Seams, store: CheckpointStore, writer: CheckpointWriter
    ) throws {
        self.seams = seams
        self.writer = writer
        var checkpoint = try store.newest() ?? Checkpoint()
        if checkpoint.next.isEmpty { checkpoint.next = configuration.starts }
        restored = checkpoint
        current = checkpoint
        planning = DirectPlanning(configuration: configuration, seams: seams, positions: checkpoint.next)
    }

    func batchesToRunAgain() -> [PlannedBatch] {
        restored.pending.map { batch, ranges in
            PlannedBatch(number: batch, tasks: ranges.map { .range($0) })
        }
    }

    func planNext() throws -> PlannedBatch? {
        guard let ranges = try planning.nextRanges() else { return nil }
        try seams.crash.before(.batchPlan)
        planning.advance(past: ranges)
        current.latest += 1
        current.pending.append((current.latest, ranges))
        current.next = planning.positions
        try seams.crash.after(.batchPlan)
        return PlannedBatch(number: current.latest, tasks: ranges.map { .range($0) })
    }

    func didSubmit(_ batch: PlannedBatch) {
        // A batch that runs again is in the checkpoint it came from.
        if restored.pending.contains(where: { $0.batch == batch.number }) { return }
        writer.enqueue(current, effects: .generationCheckpoint, tasksRun: tasksRun())
    }

    func didOutput(_ batch: PlannedBatch) {
        current.pending.removeAll { $0.batch == batch.number }
        writer.enqueue(current, effects: .completionCheckpoint, tasksRun: tasksRun())
    }

    var isExhausted: Bool { planning.isExhausted }
}
