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
public struct ExpectedOutcome: Equatable, Sendable {
    /// Records that reach the engine once more.
    public var n = 0
    /// Records of the running batch already in the sink.
    public var k = 0
    /// Records of the running batch; 0 when none is running.
    public var N = 0
    /// Records already output that recovery outputs again.
    public var E = 0
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

    /// The outcome of `crash`; nil when the strategy never reaches the point that often, or not in a countable way.
    public init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound, crash: ArmedCrash,
        shape: LoadShape
    ) {
        // A state takes every offset once, as the offset-keyed sink does; what it holds changes once per batch.
        let sink = job.keepsState ? .offsetKeyed : sink
        let schedule = CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, shape: shape)
        guard let moment = schedule.moment(at: crash) else { return nil }
        self.init(
            strategy: strategy, sink: sink, job: job, fidelity: fidelity, point: crash.point, moment: moment,
            shape: shape)
    }

    /// The outcome of a crash at `point`, at a moment already known.
    private init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity, point: CrashPoint,
        moment: CrashMoment, shape: LoadShape
    ) {
        k = moment.completionIsDurable ? 0 : moment.output
        N = moment.batchRecords
        let isForgotten =
            strategy == .receiver || strategy == .receiverReliable
            || (strategy == .receiverWal && !moment.hasCheckpoint && fidelity.has(.replaysOnlyWithCheckpoint))
        var keepsNumbers = true
        switch strategy {
        case .raw: return nil
        case .receiver, .receiverReliable, .receiverWal:
            let received = ReceivedRecords(strategy: strategy, fidelity: fidelity, moment: moment, shape: shape)
            if isForgotten {
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
                n = received.announcedBeyondCommitted
                E = ExpectedOutcome.outputRunAgain(moment, fidelity)
            }
        case .direct:
            E = ExpectedOutcome.outputRunAgain(moment, fidelity)
            keepsNumbers = moment.hasCheckpoint || !fidelity.has(.numbersByClock)
        case .directLogFirst:
            E = k
        case .directCommit:
            // Whatever has been output since the last offsets sent; nothing remembers which batch it was.
            let unsent = moment.previousIsCommitted ? 0 : moment.previousRecords
            E = moment.completionIsDurable ? moment.batchRecords : unsent + moment.output
            keepsNumbers = false
        case .directTransactional:
            // With a job the state is what remembers, and no number of a batch is in it.
            if job.keepsState, !moment.stateIsDurable {
                E = moment.output
                keepsNumbers = false
            }
        }
        ingestDuplicates = n + (keepsNumbers ? 0 : E)
        switch sink {
        case .append: duplicates = n + E
        case .batchKeyed: duplicates = ingestDuplicates
        case .offsetKeyed: duplicates = 0
        case .transactional where strategy == .directTransactional:
            // A batch of which nothing is stored is planned again under its own number, and is one ingest.
            ingestDuplicates = moment.output > 0 ? moment.unshown : 0
        case .transactional:
            let journaled = ExpectedOutcome(
                strategy: strategy, sink: .offsetKeyed, fidelity: fidelity, point: point, moment: moment.asJournaled,
                shape: shape)
            ingestDuplicates = journaled?.ingestDuplicates ?? 0
        }
        row = CrashPointGuide.row(of: point, strategy: strategy, at: moment, isForgotten: isForgotten)
        derivation = describe(sink) + (row.map { ", row \($0)" } ?? "")
    }

    /// E for engines that remember batches: those at or after the newest durable checkpoint's that have output.
    private static func outputRunAgain(_ moment: CrashMoment, _ fidelity: Fidelity) -> Int {
        let rerunsLast = fidelity.has(.rerunsLastBatch)
        if moment.completionIsDurable { return rerunsLast ? moment.batchRecords : 0 }
        return (rerunsLast && !moment.generationIsDurable ? moment.previousRecords : 0) + moment.output
    }

    private func describe(_ sink: SinkKind) -> String {
        let form =
            switch sink {
            case .append: "n + E = \(n) + \(E)"
            case .batchKeyed: "\(duplicates) (n = \(n); of E = \(E) those whose batch keeps its number are dropped)"
            case .offsetKeyed: "0 (n = \(n) and E = \(E) leave no trace)"
            case .transactional: "0 (n = \(n) and E = \(E) lie below the stored offsets)"
            }
        return "duplicates = \(form), lost = \(lost)"
    }
}
