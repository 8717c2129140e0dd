// Bytes of the block log that no event names: blocks whose announcement a crash came before.
internal import WriteAheadLog

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
