// `direct-log-first`: a batch's ranges are in the offset log before its job, its completion in the commit log after.
internal import World

/// The protocol that Structured Streaming corrected: the plan is durable before anything acts on it.
final class LogFirstSource: BatchSource {
    private let log: OffsetLog
    private let seams: Seams
    private let planning: DirectPlanning
    private let counters: EngineCounters
    private let hasOwnStarts: Bool

    /// What this driver found of another one's work.
    private(set) var notes: [String] = []

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        log = try OffsetLog(
            directory: RunFolder.offsetLog(of: configuration.directory), seams: seams, counters: counters)
        self.seams = seams
        self.counters = counters
        let own = try seams.ownStarts(configuration)
        hasOwnStarts = own != nil
        let logged = log.latestPlanned == 0 ? configuration.starts : try log.positions(after: log.latestPlanned)
        planning = DirectPlanning(
            configuration: configuration, seams: seams, counters: counters, positions: own ?? logged)
        if log.latestPlanned > 0 {
            notes = [
                "\(seams.driverName) goes on after batch \(log.latestPlanned), which "
                    + "\(try log.driver(of: log.latestPlanned)) planned"
            ]
        }
    }

    func batchesToRunAgain() throws -> [PlannedBatch] {
        guard !hasOwnStarts, log.latestPlanned > log.latestCommitted else { return [] }
        let number = log.latestPlanned
        return [PlannedBatch(number: number, tasks: try log.ranges(of: number).map { .range($0) })]
    }

    func planNext() throws -> PlannedBatch? {
        guard let ranges = try planning.nextRanges() else { return nil }
        let batch = PlannedBatch(number: log.latestPlanned + 1, tasks: ranges.map { .range($0) })
        try seams.crash.before(.batchPlan)
        planning.advance(past: ranges)
        try log.plan(batch: batch.number, ranges: ranges, next: planning.positions)
        try seams.crash.after(.batchPlan)
        return batch
    }

    func didSubmit(_ batch: PlannedBatch) {}

    func didOutput(_ batch: PlannedBatch) throws {
        try log.commit(batch: batch.number)
        try log.removeOld()
        counters.raise(.stateBytesPeak, to: log.bytes)
    }

    func didComplete(_ batch: BatchStatistics) { planning.learn(from: batch) }

    var dueAt: Nanoseconds? { planning.dueAt }

    var isExhausted: Bool { planning.isExhausted }
}
