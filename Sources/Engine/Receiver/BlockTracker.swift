// Which blocks wait for a batch and which belong to one: the state that the event log makes durable.
internal import WriteAheadLog

/// The driver's knowledge of received blocks: a value that events move forward, live and in recovery alike.
struct BlockTracker {
    /// Blocks that no batch has taken, oldest first.
    private(set) var waiting: [ReceivedBlock] = []
    /// Batches that took blocks and are not cleaned up, oldest first.
    private(set) var allocated: [Allocation] = []
    /// This batch and all before it are complete, and nothing of them is needed.
    private(set) var cleanedThrough: Int64 = 0
    private var cleanupSequence: UInt64?
    /// The newest block ever announced. Its event stays in the log, so that a recovery can tell which bytes at the end of
    /// the block log no event names.
    private var newestAddition: UInt64?
    /// Which bytes of the block log no event names.
    private(set) var orphans = OrphanBytes()

    /// A batch and the blocks it took.
    struct Allocation {
        var batch: Int64
        var eventSequence: UInt64
        var blocks: [ReceivedBlock]
        /// Blocks it took whose addition is no longer in the log; only a complete batch may have any.
        var missing: Int
    }

    /// The records that wait.
    var waitingRecords: Int { waiting.reduce(0) { $0 + $1.recordCount } }
    /// The newest batch that took blocks, or was cleaned up.
    var latestBatch: Int64 { max(cleanedThrough, allocated.last?.batch ?? 0) }
    /// The oldest sequence of the block log that is still needed; nil when none is.
    var oldestBlock: UInt64? {
        (waiting + allocated.flatMap(\.blocks)).map(\.position.sequence).min()
    }
    /// The oldest sequence of the event log that is still needed; nil when none is.
    var oldestEvent: UInt64? {
        let blocks = (waiting + allocated.flatMap(\.blocks)).map(\.eventSequence)
        let last = [cleanupSequence, newestAddition].compactMap { $0 }
        return (blocks + allocated.map(\.eventSequence) + last).min()
    }

    /// A block's addition is in the event log.
    mutating func add(_ block: ReceivedBlock) {
        waiting.append(block)
        newestAddition = block.eventSequence
        // A block that is kept in memory only has no bytes.
        if block.position.length > 0 { orphans.name(block.position) }
    }

    /// The log of blocks is open: what lies behind the newest block has no event. `isWhole` says whether no event was ever removed.
    mutating func noteEnd(of log: WriteAheadLog, isWhole: Bool) {
        orphans.noteEnd(of: log, isWhole: isWhole)
    }

    /// A batch's allocation is in the event log: it takes the named blocks out of those that wait.
    mutating func allocate(_ batch: Int64, blocks sequences: [UInt64], eventSequence: UInt64) {
        let wanted = Set(sequences)
        let taken = waiting.filter { wanted.contains($0.position.sequence) }
        waiting.removeAll { wanted.contains($0.position.sequence) }
        allocated.append(
            Allocation(
                batch: batch, eventSequence: eventSequence, blocks: taken, missing: sequences.count - taken.count))
    }

    /// A cleanup is in the event log.
    mutating func cleanUp(through batch: Int64, eventSequence: UInt64) {
        cleanedThrough = max(cleanedThrough, batch)
        cleanupSequence = eventSequence
        allocated.removeAll { $0.batch <= cleanedThrough }
    }

    /// The memory of a batch's blocks is no longer needed; the log still has them.
    mutating func releaseMemory(of batch: Int64) {
        for index in allocated.indices where allocated[index].batch == batch {
            for block in allocated[index].blocks.indices { allocated[index].blocks[block].memory = nil }
        }
    }

    /// The blocks are gone; which batches there were is still known.
    mutating func forgetBlocks() {
        waiting = []
        for index in allocated.indices {
            allocated[index].blocks = []
            allocated[index].missing = 0
        }
    }

    /// Nothing of the log counts but the numbers it used, which must not be used again.
    mutating func forgetAll() {
        let latest = latestBatch
        waiting = []
        allocated = []
        cleanedThrough = latest
    }

    /// Replays one event of the log.
    mutating func replay(_ event: BlockEvent, sequence: UInt64) {
        switch event {
        case .addition(let position, let recordCount):
            add(ReceivedBlock(position: position, eventSequence: sequence, memory: nil, recordCount: recordCount))
        case .allocation(let batch, let blocks): allocate(batch, blocks: blocks, eventSequence: sequence)
        case .cleanup(let batch): cleanUp(through: batch, eventSequence: sequence)
        }
    }
}

/// The stretches of the block log between blocks that events name; nobody ever reads them.
struct OrphanBytes {
    private var gaps: [(from: Place, until: Place)] = []
    /// All before this sequence, and before this place, is accounted for.
    private var nextSequence: UInt64 = 0
    private var reached = Place()

    /// An event names a block; they come in the order of the log.
    mutating func name(_ block: LogPosition) {
        if block.sequence > nextSequence { gaps.append((reached, block.start)) }
        nextSequence = block.sequence + 1
        reached = block.end
    }

    /// All events are known that name blocks of `log`; `isWhole` says whether none was ever removed.
    mutating func noteEnd(of log: WriteAheadLog, isWhole: Bool) {
        // What lies before the first event that is left was named by events that are gone.
        if !isWhole, let first = gaps.first, first.from == Place() { gaps.removeFirst() }
        if log.nextSequence > nextSequence { gaps.append((reached, log.end)) }
        nextSequence = log.nextSequence
        reached = log.end
    }

    /// How many of the bytes are still in `log`.
    func count(in log: WriteAheadLog) -> Int64 { gaps.reduce(0) { $0 + log.liveBytes(from: $1.from, until: $1.until) } }
}
