// The bugs that can be planted in the engine, to see whether exploration finds them.

/// A mistake that an engine could have. Only exploration can switch one on; a worker process never has one.
public enum PlantedBug: String, CaseIterable, Codable, Sendable {
    /// The log of blocks is never synced.
    case blockLogNeverSynced = "block-log-never-synced"
}
