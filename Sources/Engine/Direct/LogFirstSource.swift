// `direct-log-first`: a batch's ranges are in the offset log before its job, its completion in the commit log after.
internal import Evidence
internal import Ingestion
internal import World

/// The protocol that Structured Streaming corrected: the plan is durable before anything acts on it. With
/// `plan-after-submit` it is not: the entry is written some tasks later, and then there is a drift window here too.
final class LogFirstSource: BatchSource {
    /// A plan whose entry is not in the log yet.
    private struct Unwritten {
        let batch: PlannedBatch
        let next: [Offset]
        let notBeforeTask: Int
    }

    private let log: OffsetLog
    private let seams: Seams
    private let planning: DirectPlanning
    private let counters: EngineCounters
    private let configuration: EngineConfiguration
    private let hasOwnStarts: Bool
    private var unwritten: Unwritten?
    /// The batch loop's count of tasks, by which the lag of an entry is measured.
    var tasksRun: () -> Int = { 0 }

    /// What this driver found of another one's work.
    private(set) var notes: [String] = []

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        log = try OffsetLog(
            directory: RunFolder.offsetLog(of: configuration.directory), seams: seams, counters: counters)
        self.seams = seams
        self.counters = counters
        self.configuration = configuration
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
        let plan = Unwritten(
            batch: batch, next: planning.positions, notBeforeTask: tasksRun() + configuration.checkpointLagTasks)
        if configuration.fidelity.has(.plansAfterSubmit) { unwritten = plan } else { try write(plan) }
        try seams.crash.after(.batchPlan)
        return batch
    }

    func didSubmit(_ batch: PlannedBatch) {}

    /// Writes the entry of a batch that was submitted before, once its lag has passed. False: there was none to write.
    func writePlanIfDue() throws -> Bool {
        guard let plan = unwritten, tasksRun() >= plan.notBeforeTask else { return false }
        try writeUnwrittenPlan()
        return true
    }

    func didOutput(_ batch: PlannedBatch) throws {
        // However long the lag, a batch is in the offset log before it is in the commit log.
        try writeUnwrittenPlan()
        try log.commit(batch: batch.number)
        try log.removeOld()
        counters.raise(.stateBytesPeak, to: log.bytes)
    }

    func didComplete(_ batch: BatchStatistics) { planning.learn(from: batch) }

    var dueAt: Nanoseconds? { planning.dueAt }

    var isExhausted: Bool { planning.isExhausted }

    private func writeUnwrittenPlan() throws {
        guard let plan = unwritten else { return }
        unwritten = nil
        try write(plan)
    }

    private func write(_ plan: Unwritten) throws {
        try log.plan(batch: plan.batch.number, ranges: plan.batch.ranges, next: plan.next)
        seams.observer?.reached(.durable, plan.batch.ranges)
    }
}

extension LogFirstSource {
    /// Opens the pipeline of `direct-log-first`: an entry of the offset log that is due goes before everything else.
    static func open(_ life: Pipeline.Life) throws -> Pipeline {
        var pipeline = Pipeline()
        let source = try LogFirstSource(configuration: life.configuration, seams: life.seams, counters: life.counters)
        pipeline.stages = [source.writePlanIfDue]
        let loop = try pipeline.addBatchLoop(source, life)
        source.tasksRun = { [unowned loop] in loop.tasksRun }
        pipeline.notes = { source.notes }
        return pipeline
    }
}
