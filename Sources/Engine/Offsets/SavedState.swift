// What a state folder says of its run's positions, read without changing anything in it.
internal import Evidence
public import World
internal import WriteAheadLog

/// The positions that a run's state folder holds, and the batches that a restart from it would run again.
public struct SavedState: Equatable, Sendable {
    /// A batch that a restart would run again, and the offsets it reads.
    public struct PendingBatch: Equatable, Sendable {
        /// The batch's number.
        public var number: Int64
        /// Its offsets.
        public var ranges: [OffsetRange]
    }

    /// The file the state was read from.
    public var path: String
    /// The version of the program that wrote it; nil where the state is bound to none.
    public var program: Int?
    /// The newest batch planned; 0: none.
    public var latestBatch: Int64 = 0
    /// Batches that a restart would run again, oldest first.
    public var pending: [PendingBatch] = []
    /// The offsets of a receiver's logged blocks that no batch has taken.
    public var waiting: [OffsetRange] = []
    /// By partition, where the next batch begins; empty for a receiver, whose group knows where it goes on.
    public var next: [Offset] = []
    /// Whether it is a receiver's.
    public var isReceiver = false
    /// Newer checkpoints that are damaged and were stepped over.
    public var damagedCheckpoints = 0
    private var unannounced = UnannouncedBlocks()

    /// Reads the newest readable checkpoint of the state folder `directory`, and a receiver's logs beside it.
    ///
    /// - Throws: ``EngineError``: `noSavedState`, `damagedCheckpoint`, `unknownCheckpointFormat`; the log's own error.
    public static func checkpoint(in directory: String, disk: any Disk) throws -> SavedState {
        let found = try CheckpointStore.newest(in: RunFolder.checkpoints(of: directory), disk: disk)
        // Only a receiver's checkpoint does not say where the next batch begins, and a log goes with each.
        let isReceiver = disk.exists(RunFolder.eventLog(of: directory)) || found?.checkpoint.next.isEmpty == true
        guard found != nil || isReceiver else {
            throw EngineError(
                .noSavedState,
                "the folder holds no checkpoint"
                    + (disk.exists(RunFolder.offsetLog(of: directory)) ? ", but an offset log" : ""),
                location: directory)
        }
        let checkpoint = found?.checkpoint ?? Checkpoint()
        var state = SavedState(path: found?.path ?? RunFolder.eventLog(of: directory))
        state.program = found?.checkpoint.program
        state.latestBatch = checkpoint.latest
        state.damagedCheckpoints = found?.damaged ?? 0
        state.isReceiver = isReceiver
        if isReceiver {
            try state.readLogs(in: directory, checkpoint, disk)
        } else {
            state.next = checkpoint.next
            state.pending = checkpoint.pending.map { PendingBatch(number: $0, ranges: checkpoint.ranges(of: $0)) }
        }
        return state
    }

    /// Reads the newest entry of the offset log in the state folder `directory`.
    ///
    /// - Throws: ``EngineError``: `noSavedState`, `damagedCheckpoint`.
    public static func offsetLog(in directory: String, disk: any Disk) throws -> SavedState {
        let folder = RunFolder.offsetLog(of: directory)
        guard let latest = try OffsetLog.latest(in: folder, disk: disk) else {
            throw EngineError(
                .noSavedState,
                "the folder holds no offset log"
                    + (disk.exists(RunFolder.checkpoints(of: directory)) ? ", but checkpoints" : ""),
                location: directory)
        }
        var state = SavedState(path: latest.path)
        state.latestBatch = latest.batch
        state.next = latest.next
        if !latest.isCommitted { state.pending = [PendingBatch(number: latest.batch, ranges: latest.ranges)] }
        return state
    }

    /// Where to go on without this state so that nothing is lost: for each partition the first offset of the oldest batch
    /// that a restart would run again, or of a block that waits; otherwise the next one, which for a receiver is what its
    /// group has `committed`, by partition.
    ///
    /// - Returns: the positions, with the newest batch number in use.
    /// - Throws: ``EngineError``, `noSavedState` for a receiver's state without `committed`.
    public func positions(committed: [Offset?]? = nil) throws -> Positions {
        if isReceiver, committed == nil {
            throw EngineError(
                .noSavedState,
                "a receiver's state knows its logged blocks; where it goes on reading stands in its group",
                location: path)
        }
        try unannounced.compare(with: committed ?? [], events: path)
        var offsets: [Offset?] = isReceiver ? committed ?? [] : next.map { $0 }
        var first: [Offset?] = []
        for range in pending.flatMap(\.ranges) + waiting {
            let missing = Int(range.partition) + 1 - first.count
            if missing > 0 { first += Array(repeating: nil, count: missing) }
            first[Int(range.partition)] = min(first[Int(range.partition)] ?? range.from, range.from)
        }
        for (partition, offset) in first.enumerated() where offset != nil {
            if partition >= offsets.count { offsets += Array(repeating: nil, count: partition + 1 - offsets.count) }
            offsets[partition] = offset
        }
        return Positions(latestBatch: latestBatch, offsets: offsets)
    }

    /// The most records that come out again after a start from ``positions(committed:)``: those of batches that a restart
    /// would run again. How many of them are in the sink already the state does not know.
    public var recordsOfPendingBatches: Int64 {
        // Ranges of a damaged state may overlap; what they sum up to is then as wrong as they are.
        pending.flatMap(\.ranges).reduce(0) { $0.addingReportingOverflow($1.count).overflow ? .max : $0 + $1.count }
    }

    /// The blocks that a receiver has logged and not finished, as its restart would find them.
    private mutating func readLogs(in directory: String, _ checkpoint: Checkpoint, _ disk: any Disk) throws {
        var tracker = BlockTracker()
        var blocksNamed: UInt64 = 0
        let events = RunFolder.eventLog(of: directory)
        try WriteAheadLog.inspect(disk: disk, directory: events) { kind, position, payload in
            guard let event = BlockEvent(kind: kind, bytes: payload) else {
                throw EngineError(
                    .damagedEvent, "event \(position.sequence) of kind \(kind) is not one kbench writes",
                    location: events)
            }
            if case .addition(let block, _) = event { blocksNamed = block.sequence + 1 }
            tracker.replay(event, sequence: position.sequence)
        }
        let blocks = RunFolder.blockLog(of: directory)
        if try WriteAheadLog.framing(disk: disk, directory: events) == .checked {
            try checkpoint.compare(with: tracker, isNewest: damagedCheckpoints == 0, events: events)
            try WriteAheadLog.inspect(disk: disk, directory: blocks, lastSegmentOnly: true) { _, position, payload in
                guard position.sequence >= blocksNamed else { return }
                try unannounced.note(payload, at: position, of: blocks)
            }
        }
        let unfinished = tracker.allocated.filter {
            $0.batch > checkpoint.latest || checkpoint.pending.contains($0.batch)
        }
        if !disk.exists(blocks), !(unfinished.flatMap(\.blocks) + tracker.waiting).isEmpty {
            throw EngineError(
                .noSavedState,
                "this receiver kept its blocks in memory, so nothing says which records the unfinished ones held",
                location: directory)
        }
        let reader = LogReader(
            disk: disk, directory: blocks,
            framing: try WriteAheadLog.framing(disk: disk, directory: blocks))
        defer { reader.close() }
        func ranges(of received: [ReceivedBlock]) throws -> [OffsetRange] {
            try received.flatMap { block in
                let found = try reader.read(block.position) { bytes in
                    do {
                        return try Block(copying: bytes).offsetRanges
                    } catch let error as BlockFormatError {
                        throw EngineError(noBlockAt: block.position, of: blocks, error)
                    }
                }
                for range in found
                where StoredNumbers.range(partition: Int64(range.partition), from: range.from, until: range.until)
                    == nil
                {
                    throw EngineError(
                        .damagedBlock, "a block of the log names partition \(range.partition)@\(range.from)",
                        location: blocks)
                }
                return found
            }
        }
        latestBatch = max(checkpoint.latest, tracker.latestBatch)
        pending = try unfinished.map { PendingBatch(number: $0.batch, ranges: try ranges(of: $0.blocks)) }
        waiting = try ranges(of: tracker.waiting)
    }
}
