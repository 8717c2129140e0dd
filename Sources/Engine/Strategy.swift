// The ingestion strategies: how records get into the engine, and who owns their offsets.

/// How records get into the engine.
public enum Strategy: String, CaseIterable, Sendable, Codable {
    /// Poll and drop: the ceiling every other row is a percentage of. Nothing is kept.
    case raw
    /// Consume, write-ahead log, block event, and only then commit the group's offsets.
    case receiverWal = "receiver-wal"
    /// The engine owns offset ranges; its checkpoint is written after the job was submitted (the drift window).
    case direct
    /// The engine owns offset ranges; the range is durable before the job, always.
    case directLogFirst = "direct-log-first"
}
