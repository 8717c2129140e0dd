// `direct-transactional`: the sink's database keeps the offsets, so there is no checkpoint and no log.
internal import Evidence
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

extension TransactionalSource {
    /// Opens the pipeline of `direct-transactional`. An output operation stands in for the database that keeps offsets
    /// with results.
    ///
    /// - Throws: ``EngineError``, `impossibleSink` for a sink that keeps no offsets, and what opening it throws.
    static func open(_ life: Pipeline.Life) throws -> Pipeline {
        let (configuration, seams) = (life.configuration, life.seams)
        var pipeline = Pipeline()
        guard seams.output == nil else {
            let source = try TransactionalSource(
                configuration: configuration, seams: seams, counters: life.counters)
            _ = try pipeline.addBatchLoop(source, life)
            return pipeline
        }
        guard configuration.strategy.canWrite(to: configuration.sink) else {
            throw EngineError(
                .impossibleSink,
                "direct-transactional cannot write to a sink that is \(configuration.sink.rawValue)",
                location: configuration.directory)
        }
        let sink = try TransactionalSink(configuration, seams: seams)
        // First take over, then look: nobody moves an offset in between.
        let before = try sink.takeOver()
        let source = try TransactionalSource(
            configuration: configuration, seams: seams, counters: life.counters, sink: sink)
        _ = try pipeline.addBatchLoop(source, life, sink: sink)
        if let before {
            let other = "driver \(before.number) (\(before.name))"
            pipeline.notes = { ["\(seams.driverName) took over from \(other) at the stored offsets"] }
        }
        return pipeline
    }
}
