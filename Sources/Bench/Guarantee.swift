// What a strategy and a sink guarantee, found from the closed forms of every crash there is; and the crash that is priced.
internal import Engine
internal import Ingestion
internal import Judgement
internal import World

/// What the sink holds after a crash, at worst.
enum Guarantee: String, Sendable {
    case exactlyOnce = "exactly-once"
    case atLeastOnce = "at-least-once"
    case atMostOnce = "at-most-once"
    case none

    /// The guarantee over every crash point and occurrence of a small load, also when records arrive while the engine is
    /// down and the batch after the crash takes them in: a batch may then be another one under the same number.
    static func of(_ cell: BenchCell) -> Guarantee {
        guard let sink = cell.sink else { return .none }
        let shape = LoadShape(
            records: 80, partitions: 2, blockRecords: 5, batchRecords: 20, groupCommitBlocks: 1, checkpointLagTasks: 1,
            autoCommitBlocks: 3, chunkRecords: 4)
        let schedule = CrashSchedule(strategy: cell.strategy, sink: sink, shape: shape)
        let outages = [Outage(), Outage(arrivals: 20, restartBatch: .unlimited)]
        var duplicates = 0
        var lost = 0
        for point in CrashPoint.all where point.isDeath {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                for outage in outages {
                    let outcome = ExpectedOutcome(
                        strategy: cell.strategy, sink: sink, crash: ArmedCrash(point, at: occurrence + 1),
                        outage: outage, shape: shape)
                    duplicates = max(duplicates, outcome?.duplicates ?? 0)
                    lost = max(lost, outcome?.lost ?? 0)
                }
            }
        }
        switch (duplicates > 0, lost > 0) {
        case (false, false): return .exactlyOnce
        case (true, false): return .atLeastOnce
        case (false, true): return .atMostOnce
        case (true, true): return .none
        }
    }
}

extension BenchCell {
    /// The crash that is priced under a load, half way through it, with what it must do; nil where the load is too small to
    /// reach it.
    func pricedCrash(_ shape: LoadShape) -> (crash: ArmedCrash, expected: ExpectedOutcome)? {
        guard let sink, let point = strategy.traits.dearestCrash,
            let count = CrashSchedule(strategy: strategy, sink: sink, shape: shape).occurrences(of: point), count > 0
        else { return nil }
        let crash = ArmedCrash(point, at: (count + 1) / 2)
        return ExpectedOutcome(strategy: strategy, sink: sink, crash: crash, shape: shape).map { (crash, $0) }
    }
}
