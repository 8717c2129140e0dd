// What the disk loses of a run between the death of one life and the start of the next.

/// Damage to the newest of what a run keeps, as a disk does it that loses its last bytes although they were synced.
public enum Damage: String, CaseIterable, Codable, Sendable {
    /// The newest checkpoint ends half way.
    case newestCheckpoint = "newest-checkpoint"
    /// The two newest checkpoints end half way: for Spark, a checkpoint and its backup.
    case newestTwoCheckpoints = "newest-two-checkpoints"
    /// The last event of the event log ends half way.
    case lastEvent = "last-event"
    /// The last block of the block log ends half way.
    case lastBlock = "last-block"

    /// The strategies that keep what is damaged and read it after a restart.
    public var strategies: [Strategy] {
        switch self {
        case .newestCheckpoint, .newestTwoCheckpoints: Strategy.allCases.filter(\.traits.checkpoints)
        case .lastEvent, .lastBlock: Strategy.allCases.filter(\.traits.logsBlocks)
        }
    }

    /// How many checkpoints it takes.
    package var checkpoints: Int {
        switch self {
        case .newestCheckpoint: 1
        case .newestTwoCheckpoints: 2
        case .lastEvent, .lastBlock: 0
        }
    }
}
