// The receiver's two write-ahead logs, one of blocks and one of their events, with what they say after a restart.
internal import Evidence
internal import Ingestion
internal import World
internal import WriteAheadLog

/// A place in the write-ahead log.
typealias LogPosition = Position

/// Blocks and their events, and the tracker that mirrors them in memory.
final class BlockLog {
    /// The kind of a block's frame.
    private static func kind(of block: Block) -> UInt8 { block.encoding == .runs ? 1 : 2 }

    /// Nil for a receiver that keeps its blocks in memory only.
    private let blocks: WriteAheadLog?
    private let events: WriteAheadLog
    private let counters: EngineCounters
    private let blockDirectory: String
    private let syncs: Bool
    private let removesNeededSegments: Bool
    private(set) var tracker = BlockTracker()
    /// The first sequence of blocks that events name and the log has lost; nil where it has all of them.
    private var firstLost: UInt64?
    private var unannounced = UnannouncedBlocks()
    private let eventDirectory: String

    /// Opens the logs; `restored` is the checkpoint to go with them, `isNewest` whether no newer one was stepped over.
    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, restored: Checkpoint?,
        isNewest: Bool
    ) throws {
        self.counters = counters
        blockDirectory = RunFolder.blockLog(of: configuration.directory)
        removesNeededSegments = seams.mistakes.contains(.removesNeededSegments)
        syncs = !configuration.fidelity.has(.skipsLogSync)
        let options = WriteAheadLog.Options(
            segmentBytes: configuration.walSegmentBytes, compressionLevel: configuration.walCompressionLevel,
            crash: seams.crash,
            framing: configuration.fidelity.has(.writesPlainFrames) ? .plain : .checked)
        var tracker = BlockTracker()
        eventDirectory = RunFolder.eventLog(of: configuration.directory)
        var eventOptions = options
        eventOptions.compressionLevel = nil
        var blockOptions = options
        // A log that is not synced is left to the cache. Plain frames do not tell zeros behind the last one from a frame.
        blockOptions.bypassesCache = syncs && options.framing == .checked
        var blocksNamed: UInt64 = 0
        let (events, eventReport) = try WriteAheadLog.open(
            disk: seams.disk, directory: eventDirectory, options: eventOptions,
            scan: .allFrames { [eventDirectory] kind, position, payload in
                guard let event = BlockEvent(kind: kind, bytes: payload) else {
                    throw EngineError(
                        .damagedEvent, "event \(position.sequence) of kind \(kind) is not one kbench writes",
                        location: "\(eventDirectory) at byte \(position.offset) of segment \(position.segment)")
                }
                if case .addition(let block, _) = event { blocksNamed = block.sequence + 1 }
                tracker.replay(event, sequence: position.sequence)
            })
        self.events = events
        counters.add(.tornBytes, eventReport.tornBytes)
        let compares = configuration.fidelity.comparesWhatItFinds
        if compares { try restored?.compare(with: tracker, isNewest: isNewest, events: eventDirectory) }
        if configuration.strategy.traits.logsBlocks {
            // Blocks are only ever read at the positions that events name, so the log itself need not be scanned; what lies
            // behind them is looked at where it can tell that events are missing.
            var unannounced = UnannouncedBlocks()
            let compares = compares && configuration.membership == .manual
            let (blocks, report) = try WriteAheadLog.open(
                disk: seams.disk, directory: blockDirectory, options: blockOptions,
                scan: compares
                    ? .lastSegment { [blocksNamed, blockDirectory] _, position, payload in
                        guard position.sequence >= blocksNamed else { return }
                        try unannounced.note(payload, at: position, of: blockDirectory)
                    } : .lastSegmentOnly)
            self.blocks = blocks
            self.unannounced = unannounced
            if blocksNamed > blocks.nextSequence {
                // Their numbers must not be given to other blocks.
                firstLost = blocks.nextSequence
                blocks.skip(to: blocksNamed)
            }
            counters.add(.tornBytes, report.tornBytes)
            tracker.noteEnd(of: blocks, isWhole: events.firstSequence == 0)
        } else {
            blocks = nil
            // The memory that held them is gone: their batches run again without them.
            tracker.forgetBlocks()
        }
        if restored == nil, configuration.fidelity.has(.replaysOnlyWithCheckpoint) { tracker.forgetAll() }
        if try seams.ownStarts(configuration) != nil { tracker.forgetAll() }
        self.tracker = tracker
        measure()
        counters[.orphanBytesAtRecovery] = counters[.orphanBytes]
    }

    /// Notes how many bytes the logs hold, and how many of them nobody will ever read.
    func measure() {
        counters[.walLiveBytes] = UInt64(bytes)
        counters[.orphanBytes] = UInt64(blocks.map { tracker.orphans.count(in: $0) } ?? 0)
    }

    /// The bytes both logs hold.
    var bytes: Int64 { (blocks?.liveBytes ?? 0) + events.liveBytes }

    /// Writes blocks and then their events, each group with one sync; they wait for a batch from then on.
    func add(_ group: [Block]) throws {
        var received: [ReceivedBlock] = []
        for block in group {
            let position = try store(block, number: received.count)
            received.append(
                ReceivedBlock(position: position, eventSequence: 0, memory: block, recordCount: block.recordCount))
        }
        if let blocks { try sync(blocks, .receiverWalSync) }
        for index in received.indices {
            received[index].eventSequence = try append(
                .addition(position: received[index].position, recordCount: received[index].recordCount),
                effect: .receiverEventAppend)
        }
        try sync(events, .receiverEventSync)
        for block in received { tracker.add(block) }
        counters.raise(.walBytesPeak, to: bytes)
    }

    /// Gives all blocks that wait to `batch`, durably, and returns them.
    func allocate(to batch: Int64) throws -> [ReceivedBlock] {
        let taken = tracker.waiting
        let sequences = taken.map(\.position.sequence)
        let event = try append(.allocation(batch: batch, blocks: sequences), effect: .batchAllocationAppend)
        try sync(events, .batchAllocationSync)
        tracker.allocate(batch, blocks: sequences, eventSequence: event)
        return taken
    }

    /// Notes that `batch` and all before it are complete, and removes the segments that nothing needs any more.
    func cleanUp(through batch: Int64) throws {
        let event = try append(.cleanup(through: batch), effect: .cleanupEventAppend)
        try sync(events, .cleanupEventSync)
        tracker.cleanUp(through: batch, eventSequence: event)
        if let blocks {
            let needed = removesNeededSegments ? nil : tracker.oldestBlock
            try blocks.removeSegments(before: needed ?? blocks.nextSequence, effect: .cleanupRemove)
        }
        try events.removeSegments(before: tracker.oldestEvent ?? events.nextSequence, effect: .cleanupRemove)
    }

    /// Looks for blocks that the log has lost although their events are durable.
    ///
    /// - Throws: ``EngineError``, `damagedBlock`, when one of `needed` is lost.
    func checkThatItHolds(_ needed: [ReceivedBlock]) throws {
        guard let firstLost, let lost = needed.first(where: { $0.position.sequence >= firstLost }) else { return }
        throw EngineError(
            .damagedBlock,
            "block \(lost.position.sequence) of \(lost.recordCount) records was durable, its offsets may be committed, and "
                + "the log no longer holds it whole",
            location: "\(blockDirectory), segment \(lost.position.segment), byte \(lost.position.offset)")
    }

    /// Compares the end of the block log with where the group goes on reading.
    ///
    /// - Throws: ``EngineError``, `unansweredCommit`.
    func compare(with committed: [Offset?]) throws {
        try unannounced.compare(with: committed, events: eventDirectory)
        unannounced = UnannouncedBlocks()
    }

    /// Reads a block back from the log.
    func read(_ block: ReceivedBlock) throws -> Block {
        // Our own bug: blocks without a log are forgotten when the engine opens.
        guard let blocks else { preconditionFailure("block \(block.ingest) is neither in memory nor in a log") }
        return try blocks.read(block.position) { bytes in
            do {
                return try Block(copying: bytes)
            } catch let error as BlockFormatError {
                // A plain frame has nothing that would tell damage.
                throw EngineError(noBlockAt: block.position, of: blockDirectory, error)
            }
        }
    }

    func releaseMemory(of batch: Int64) { tracker.releaseMemory(of: batch) }

    func close() {
        blocks?.close()
        events.close()
    }

    private func append(_ event: BlockEvent, effect: Effect) throws -> UInt64 {
        try counted {
            try event.bytes.withUnsafeBytes { try events.append($0, kind: event.kind, effect: effect).sequence }
        }
    }

    /// Adds what an append wrote to the counters, segment headers included, also when it failed half way.
    private func counted<Result>(_ append: () throws -> Result) throws -> Result {
        let before = bytesWritten
        defer { counters.add(.walBytesWritten, bytesWritten - before) }
        return try append()
    }

    private var bytesWritten: Int64 { (blocks?.bytesWritten ?? 0) + events.bytesWritten }

    /// Appends a block to the log; without one, its place is that of the event about to be written.
    private func store(_ block: Block, number: Int) throws -> LogPosition {
        guard let blocks else {
            return LogPosition(segment: 0, offset: 0, length: 0, sequence: events.nextSequence + UInt64(number))
        }
        return try counted {
            try block.withBytes {
                try blocks.append(
                    $0, kind: BlockLog.kind(of: block), effect: .receiverWalAppend, checksum: block.checksum)
            }
        }
    }

    private func sync(_ log: WriteAheadLog, _ effect: Effect) throws {
        guard syncs else { return }
        try log.sync(effect: effect)
        counters.add(.walSyncs, 1)
    }
}
