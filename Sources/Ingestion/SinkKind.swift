// The sinks: where a batch's output goes, and what a repeated write does there.

/// What a sink does with a record written again.
public enum SinkKind: String, CaseIterable, Sendable, Codable {
    /// Every write shows.
    case append
    /// What a batch wrote for a partition is kept, and anything the same batch writes for it again is dropped.
    case batchKeyed = "batch-keyed"
    /// One row per partition and offset; a repeated write replaces the row.
    case offsetKeyed = "offset-keyed"
    /// A database: a task's rows and the offsets behind them change in one transaction, and rows below a stored offset
    /// are dropped.
    case transactional
    /// Every write shows, as in `append`, but no rows are kept: each record is counted, at two bits. It is counted into
    /// memory that outlives the process; what a power loss would leave of a sink, it does not show.
    case counting

    /// The sinks that keep a row of each record, and so what a crash does to rows.
    public static let keepingRows = allCases.filter { $0 != .counting }

    /// Whether a record written twice is there twice, whoever wrote it.
    public var showsEveryWrite: Bool { self == .append || self == .counting }

    /// Whether what is stored is told apart by offsets, so that the same offset must always mean the same record.
    package var isKeyedByOffset: Bool { self == .offsetKeyed || self == .transactional }

    /// Whether a task's output shows only when the task has finished.
    package var isAtomicPerTask: Bool { self == .batchKeyed || self == .transactional }
}
