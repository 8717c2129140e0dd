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
    /// A Kafka topic: a task's rows and the offsets behind them, which a consumer group keeps, are written in one
    /// transaction. Rows below a committed offset are dropped, and readers of committed records see a task's rows all at
    /// once.
    case kafkaTransactional = "kafka-transactional"
    /// Every write shows, as in `append`, but no rows are kept: each record is counted, at two bits. It is counted into
    /// memory that outlives the process; what a power loss would leave of a sink, it does not show.
    case counting

    /// The table of sinks: a line for each.
    public var traits: Traits {
        switch self {
        case .append: Traits(toldApartBy: .nothing)
        case .batchKeyed: Traits(toldApartBy: .batch, isAtomicPerTask: true)
        case .offsetKeyed: Traits(toldApartBy: .offset)
        case .transactional: Traits(toldApartBy: .offset, isAtomicPerTask: true, keepsOffsets: true)
        case .kafkaTransactional:
            Traits(toldApartBy: .offset, isAtomicPerTask: true, keepsOffsets: true, isTopic: true)
        case .counting: Traits(toldApartBy: .nothing, keepsRows: false)
        }
    }

    /// What is true of a sink.
    public struct Traits: Sendable {
        /// What tells a record that is written again from another.
        public enum Identity: Sendable {
            /// Nothing: every write shows.
            case nothing
            /// The batch that wrote it.
            case batch
            /// Its offset, which must therefore always mean the same record.
            case offset
        }

        /// What tells records apart.
        public var toldApartBy: Identity
        /// Whether a task's output shows only when the task has finished.
        public var isAtomicPerTask = false
        /// Whether offsets change with the rows, so that it can be asked where to go on.
        public var keepsOffsets = false
        /// Whether its rows lie in a topic of a broker, each step of whose transactions a crash can tell apart.
        public var isTopic = false
        /// Whether there is a row of each record.
        public var keepsRows = true
    }

    /// The sinks that keep a row of each record, and so what a crash does to rows.
    public static let keepingRows = allCases.filter(\.traits.keepsRows)

    /// Whether a record written twice is there twice, whoever wrote it.
    public var showsEveryWrite: Bool { traits.toldApartBy == .nothing }

    /// Whether what is stored is told apart by offsets, so that the same offset must always mean the same record.
    package var isKeyedByOffset: Bool { traits.toldApartBy == .offset }

    /// Whether offsets change with the rows.
    package var keepsOffsets: Bool { traits.keepsOffsets }

    /// Whether a task's output shows only when the task has finished.
    package var isAtomicPerTask: Bool { traits.isAtomicPerTask }
}
