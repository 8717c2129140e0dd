// What each strategy and sink promises, and whether an outcome keeps it.
internal import Engine
public import Ingestion
internal import Judgement
internal import Simulation
internal import World

/// The way in which a promise was broken.
public enum Breach: String, CaseIterable, Codable, Sendable {
    /// A record that was to be there is not.
    case loss
    /// More duplicates than a sound engine leaves.
    case duplicates
    /// A row that is damaged, or a record that nobody produced.
    case corruption
    /// The last life, in which nothing goes wrong, cannot go on from what the others left.
    case stuck
}

/// The promise of a strategy and sink: that of a sound engine, whatever deviations a run has, and what was claimed for it.
///
/// After process kills it is the closed form to the record, records that arrive between lives included. After a power loss,
/// where there is no closed form, nothing is lost that the strategy promises to keep, and there are no more duplicates than
/// the worst process kill can leave.
public struct Promise {
    private let schedule: Schedule
    /// Whether what Spark's documentation claimed counts, beyond what a sound engine promises.
    private let asClaimed: Bool
    private let worstDuplicates: Int
    /// The closed forms after one crash, where all of them were needed.
    private let afterOneCrash: [ArmedCrash: ExpectedOutcome]

    /// The promise for schedules of this strategy, sink and shape.
    public init(of schedule: Schedule) {
        self.schedule = schedule
        asClaimed = schedule.fidelity == .spark
        let isCounted = schedule.interleaving == nil
        let needsWorst = isCounted && !Promise.duplicatesNothing(schedule.strategy, schedule.sink)
        afterOneCrash = needsWorst ? Promise.outcomesAfterOneCrash(of: schedule) : [:]
        worstDuplicates = isCounted ? afterOneCrash.values.reduce(0) { max($0, $1.duplicates) } : .max
    }

    /// Whether no record may be lost, however the lives end. A batch-keyed sink trusts that the same batch has the same
    /// records, which a strategy whose plan becomes durable after its job cannot promise.
    public static func losesNothing(_ strategy: Strategy, _ sink: SinkKind) -> Bool {
        strategy.promisesNoLoss && !(sink == .batchKeyed && !strategy.traits.repeatsItsBatches)
    }

    /// Whether no record may be there twice, however the lives end.
    public static func duplicatesNothing(_ strategy: Strategy, _ sink: SinkKind) -> Bool {
        switch sink.traits.toldApartBy {
        case .offset: true
        case .nothing: false
        // A receiver's batch is the same again, but its blocks may come again in another.
        case .batch: strategy.traits.repeatsItsBatches && strategy.isDirect
        }
    }

    /// The first thing in which an outcome of `lives` breaks the promise; nil: it is kept.
    public func breach(by outcome: Outcome, of lives: [Schedule.Life]) -> Breach? {
        // A disk that loses what it synced, or a broker that drops what was not read, is beyond every promise.
        if lives.contains(where: { $0.faults.contains { !$0.leavesPromises } }) { return nil }
        if outcome.failure != nil { return .stuck }
        // A record that may be lost may also be left half written.
        if outcome.corrupted > 0, schedule.strategy.promisesNoLoss || outcome.lost == 0 { return .corruption }
        let expected = expected(after: lives)
        if outcome.lost > allowedLoss(expected) { return .loss }
        return outcome.duplicates > expected?.duplicates ?? allowedDuplicates(lives) ? .duplicates : nil
    }

    private func allowedDuplicates(_ lives: [Schedule.Life]) -> Int {
        if Promise.duplicatesNothing(schedule.strategy, schedule.sink) { return 0 }
        return isCounted(lives) && lives.allSatisfy { $0.arrivals == 0 } ? worstDuplicates * lives.count : .max
    }

    /// Whether the stages go in the engine's own order and nothing else goes wrong, which is what closed forms are for.
    private func isCounted(_ lives: [Schedule.Life]) -> Bool {
        schedule.interleaving == nil && lives.allSatisfy(\.faults.isEmpty)
    }

    private func allowedLoss(_ expected: ExpectedOutcome?) -> Int {
        if Promise.losesNothing(schedule.strategy, schedule.sink) { return 0 }
        // Whoever takes the documentation's word for a batch-keyed sink plants a bug.
        if schedule.bug == .batchKeyOnDriftingPlan, schedule.strategy.promisesNoLoss { return 0 }
        if asClaimed, schedule.strategy.promisesNoLoss { return 0 }
        return expected?.lost ?? .max
    }

    /// The closed form of a sound engine, where there is one.
    private func expected(after lives: [Schedule.Life]) -> ExpectedOutcome? {
        if lives.isEmpty { return ExpectedOutcome() }
        guard isCounted(lives), lives.allSatisfy({ $0.powerLoss == nil }) else { return nil }
        let crashes = lives.compactMap(\.crash)
        guard crashes.count == lives.count else { return nil }
        if lives.count == 1, lives[0].arrivals == 0, schedule.restartBatch == .limited,
            let known = afterOneCrash[crashes[0]]
        {
            return known
        }
        let outages = lives.map { Outage(arrivals: $0.arrivals, restartBatch: schedule.restartBatch) }
        if lives.count > 1, outages.contains(where: { $0 != Outage() }) {
            return ExpectedOutcome(
                strategy: schedule.strategy, sink: schedule.sink, crashes: Array(zip(crashes, outages)),
                shape: schedule.shape)
        }
        return ExpectedOutcome(
            strategy: schedule.strategy, sink: schedule.sink, crashes: crashes, outage: outages[0],
            shape: schedule.shape)
    }

    private static func outcomesAfterOneCrash(of schedule: Schedule) -> [ArmedCrash: ExpectedOutcome] {
        let crashes = CrashSchedule(strategy: schedule.strategy, sink: schedule.sink, shape: schedule.shape)
        var outcomes: [ArmedCrash: ExpectedOutcome] = [:]
        for point in CrashPoint.all where point.isDeath {
            guard let count = crashes.occurrences(of: point), count > 0 else { continue }
            for crash in (1...count).map({ ArmedCrash(point, at: $0) }) {
                outcomes[crash] = ExpectedOutcome(
                    strategy: schedule.strategy, sink: schedule.sink, crash: crash, shape: schedule.shape)
            }
        }
        return outcomes
    }
}
