// What crashes must do: duplicates and losses in closed form, from the semantics of each strategy.
public import Ingestion
public import World

/// The outcome that the semantics predict for the crashes of a run, with the numbers it was derived from.
///
/// For a process kill followed by a restart that drains the input:
///
///     strategy              duplicates, every write shown        lost
///     receiver-wal          n + E                                0
///     receiver-wal, F       max(0, output - committed)           max(0, committed - output)
///     receiver, -reliable   max(0, output - committed)           max(0, committed - output)
///     direct, -log-first    E                                    0
///     direct-commit         E                                    0
///     direct-transactional  0                                    0
///
/// n: records read from the broker once more although their block is known: those announced and not committed, and, where
/// the last offset is committed in place of the next, one for each partition with a commit (p of them). E: records already
/// in the sink of every batch that recovery runs again: the batch under way (k of its N records) and, where the last batch
/// runs again whether or not it was complete, that one (L). F is the hole at the start: with no checkpoint yet, a log that
/// is replayed only with one is not replayed. Output and committed are compared partition by partition.
///
/// A batch-keyed sink drops E wherever the batch keeps its number; an offset-keyed and a transactional one drop every
/// duplicate. Ingest duplicates of these two are counted where records are read, so a task that was killed before its
/// transaction counts with what it had read.
///
/// When the recovery is killed in its turn, the table holds for each life by itself: E counts what that life has output
/// and the next will output again, n what that life has read and the next will read again, and all of them add up. What is
/// committed and output is counted over all lives so far.
public struct ExpectedOutcome: Equatable, Sendable {
    /// Records that reach the engine once more.
    public var n = 0
    /// Records of the running batch already in the sink.
    public var k = 0
    /// Records of the running batch; 0 when none is running.
    public var N = 0
    /// Records already output that recovery outputs again.
    public var E = 0
    /// Records by which a batch that is planned again goes beyond its first plan, for partitions that had finished.
    public var G = 0
    /// Duplicates at the sink.
    public var duplicates = 0
    /// Ingest duplicates.
    public var ingestDuplicates = 0
    /// Losses.
    public var lost = 0
    /// The row of the semantics table, one for each crash; nil for points that only this engine has.
    public var row: String?
    /// Whether the next life refuses to go on, so that there is nothing to count.
    public var isRefused = false
    /// The closed form with its values, and the row of the semantics table it comes from.
    public var derivation = ""

    /// The outcome of a run that does not crash: nothing twice, nothing lost.
    public init() { derivation = "no crash: 0 / 0" }

    /// The outcome of `crash` and of the `outage` that follows it; nil when the strategy never reaches the point that often,
    /// or not in a countable way, or when the restart refuses what the outage has left.
    public init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound, crash: ArmedCrash,
        outage: Outage = Outage(), shape: LoadShape
    ) {
        self.init(
            strategy: strategy, sink: sink, job: job, fidelity: fidelity, crashes: [crash], outage: outage, shape: shape
        )
    }

    /// The outcome of a run whose first life dies at the first of `crashes`, the life after that at the second, and so on;
    /// n, k, N and E are summed over them. Nil when one of the lives never reaches its point that often, or not in a
    /// countable way; and for several crashes with an outage, or with plans that become durable after their jobs.
    public init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound, crashes: [ArmedCrash],
        outage: Outage = Outage(), shape: LoadShape
    ) {
        guard strategy != .raw else { return nil }
        // A state takes every offset once, as the offset-keyed sink does; what it holds changes once per batch.
        let sink = job.keepsState ? .offsetKeyed : sink
        var schedule = CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, shape: shape)
        if crashes.contains(where: { !$0.point.isDeath }) {
            guard crashes.count == 1,
                let outcome = ExpectedOutcome.ofFailure(
                    crashes[0], strategy: strategy, sink: sink, schedule: schedule)
            else { return nil }
            self = outcome
            return
        }
        if !outage.events.isEmpty {
            guard crashes.count == 1,
                let outcome = ExpectedOutcome.afterEvents(
                    crashes[0], strategy: strategy, sink: sink, fidelity: fidelity, outage: outage, schedule: schedule)
            else { return nil }
            self = outcome
            return
        }
        if outage != Outage(onDataLoss: outage.onDataLoss)
            || (strategy == .directLogFirst && fidelity.has(.plansAfterSubmit))
        {
            guard crashes.count == 1, let moment = schedule.moment(at: crashes[0]) else { return nil }
            self.init(
                strategy: strategy, sink: sink, job: job, fidelity: fidelity, point: crashes[0].point, moment: moment,
                outage: outage, schedule: schedule, shape: shape)
            return
        }
        var deaths: [CrashSchedule.Death] = []
        for crash in crashes {
            guard let death = schedule.death(at: crash) else { return nil }
            deaths.append(death)
            schedule = death.next
        }
        self.init(strategy: strategy, sink: sink, fidelity: fidelity, deaths: deaths)
    }

    /// What the deaths of successive lives come to.
    init(strategy: Strategy, sink: SinkKind, fidelity: Fidelity, deaths: [CrashSchedule.Death]) {
        self.init()
        guard !deaths.isEmpty else { return }
        var rows: [String?] = []
        for (life, death) in deaths.enumerated() {
            let (moment, toll) = (death.moment, death.toll)
            let isUnstored =
                switch strategy {
                case .direct, .directLogFirst: !moment.hasStored(strategy)
                case .directCommit: !moment.hasCommitted
                default: false
                }
            n += toll.n
            k += moment.completionIsDurable ? 0 : moment.output
            N += moment.batchRecords
            E += toll.E
            lost += toll.lost
            ingestDuplicates += toll.ingestDuplicates
            rows.append(
                death.isStop
                    ? "GS"
                    : CrashPointGuide.row(
                        of: death.crash.point, strategy: strategy, fidelity: fidelity, at: moment,
                        isForgotten: toll.isForgotten, isUnstored: life == 0 && isUnstored, damage: nil))
        }
        switch sink {
        case .append, .counting: duplicates = n + E
        case .batchKeyed: duplicates = ingestDuplicates
        case .offsetKeyed, .transactional, .kafkaTransactional: duplicates = 0
        }
        if rows.contains(where: { $0 != nil }) { row = rows.map { $0 ?? "-" }.joined(separator: RowEvidence.separator) }
        derivation = describe(sink, deaths.map(\.toll)) + citation(strategy)
    }

    /// The row, as the end of a derivation; marked where it rests on inference.
    func citation(_ strategy: Strategy) -> String {
        row.map { ", row \(RowEvidence.marked($0, strategy: strategy))" } ?? ""
    }

    /// The closed form with the values of each life.
    private func describe(_ sink: SinkKind, _ tolls: [DeathToll]) -> String {
        func each(_ value: (DeathToll) -> String) -> String { tolls.map(value).joined(separator: ", then ") }
        let form =
            switch sink {
            case .append, .counting: "n + E = " + each { "\($0.n) + \($0.E)" }
            case .batchKeyed:
                "\(duplicates) (n = \(each { "\($0.n)" }); of E = \(each { "\($0.E)" }) those whose batch keeps its "
                    + "number are dropped)"
            case .offsetKeyed: "0 (n = \(each { "\($0.n)" }) and E = \(each { "\($0.E)" }) leave no trace)"
            case .transactional, .kafkaTransactional:
                "0 (n = \(each { "\($0.n)" }) and E = \(each { "\($0.E)" }) lie below the stored offsets)"
            }
        return "duplicates = \(form), lost = \(each { "\($0.lost)" })"
    }
}
