// What a crash must do: duplicates and losses in closed form, from the semantics of each strategy.
public import World

/// The outcome that the semantics predict for one crash, with the numbers it was derived from.
///
/// For a process kill followed by a restart that drains the input:
///
///     strategy              duplicates, every write shown        lost
///     receiver-wal          n + E                                0
///     receiver-wal, F       max(0, output - committed)           max(0, committed - output)
///     receiver, -reliable   max(0, output - committed)           max(0, committed - output)
///     direct, -log-first    E                                    0; batch-keyed: G
///     direct-commit         E                                    0
///     direct-transactional  0                                    0
///
/// n: records read from the broker once more although their block is known: those announced and not committed, and, where
/// the last offset is committed in place of the next, one for each partition with a commit (p of them). E: records already
/// in the sink of every batch that recovery runs again: the batch under way (k of its N records) and, where the last batch
/// runs again whether or not it was complete, that one (L). F is the hole at the start: with no checkpoint yet, a log that
/// is replayed only with one is not replayed. Output and committed are compared partition by partition.
///
/// Before anything is stored, a `reset` to the latest offsets loses all that is not out; see `DirectRestart` and
/// `ReceivedRecords`. A task that fails is `TaskFailureOutcome`'s, damage is `DirectRestart`'s and `ReceiverRestart`'s.
///
/// A batch-keyed sink drops E wherever the batch keeps its number; an offset-keyed and a transactional one drop every
/// duplicate. Ingest duplicates of these two are counted where records are read, so a task that was killed before its
/// transaction counts with what it had read.
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
    /// The row of the semantics table; nil for a point that only this engine has.
    public var row: String?
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
        // A state takes every offset once, as the offset-keyed sink does; what it holds changes once per batch.
        let sink = job.keepsState ? .offsetKeyed : sink
        let schedule = CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, shape: shape)
        guard crash.point.isDeath else {
            guard let outcome = ExpectedOutcome.ofFailure(crash, sink: sink, schedule: schedule) else { return nil }
            self = outcome
            return
        }
        guard let moment = schedule.moment(at: crash) else { return nil }
        self.init(
            strategy: strategy, sink: sink, job: job, fidelity: fidelity, point: crash.point, moment: moment,
            outage: outage, schedule: schedule, shape: shape)
    }

    /// The outcome of a crash at `point`, at a moment already known.
    private init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity, point: CrashPoint,
        moment: CrashMoment, outage: Outage, schedule: CrashSchedule, shape: LoadShape
    ) {
        // What a state makes of damage, or of records that nobody reads, is the job's own affair.
        guard !job.keepsState || (outage.damage == nil && outage.reset == .earliest) else { return nil }
        k = moment.completionIsDurable ? 0 : moment.output
        N = moment.batchRecords
        let isForgotten =
            strategy == .receiver || strategy == .receiverReliable
            || (strategy == .receiverWal && !moment.hasCheckpoint && fidelity.has(.replaysOnlyWithCheckpoint))
        // Of E, what comes under another number than before; whether that makes it another ingest.
        var renumbered = 0
        var isOtherIngest = true
        var isUnstored = false
        switch strategy {
        case .raw: return nil
        case .receiver, .receiverReliable, .receiverWal:
            if isForgotten {
                let received = ReceivedRecords(
                    strategy: strategy, fidelity: fidelity, moment: moment, outage: outage, shape: shape)
                let damaged = outage.damage?.checkpoints ?? 0
                // Where the log is forgotten and the event is lost that says which numbers were used, they are used again.
                let losesNumber = outage.damage == .lastEvent && moment.newestEvent(fidelity) == .allocation
                guard !losesNumber, NewestRecord(moment: moment, fidelity: fidelity, damaged: damaged) != nil else {
                    return nil
                }
                n = received.outputBeyondCommitted
                lost = received.committedBeyondOutput
                if job.keepsState, !moment.stateIsDurable {
                    var held = moment
                    held.output = 0
                    lost =
                        ReceivedRecords(strategy: strategy, fidelity: fidelity, moment: held, shape: shape)
                        .committedBeyondOutput
                }
            } else {
                guard
                    let restart = ReceiverRestart(
                        fidelity: fidelity, moment: moment, outage: outage, schedule: schedule, shape: shape)
                else { return nil }
                (n, E, renumbered, lost) = (restart.n, restart.E, restart.renumbered, restart.lost)
                isOtherIngest = false
            }
        case .direct, .directLogFirst:
            guard
                let restart = DirectRestart(
                    strategy: strategy, fidelity: fidelity, moment: moment, outage: outage, schedule: schedule,
                    shape: shape)
            else { return nil }
            (E, renumbered, G, lost) = (restart.E, restart.renumbered, restart.G, restart.lost)
            isUnstored = restart.isUnstored
        case .directCommit:
            guard outage.damage == nil else { return nil }
            // Whatever has been output since the last offsets sent; nothing remembers which batch it was.
            let unsent = moment.previousIsCommitted ? 0 : moment.previousRecords
            E = moment.completionIsDurable ? moment.batchRecords : unsent + moment.output
            isUnstored = !moment.hasCommitted
            if isUnstored, outage.reset == .latest { E = 0 }
            lost = ExpectedOutcome.neverRead(moment, outage, shape)
            renumbered = E
        case .directTransactional:
            guard outage.damage == nil else { return nil }
            lost = shape.neverStored(at: moment, outage)
        }
        ingestDuplicates = n + (isOtherIngest && sink != .batchKeyed ? renumbered : 0)
        switch sink {
        case .append: duplicates = n + E
        case .batchKeyed:
            // It drops what comes again under the same number, and what is new there with it.
            let shown = isUnstored || strategy == .directCommit || !isOtherIngest ? renumbered : 0
            duplicates = n + shown
            ingestDuplicates += isOtherIngest ? shown : 0
            lost += G
        case .offsetKeyed: duplicates = 0
        case .transactional where strategy == .directTransactional:
            // A batch of which nothing is stored is planned again under its own number, and is one ingest.
            let isReadAgain = outage.reset == .earliest || (moment.batch ?? 0) > 0
            ingestDuplicates = moment.output > 0 && isReadAgain ? moment.unshown : 0
        case .transactional:
            let journaled = ExpectedOutcome(
                strategy: strategy, sink: .offsetKeyed, fidelity: fidelity, point: point, moment: moment.asJournaled,
                outage: outage, schedule: schedule, shape: shape)
            ingestDuplicates = journaled?.ingestDuplicates ?? 0
        }
        row = CrashPointGuide.row(
            of: point, strategy: strategy, fidelity: fidelity, at: moment, isForgotten: isForgotten,
            isUnstored: isUnstored, damage: outage.damage)
        derivation = describe(sink) + (row.map { ", row \($0)" } ?? "")
    }

    /// For `direct-commit`: records that lie before the place from which a restart reads, and are not in the sink.
    private static func neverRead(_ moment: CrashMoment, _ outage: Outage, _ shape: LoadShape) -> Int {
        guard outage.reset == .latest else { return 0 }
        let after = shape.recordsByPartition(after: outage)
        if !moment.hasCommitted { return Int(after.reduce(0, +)) - moment.earlierOutput - moment.output }
        // A partition that had no record yet has no committed offset either.
        return zip(shape.recordsByPartition, after).reduce(0) { $0 + ($1.0 == 0 ? Int($1.1) : 0) }
    }

    private func describe(_ sink: SinkKind) -> String {
        let form =
            switch sink {
            case .append: "n + E = \(n) + \(E)"
            case .batchKeyed: "\(duplicates) (n = \(n); of E = \(E) those whose batch keeps its number are dropped)"
            case .offsetKeyed: "0 (n = \(n) and E = \(E) leave no trace)"
            case .transactional: "0 (n = \(n) and E = \(E) lie below the stored offsets)"
            }
        let trap = G > 0 ? ", G = \(G)" + (sink == .batchKeyed ? " of it dropped with its batch" : "") : ""
        return "duplicates = \(form), lost = \(lost)\(trap)"
    }
}
