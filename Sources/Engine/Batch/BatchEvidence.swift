// What is noted of every batch for those who judge the run: its plan before the job, how it went afterwards.
internal import Evidence
internal import World

/// Writes the journal of plans and the statistics of batches. Neither is read by the engine.
final class BatchEvidence {
    private let clock: any Clock
    private let plans: ReadJournal
    private let statistics: BatchStatisticsFile
    private var current = BatchStatistics()
    private var startedAt: Nanoseconds = 0

    init(directory: String, seams: Seams) throws {
        clock = seams.clock
        plans = try ReadJournal(directory: directory, disk: seams.disk, name: ReadJournal.plans)
        statistics = try BatchStatisticsFile(directory: directory, disk: seams.disk)
    }

    /// Notes a batch as planned, before its tasks are split.
    func willSubmit(_ batch: PlannedBatch) throws {
        startedAt = clock.now()
        current = BatchStatistics()
        current.batch = batch.number
        current.inputs = batch.tasks.count
        current.records = batch.tasks.reduce(0) { $0 + $1.records }
        current.schedulingDelay = batch.dueAt.map { startedAt > $0 ? startedAt - $0 : 0 } ?? 0
        if !batch.ranges.isEmpty {
            try plans.append(batch: batch.number, ingest: batch.number, ranges: batch.ranges)
        }
    }

    /// Notes the batch as complete; returns how it went.
    func didComplete(_ batch: PlannedBatch, shuffleBytes: Int64) throws -> BatchStatistics {
        current.tasks = batch.tasks.count
        current.shuffleBytes = shuffleBytes
        current.endedAt = clock.now()
        current.processingTime = current.endedAt - startedAt
        try statistics.append(current.line)
        return current
    }

    func close() {
        plans.close()
        statistics.close()
    }
}
