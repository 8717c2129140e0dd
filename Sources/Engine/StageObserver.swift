// How the engine tells an observer how far records have come; normal runs have none.
public import World

/// How far a record has come.
public enum ObservedStage: String, CaseIterable, Codable, Sendable {
    /// Nothing can lose it from now on: its block is in the synced log, or its range in a durable plan. Strategies that
    /// promise no such thing before the output never say so.
    case durable
    /// It is in the sink, and synced there; for `raw`, which has none, handed over.
    case sink
}

/// Watches records by their offsets. Called once per group of blocks or per batch, never per record; stages may be told
/// from different threads, and a stage may be told again of offsets it was told of before.
public protocol StageObserver: AnyObject, Sendable {
    /// The records at these offsets have just come as far as `stage`.
    func reached(_ stage: ObservedStage, _ ranges: [OffsetRange])
}
