// `direct-commit`: offsets go to the consumer group, and each batch's only when the next batch is planned.
internal import Ingestion
internal import World

/// Spark's `CanCommitOffsets`: there is no checkpoint, and a restart goes on from what the group has committed.
final class CommitSource: BatchSource {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let planning: DirectPlanning
    private var number: Int64
    /// The ranges of completed batches whose offsets have not been sent.
    private var uncommitted: [OffsetRange] = []

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.configuration = configuration
        self.seams = seams
        let own = try seams.ownStarts(configuration)
        let committed = try PartitionDiscovery(configuration: configuration, seams: seams)
            .committedOffsets(group: configuration.group)
        planning = DirectPlanning(
            configuration: configuration, seams: seams, counters: counters,
            positions: own ?? zip(committed, configuration.starts).map { $0 ?? $1 })
        // Nothing remembers the numbers that an earlier life used, so they come from the clock.
        number = BatchNumbering.beforeFirst(Fidelity([.numbersByClock]), clock: seams.clock)
    }

    func batchesToRunAgain() -> [PlannedBatch] { [] }

    func planNext() throws -> PlannedBatch? {
        guard let ranges = try planning.nextRanges() else { return nil }
        try seams.crash.before(.batchPlan)
        planning.advance(past: ranges)
        number += 1
        try commitOutput()
        try seams.crash.after(.batchPlan)
        return PlannedBatch(number: number, tasks: ranges.map { .range($0) })
    }

    /// Commits the offsets of the completed batch that has not been told of, if there is one.
    func commitOutput() throws {
        guard !uncommitted.isEmpty else { return }
        try seams.crash.before(.batchOffsetsCommit)
        try seams.offsets.commit(uncommitted.map { ($0.partition, $0.until) }, group: configuration.group)
        uncommitted = []
        try seams.crash.after(.batchOffsetsCommit)
    }

    func didSubmit(_ batch: PlannedBatch) {}

    func didOutput(_ batch: PlannedBatch) { uncommitted = batch.ranges }

    func didComplete(_ batch: BatchStatistics) { planning.learn(from: batch) }

    var dueAt: Nanoseconds? { planning.dueAt }

    var isExhausted: Bool { planning.isExhausted }
}

extension CommitSource {
    /// Opens the pipeline of `direct-commit`.
    static func open(_ life: Pipeline.Life) throws -> Pipeline {
        var pipeline = Pipeline()
        let source = try CommitSource(configuration: life.configuration, seams: life.seams, counters: life.counters)
        _ = try pipeline.addBatchLoop(source, life)
        pipeline.commitAtLast = source.commitOutput
        return pipeline
    }
}
