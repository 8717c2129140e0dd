// The receiver: the stage that polls the broker and cuts what it gets into blocks.
internal import World

/// Reads all partitions from the group's committed offsets on.
final class Receiver {
    /// Blocks that may wait for the pusher before the receiver stops polling; a group for one commit always may.
    private static let queueLimit = 10
    /// A block cut by time is closed early when it holds this many bytes.
    static let largestBlockBytes = 16 << 20

    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private let reader: any RecordReader
    private var positions: [Offset]
    /// Where this life began to read.
    private let openedAt: [Offset]
    private let patience: Patience
    private var block = Block()
    private var blockOpenedAt: Nanoseconds = 0
    private var blocksCut = 0
    /// The blocks that wait for the pusher, oldest first.
    private(set) var queue: [Block] = []

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        patience = Patience(configuration: configuration, clock: seams.clock)
        let committed = try seams.offsets.committedOffsets(of: configuration.partitions, group: configuration.group)
        positions = zip(committed, configuration.starts).map { $0 ?? $1 }
        openedAt = positions
        reader = try seams.broker.openReader(at: positions.enumerated().map { (Partition($0), $1) })
    }

    /// Whether all of the run's input has been polled and cut.
    var isExhausted: Bool { zip(positions, configuration.ends).allSatisfy { $0 >= $1 } && block.recordCount == 0 }

    /// Polls once, and cuts a block when it is full. False: the queue is full or the input is exhausted.
    func step() throws -> Bool {
        guard queue.count < max(Receiver.queueLimit, configuration.groupCommitBlocks), !isExhausted else {
            return false
        }
        switch configuration.cuts {
        case .count(let size, _):
            try pollWholeBlock(of: size)
            try cut()
        case .time(let interval, _):
            try pollWhatIsThere()
            let isOld = block.recordCount > 0 && seams.clock.now() >= blockOpenedAt + interval
            let inputEnds = zip(positions, configuration.ends).allSatisfy { $0 >= $1 }
            if isOld || block.byteCount >= Receiver.largestBlockBytes || (inputEnds && block.recordCount > 0) {
                try cut()
            }
        }
        return true
    }

    func takeBlocks(_ count: Int) -> [Block] {
        let taken = Array(queue.prefix(count))
        queue.removeFirst(taken.count)
        return taken
    }

    func close() { reader.close() }

    /// Fills the block to exactly `size` records, or with all that is left of the input.
    private func pollWholeBlock(of size: Int) throws {
        try seams.crash.before(.receiverPoll)
        while block.recordCount < size {
            // Gaps in the log make the remainder an upper bound, so what a share did not yield is split again.
            let remaining = zip(configuration.ends, positions).map { max(0, $0 - $1) }
            if remaining.allSatisfy({ $0 == 0 }) { break }
            let shares = BlockFill.split(size - block.recordCount, remaining: remaining)
            for (partition, share) in shares.enumerated() where share > 0 {
                try poll(Partition(partition), share)
            }
        }
        try seams.crash.after(.receiverPoll)
    }

    private func poll(_ partition: Partition, _ share: Int) throws {
        let index = Int(partition)
        var left = share
        while left > 0, positions[index] < configuration.ends[index] {
            let count = try fetch(partition, limit: left, timeout: .milliseconds(100))
            left -= count
            if positions[index] < configuration.ends[index] {
                try patience.check(isProgress: count > 0, "\(seams.broker.topic)/\(partition)@\(positions[index])")
            }
        }
    }

    private func pollWhatIsThere() throws {
        try seams.crash.before(.receiverPoll)
        var count = 0
        for partition in configuration.partitions where positions[Int(partition)] < configuration.ends[Int(partition)] {
            count += try fetch(partition, limit: 10_000, timeout: .zero)
        }
        if count > 0, block.recordCount == count { blockOpenedAt = seams.clock.now() }
        if count == 0 { seams.clock.sleep(1_000_000) }
        let isAtEnd = zip(positions, configuration.ends).allSatisfy { $0 >= $1 }
        try patience.check(isProgress: count > 0 || isAtEnd, "\(seams.broker.topic) at offsets \(positions)")
        try seams.crash.after(.receiverPoll)
    }

    private func fetch(_ partition: Partition, limit: Int, timeout: Duration) throws -> Int {
        let index = Int(partition)
        let bytes = block.payloadByteCount
        let (count, position) = try reader.fetch(
            partition, until: configuration.ends[index], limit: limit, into: block, timeout: timeout)
        positions[index] = position
        counters.add(.recordsFetched, count)
        counters.add(.bytesFetched, block.payloadByteCount - bytes)
        return count
    }

    private func cut() throws {
        guard block.recordCount > 0 else { return }
        try seams.crash.before(.receiverBlockCut)
        queue.append(block)
        block = Block(capacity: block.byteCount)
        blocksCut += 1
        try seams.crash.after(.receiverBlockCut)
        if configuration.strategy == .receiver, blocksCut % configuration.autoCommitBlocks == 0 { try autoCommit() }
    }

    /// Commits what was polled, processed or not: the client library's own habit.
    private func autoCommit() throws {
        try seams.crash.before(.receiverAutoCommit)
        let offsets = positions.enumerated().filter { $1 > openedAt[$0] }
        try seams.offsets.commit(offsets.map { (Partition($0), $1) }, group: configuration.group)
        try seams.crash.after(.receiverAutoCommit)
    }
}
