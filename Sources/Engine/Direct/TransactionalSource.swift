// `direct-transactional`: the sink's database keeps the offsets, so there is no checkpoint and no log.
internal import Ingestion
internal import World

/// Plans from the offsets that the sink has stored. A batch of which a crash left a part is not run again: each of its
/// partitions goes on where its own last transaction ended.
final class TransactionalSource: BatchSource {
    private let seams: Seams
    private let planning: DirectPlanning
    private var number: Int64 = 0

    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, sink: TransactionalSink
    ) throws {
        self.seams = seams
        var positions = configuration.starts
        for partition in configuration.partitions {
            guard let stored = try sink.storedOffset(of: partition) else { continue }
            positions[Int(partition)] = stored.offset
            number = max(number, stored.batch)
        }
        planning = DirectPlanning(
            configuration: configuration, seams: seams, counters: counters, positions: positions)
    }

    /// Plans from the offsets that the output operation has stored with its results.
    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        guard let positions = try seams.ownStarts(configuration) else {
            throw EngineError(
                .impossibleStart,
                "direct-transactional begins where its output has stored offsets, and the output operation has none",
                location: seams.broker.topic)
        }
        self.seams = seams
        // An operation does not say which numbers its batches had, so they come from the clock.
        number = BatchNumbering.beforeFirst(Fidelity([.numbersByClock]), clock: seams.clock)
        planning = DirectPlanning(
            configuration: configuration, seams: seams, counters: counters, positions: positions)
    }

    func batchesToRunAgain() -> [PlannedBatch] { [] }

    func planNext() throws -> PlannedBatch? {
        guard let ranges = try planning.nextRanges() else { return nil }
        try seams.crash.before(.batchPlan)
        planning.advance(past: ranges)
        number += 1
        try seams.crash.after(.batchPlan)
        return PlannedBatch(number: number, tasks: ranges.map { .range($0) })
    }

    func didSubmit(_ batch: PlannedBatch) {}

    func didOutput(_ batch: PlannedBatch) {}

    func didComplete(_ batch: BatchStatistics) { planning.learn(from: batch) }

    var dueAt: Nanoseconds? { planning.dueAt }

    var isExhausted: Bool { planning.isExhausted }
}
