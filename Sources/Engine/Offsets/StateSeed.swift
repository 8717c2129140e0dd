// Writes a state folder that begins at given positions: the other end of an export.
internal import Evidence
public import World

/// Makes states to start from.
public enum StateSeed {
    /// What a state folder is to begin with.
    public enum Kind: Sendable {
        /// A checkpoint of this version of the program, for `direct` and the receivers.
        case checkpoint(program: Int)
        /// An entry of the offset log that counts as complete, for `direct-log-first`.
        case offsetLog
    }

    /// Writes `positions` into the state folder `directory`. Batches go on being numbered behind `latestBatch`, so that a
    /// sink that is keyed by them never takes new output for old. A state that is there already is only superseded if
    /// `overwrites`, and a receiver's logs never.
    ///
    /// - Throws: ``EngineError``: `stateExists`, or `noSavedState` where a partition has no position; ``DiskError``.
    public static func write(
        _ positions: Positions, as kind: Kind, in directory: String, overwrites: Bool, disk: any Disk
    ) throws {
        let next = try positions.offsets.enumerated().map { partition, offset in
            guard let offset else {
                throw EngineError(
                    .noSavedState, "there is no position for partition \(partition)", location: directory)
            }
            return offset
        }
        guard !next.isEmpty else {
            throw EngineError(.noSavedState, "there is no position for any partition", location: directory)
        }
        try check(directory, overwrites: overwrites, disk: disk)
        switch kind {
        case .checkpoint(let program):
            let folder = RunFolder.checkpoints(of: directory)
            var checkpoint = Checkpoint()
            checkpoint.program = program
            checkpoint.latest = positions.latestBatch ?? 0
            checkpoint.next = next
            try CheckpointStore.add(checkpoint, to: folder, disk: disk)
        case .offsetLog:
            // Number 0 would say that nothing was ever planned.
            try OffsetLog.add(
                batch: max(1, positions.latestBatch ?? 0), next: next, to: RunFolder.offsetLog(of: directory),
                disk: disk)
        }
    }

    private static func check(_ directory: String, overwrites: Bool, disk: any Disk) throws {
        for folder in [RunFolder.eventLog(of: directory), RunFolder.blockLog(of: directory)]
        where try holdsFiles(folder, disk) {
            throw EngineError(
                .stateExists, "the folder holds a receiver's log, whose blocks positions cannot replace",
                location: folder)
        }
        if overwrites { return }
        let states = [
            RunFolder.checkpoints(of: directory), "\(RunFolder.offsetLog(of: directory))/offsets",
        ]
        for folder in states where try holdsFiles(folder, disk) {
            throw EngineError(.stateExists, "the folder holds a state already", location: folder)
        }
    }

    private static func holdsFiles(_ folder: String, _ disk: any Disk) throws -> Bool {
        try disk.exists(folder) && !disk.list(folder).isEmpty
    }
}
