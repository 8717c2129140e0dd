// The ingestion strategies: how records get into the engine, and who owns their offsets.

/// How records get into the engine.
public enum Strategy: String, CaseIterable, Sendable, Codable {
    /// Poll and drop: the ceiling every other row is a percentage of. Nothing is kept.
    case raw
    /// Consume and keep in memory; the group's offsets are committed now and then, whatever has become of the records.
    case receiver
    /// Consume, keep in memory, and only then commit the group's offsets.
    case receiverReliable = "receiver-reliable"
    /// Consume, write-ahead log, block event, and only then commit the group's offsets.
    case receiverWal = "receiver-wal"
    /// The engine owns offset ranges; its checkpoint is written after the job was submitted (the drift window).
    case direct
    /// The engine owns offset ranges; the range is durable before the job, always.
    case directLogFirst = "direct-log-first"
    /// The engine plans offset ranges and commits them to the consumer group when it plans the batch after.
    case directCommit = "direct-commit"
    /// The engine owns offset ranges; the sink's own database keeps them, changed in one transaction with the results.
    case directTransactional = "direct-transactional"

    /// Whether a process kill must never lose a record.
    public var promisesNoLoss: Bool { self != .raw && self != .receiver && self != .receiverReliable }

    /// Whether the strategy can write to a sink: one that keeps its offsets in the sink needs the sink to do so.
    public func canWrite(to sink: SinkKind) -> Bool { self != .directTransactional || sink == .transactional }

    /// Whether records come through a receiver, in blocks.
    public var isReceiver: Bool { self == .receiver || self == .receiverReliable || self == .receiverWal }
}
