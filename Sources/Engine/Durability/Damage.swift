// Damages what a run has made durable, between the death of one life and the start of the next.
internal import Evidence
public import Ingestion
public import World
internal import WriteAheadLog

extension Damage {
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
