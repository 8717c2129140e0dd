// Damages what a run has made durable, between the death of one life and the start of the next.
internal import WriteAheadLog
public import World

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
    var checkpoints: Int {
        switch self {
        case .newestCheckpoint: 1
        case .newestTwoCheckpoints: 2
        case .lastEvent, .lastBlock: 0
        }
    }

    /// Does the damage to a run that is not running.
    ///
    /// - Returns: Whether there was anything to damage.
    /// - Throws: `DiskError`, or the log's own error.
    public func strike(_ configuration: EngineConfiguration, disk: any Disk) throws -> Bool {
        let framing: WriteAheadLog.Framing = configuration.fidelity.has(.writesPlainFrames) ? .plain : .checked
        switch self {
        case .newestCheckpoint, .newestTwoCheckpoints:
            let directory = RunFolder.checkpoints(of: configuration.directory)
            guard disk.exists(directory) else { return false }
            let names = try disk.list(directory).filter { !$0.hasSuffix(AtomicFile.temporarySuffix) }
            for name in names.suffix(checkpoints) {
                let file = try disk.open("\(directory)/\(name)", .update)
                defer { file.close() }
                try file.truncate(to: try file.length() / 2)
            }
            return !names.isEmpty
        case .lastEvent:
            return try WriteAheadLog.tearLastFrame(
                disk: disk, directory: RunFolder.eventLog(of: configuration.directory), framing: framing)
        case .lastBlock:
            return try WriteAheadLog.tearLastFrame(
                disk: disk, directory: RunFolder.blockLog(of: configuration.directory), framing: framing)
        }
    }
}
