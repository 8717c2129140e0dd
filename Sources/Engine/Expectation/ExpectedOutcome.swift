// What a crash must do: duplicates and losses in closed form, from the semantics of each strategy.
public import World

/// The outcome that the semantics predict for one crash, with the numbers it was derived from.
///
/// At the sink, for `receiver-wal` and the direct strategies, process kill, whatever the crash point:
///
///     append         duplicates = n + E      lost = 0
///     offset-keyed   duplicates = 0          lost = 0      (n is still counted as ingest duplicates)
///
/// n: records whose block is announced in the event log while their offsets are not committed; they are read from the
/// broker once more. E: records already in the sink that belong to a batch which the newest durable record of progress
/// (checkpoint or commit log) does not call complete; the batch runs once more. k: the records of the batch running at
/// the crash that are in the sink; N: all records of that batch. Engines that remember what is complete have E = k.
public struct ExpectedOutcome: Equatable, Sendable {
    /// Records in flight between the event log and the commit.
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
    /// The closed form with its values, and the row of the semantics table it comes from.
    public var derivation = ""

    /// The outcome of a run that does not crash: nothing twice, nothing lost.
    public init() { derivation = "no crash: 0 / 0" }

    /// The outcome of `crash`; nil when the strategy never reaches the point that often, or not in a countable way.
    public init?(strategy: Strategy, sink: SinkKind, crash: ArmedCrash, shape: LoadShape) {
        let schedule = CrashSchedule(strategy: strategy, shape: shape)
        guard let state = schedule.state(at: crash) else { return nil }
        n = state.inFlight
        k = state.output
        N = state.batch
        E = state.output
        ingestDuplicates = n
        duplicates = sink == .append ? n + E : 0
        let row = CrashPointGuide.row(of: crash.point, strategy: strategy).map { ", row \($0)" } ?? ""
        let form = sink == .append ? "n + E = \(n) + \(E)" : "0 (n = \(n), E = \(E) leave no trace)"
        derivation = "duplicates = \(form), lost = 0\(row)"
    }

    /// The value of a closed form's symbol.
    public func value(of symbol: Character) -> Int? {
        switch symbol {
        case "n": n
        case "k": k
        case "N": N
        case "E": E
        default: nil
        }
    }
}
