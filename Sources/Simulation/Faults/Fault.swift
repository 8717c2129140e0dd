// What can go wrong by schedule within one life of an engine.

/// One fault and when it strikes, counted from the life's start; places are counted from 1. What each does is said in
/// <doc:DiskFaults> and <doc:BrokerFaults>.
public enum Fault: Hashable, Sendable, CustomStringConvertible {
    /// Only so many more bytes can be written.
    case diskFull(afterBytes: Int)
    /// A sync of a file fails, and its pages are lost to every later sync.
    case syncFails(at: Int)
    /// A sync of a file takes so much longer.
    case syncIsSlow(at: Int, milliseconds: Int)
    /// As a disk operation (open, read, write or sync) begins, a durable bit of the engine's state turns; which one, the
    /// seed says.
    case bitRot(at: Int, seed: UInt64)
    /// A fetch fails because no broker can be reached.
    case fetchFails(at: Int)
    /// A fetch brings nothing before its time is over.
    case fetchTimesOut(at: Int)
    /// A fetch takes so much longer.
    case fetchIsSlow(at: Int, milliseconds: Int)
    /// A commit of offsets is refused and not applied.
    case commitFails(at: Int)
    /// A commit of offsets is applied, and its answer does not arrive.
    case commitAnswerIsLost(at: Int)
    /// As a fetch begins, retention takes all records of its partition that no restart would want.
    case retention(at: Int)
    /// As a fetch begins, retention takes all records of its partition, those it wants included.
    case retentionAhead(at: Int)
    /// As a fetch begins, its partition gets a new leader that has everything.
    case election(at: Int)
    /// As a fetch begins, its partition gets a new leader that lacks so many of the newest records.
    case uncleanElection(at: Int, losing: Int)
    /// As a commit of offsets begins, the group takes the receiver for dead.
    case rebalance(at: Int)

    /// As it is written in reports and capsules.
    public var description: String {
        switch self {
        case .diskFull(let bytes): "disk-full-after-\(bytes)"
        case .syncFails(let place): "sync-fails-at-\(place)"
        case .syncIsSlow(let place, let milliseconds): "sync-slow-at-\(place)-for-\(milliseconds)"
        case .bitRot(let place, let seed): "bit-rot-at-\(place)-seed-\(seed)"
        case .fetchFails(let place): "fetch-fails-at-\(place)"
        case .fetchTimesOut(let place): "fetch-times-out-at-\(place)"
        case .fetchIsSlow(let place, let milliseconds): "fetch-slow-at-\(place)-for-\(milliseconds)"
        case .commitFails(let place): "commit-fails-at-\(place)"
        case .commitAnswerIsLost(let place): "commit-answer-lost-at-\(place)"
        case .retention(let place): "retention-at-\(place)"
        case .retentionAhead(let place): "retention-ahead-at-\(place)"
        case .election(let place): "election-at-\(place)"
        case .uncleanElection(let place, let records): "unclean-election-at-\(place)-losing-\(records)"
        case .rebalance(let place): "rebalance-at-\(place)"
        }
    }

    /// Reads what ``description`` writes; nil when it is none.
    public init?(parsing text: String) {
        let parts = text.split(separator: "-")
        let words = parts.filter { Int($0) == nil && UInt64($0) == nil }.joined(separator: "-")
        let numbers = parts.compactMap { UInt64($0) }
        guard let first = numbers.first.flatMap({ Int(exactly: $0) }) else { return nil }
        let second = numbers.count > 1 ? numbers[1] : 0
        let fault: Fault
        switch words {
        case "disk-full-after": fault = .diskFull(afterBytes: first)
        case "sync-fails-at": fault = .syncFails(at: first)
        case "sync-slow-at-for": fault = .syncIsSlow(at: first, milliseconds: Int(clamping: second))
        case "bit-rot-at-seed": fault = .bitRot(at: first, seed: second)
        case "fetch-fails-at": fault = .fetchFails(at: first)
        case "fetch-times-out-at": fault = .fetchTimesOut(at: first)
        case "fetch-slow-at-for": fault = .fetchIsSlow(at: first, milliseconds: Int(clamping: second))
        case "commit-fails-at": fault = .commitFails(at: first)
        case "commit-answer-lost-at": fault = .commitAnswerIsLost(at: first)
        case "retention-at": fault = .retention(at: first)
        case "retention-ahead-at": fault = .retentionAhead(at: first)
        case "election-at": fault = .election(at: first)
        case "unclean-election-at-losing": fault = .uncleanElection(at: first, losing: Int(clamping: second))
        case "rebalance-at": fault = .rebalance(at: first)
        default: return nil
        }
        // Only the one way of writing it is read, so that equal faults have equal names.
        guard fault.description == text else { return nil }
        self = fault
    }

    /// Whether a strategy must keep what it promises in spite of the fault. The others take away what every strategy takes
    /// for granted, a disk that keeps what it synced and a broker that keeps records until they are output; after one of
    /// them records may be lost.
    public var leavesPromises: Bool {
        switch self {
        case .bitRot, .retentionAhead, .uncleanElection: false
        default: true
        }
    }
}
