// The receiver: the stage that polls the broker and cuts what it gets into blocks.
internal import Ingestion
internal import World

/// Reads from the group's committed offsets on: all partitions, or those that a group hands out.
final class Receiver {
    /// Blocks that may wait for the pusher before the receiver stops polling; a group for one commit always may.
    private static let queueLimit = 10
    /// A block cut by time is closed early when it holds this many bytes.
    static let largestBlockBytes = 16 << 20

    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private var reader: any RecordReader
    /// The membership in a group; nil where partitions are assigned by hand.
    private let seat: GroupSeat?
    private let discovery: PartitionDiscovery
    private let dataLoss: DataLoss
    /// The partitions that are read now, in order.
    private var polled: [Partition] = []
    /// Reads the next blocks ahead; nil where only the receiver itself can know what is in them.
    private var ahead: ReadAhead?
    /// Whether the poll of the open block has begun.
    private var isPolling = false
    /// Whether nothing is taken in any more.
    private var isStopped = false
    private var positions: [Offset]
    /// Where this life began to read.
    private let openedAt: [Offset]
    /// What the group had committed then; empty where it is not asked, or does not decide.
    let committed: [Offset?]
    private let deadline: Deadline
    /// Where offsets are committed unasked; nil where commits go by blocks.
    private let commitTimer: CommitTimer?
    private var block: Block
    private var blockOpenedAt: Nanoseconds = 0
    private var blocksCut = 0
    /// The partition that the next whole block begins with; see ``BlockFill``.
    private var turn = 0
    /// The blocks that wait for the pusher, oldest first.
    private(set) var queue: [Block] = []
    /// What has been pushed and waits for a batch: blocks, and their records.
    var waiting: () -> (blocks: Int, records: Int) = { (0, 0) }
    /// Called with each block when it is cut.
    var didCut: (Block) -> Void = { _ in }

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        deadline = Deadline(configuration: configuration, clock: seams.clock)
        block = Block(encoding: seams.blockEncoding)
        block.takesWholeBatches = configuration.cutsByBatch
        let own = try seams.ownStarts(configuration)
        discovery = PartitionDiscovery(configuration: configuration, seams: seams)
        dataLoss = DataLoss(configuration: configuration, seams: seams, counters: counters)
        if case .group(let sessionTimeout, let heartbeat) = configuration.membership {
            let seat = try GroupSeat(
                configuration: configuration, seams: seams, counters: counters, sessionTimeout: sessionTimeout,
                heartbeat: heartbeat)
            self.seat = seat
            reader = seat.reader
            positions = configuration.starts
            committed = []
        } else {
            seat = nil
            let committed = try discovery.committedOffsets(group: configuration.group)
            self.committed = own == nil ? committed : []
            positions = own ?? zip(committed, configuration.starts).map { $0 ?? $1 }
            polled = (0..<Partition(discovery.known)).map { $0 }
            for partition in polled {
                positions[Int(partition)] = try dataLoss.settleBehindInput(partition, positions[Int(partition)])
            }
            counters.note(.askedAt, at: seams.clock.now())
            reader = try seams.broker.openReader(at: zip(polled, positions).map { ($0, $1) })
        }
        openedAt = positions
        let commits = configuration.strategy.traits.commitsUnasked
        commitTimer = commits ? CommitTimer(configuration, clock: seams.clock) : nil
    }

    /// Whether all of the run's input has been polled and cut; in a group, by it and the others, and committed.
    var isExhausted: Bool {
        guard block.recordCount == 0 else { return false }
        if isStopped { return true }
        return seat?.groupIsThrough ?? zip(positions, configuration.ends).allSatisfy { $0 >= $1 }
    }

    /// Whether no group of blocks may be waited for: what there is must be pushed.
    var mustDrain: Bool {
        guard let seat else { return isExhausted }
        return seat.isRevoked || ((pollsAreAtEnd || isExhausted) && block.recordCount == 0)
    }

    /// Whether everything is polled of the partitions that are read now.
    private var pollsAreAtEnd: Bool { polled.allSatisfy { positions[Int($0)] >= configuration.ends[Int($0)] } }

    /// Polls once, and cuts a block when it is full. False: the queue is full, or there is nothing to poll now.
    func step() throws -> Bool {
        if isStopped { return false }
        if let commitTimer, commitTimer.isDue() { try autoCommit() }
        if let seat {
            if try serve(seat) { return true }
            if seat.isSuspended { return false }
        }
        guard queue.count < max(Receiver.queueLimit, configuration.groupCommitBlocks), !isExhausted else {
            return false
        }
        if seat == nil, try discovery.look(), Int(discovery.known) > polled.count { try reopen() }
        if pollsAreAtEnd, block.recordCount == 0 { return false }
        switch configuration.cuts {
        case .count(let size, _) where seat != nil:
            try pollPart(of: size)
        case .count(let size, _):
            try readAhead(of: size)
            try pollWholeBlock(of: size)
            try cut()
            try readAhead(of: size)
        case .time(let interval, _):
            let room = self.room
            if room > 0 { try pollWhatIsThere(atMost: room) }
            // A receiver with no room left has nothing to wait for: what it has joins the queue at once.
            let isFull = room == 0
            if isFull { deadline.start() }
            guard !isFull || block.recordCount > 0 else { return false }
            let isOld = block.recordCount > 0 && seams.clock.now() >= blockOpenedAt + interval
            if isOld || isFull || block.byteCount >= Receiver.largestBlockBytes
                || (pollsAreAtEnd && block.recordCount > 0)
            {
                try cut()
            }
        }
        return true
    }

    /// Takes nothing in any more. What is polled is cut and pushed, or else forgotten: it is read again from the last
    /// commit on.
    func stop(keepsPolled: Bool) throws {
        ahead?.stop()
        if keepsPolled { try cut() } else { dropPolled() }
        isPolling = false
        isStopped = true
    }

    /// Commits all that was polled, as a client library does when it is closed.
    func commitPolled() throws {
        if !polled.isEmpty, positions != openedAt { try autoCommit() }
    }

    func takeBlocks(_ count: Int) -> [Block] {
        let taken = Array(queue.prefix(count))
        queue.removeFirst(taken.count)
        return taken
    }

    func close() {
        ahead?.stop()
        reader.close()
    }

    /// Lets the next blocks be filled, where that can be done while the pusher works.
    private func readAhead(of size: Int) throws {
        guard seams.threads.canRunAhead else { return }
        if ahead == nil {
            ahead = try ReadAhead(
                reader: reader, threads: seams.threads, clock: seams.clock,
                positions: polled.map { positions[Int($0)] }, ends: polled.map { configuration.ends[Int($0)] },
                size: size, fewest: configuration.groupCommitBlocks + 1, encoding: seams.blockEncoding,
                takesWholeBatches: configuration.cutsByBatch)
        }
        ahead?.fill()
    }

    /// Takes over the next block that was read ahead, as if it had been read now.
    private func takeAhead() throws {
        guard let filled = ahead?.take() else { return }
        block = filled.block
        for (partition, position) in zip(polled, filled.positions) { positions[Int(partition)] = position }
        note(count: block.recordCount, bytes: block.payloadByteCount, at: filled.firstRecordAt)
        if let failure = filled.failure { try meet(failure.error, in: failure.partition) }
    }

    /// Fills the block to exactly `size` records, or with all that is left of the input.
    private func pollWholeBlock(of size: Int) throws {
        try seams.crash.before(.receiverPoll)
        if block.recordCount == 0 { try takeAhead() }
        while block.recordCount < size {
            // Gaps in the log make the remainder an upper bound, so what a share did not yield is split again.
            let remaining = polled.map { max(0, configuration.ends[Int($0)] - positions[Int($0)]) }
            if remaining.allSatisfy({ $0 == 0 }) { break }
            let shares = BlockFill.split(
                size - block.recordCount, remaining: remaining, wholeBatches: block.takesWholeBatches)
            let first = turn
            for step in shares.indices where block.recordCount < size {
                let partition = (first + step) % shares.count
                guard shares[partition] > 0 else { continue }
                if block.takesWholeBatches { turn = partition + 1 }
                try poll(Partition(partition), shares[partition])
            }
        }
        try seams.crash.after(.receiverPoll)
    }

    private func poll(_ partition: Partition, _ share: Int) throws {
        let index = Int(partition)
        var left = share
        while left > 0, positions[index] < configuration.ends[index] {
            let before = positions[index]
            left -= try fetch(partition, limit: left, timeout: .milliseconds(100))
            if positions[index] < configuration.ends[index] {
                // A gap brings no record and moves the position all the same.
                try deadline.check(
                    isProgress: positions[index] != before, "\(seams.broker.topic)/\(partition)@\(positions[index])")
            }
        }
    }

    /// The records that may still be polled before too many wait for the engine.
    private var room: Int {
        let waiting = waiting()
        if let most = configuration.limits.bufferBlocks, queue.count + waiting.blocks >= most { return 0 }
        guard let most = configuration.limits.bufferRecords else { return .max }
        return max(0, most - bufferedRecords)
    }

    /// The records between the broker and the engine.
    private var bufferedRecords: Int {
        block.recordCount + queue.reduce(0) { $0 + $1.recordCount } + waiting().records
    }

    private func pollWhatIsThere(atMost room: Int) throws {
        try seams.crash.before(.receiverPoll)
        let start = block.recordCount
        let count = try fetchAll { min(10_000, room - ($0 - start)) }
        counters.raise(.bufferedRecordsPeak, to: Int64(bufferedRecords))
        if count > 0, block.recordCount == count { blockOpenedAt = seams.clock.now() }
        try seams.crash.after(.receiverPoll)
    }

    /// Adds what is there to a block that is to have `size` records; a group's decisions come between two such parts.
    private func pollPart(of size: Int) throws {
        if !isPolling { try seams.crash.before(.receiverPoll) }
        isPolling = true
        _ = try fetchAll { size - $0 }
        guard block.recordCount == size || pollsAreAtEnd else { return }
        isPolling = false
        try seams.crash.after(.receiverPoll)
        try cut()
    }

    /// Fetches what has arrived, of each partition at most what `limit` says for the records in the block. Every block
    /// begins with another partition, so that none has to wait for the others.
    private func fetchAll(limit: (_ recordCount: Int) -> Int) throws -> Int {
        let before = positions
        var count = 0
        for place in polled.indices {
            let partition = polled[(place + blocksCut) % polled.count]
            let most = limit(block.recordCount)
            guard most > 0, positions[Int(partition)] < configuration.ends[Int(partition)] else { continue }
            count += try fetch(partition, limit: most, timeout: .zero)
        }
        if count == 0 { seams.clock.sleep(1_000_000) }
        let isProgress = positions != before || pollsAreAtEnd || configuration.isOpenEnded
        try deadline.check(isProgress: isProgress, "\(seams.broker.topic) at offsets \(positions)")
        return count
    }

    /// Does what the group decided. False: there is nothing to do for it, and polling may go on.
    private func serve(_ seat: GroupSeat) throws -> Bool {
        if seat.isRevoked {
            // Where commits are refused already, whatever is announced now would be read again: better not to announce it.
            if seat.isSuspended { dropPolled() }
            isPolling = false
            try cut()
            // The pusher goes first, so a queue that is empty here has been pushed and committed.
            guard queue.isEmpty else { return true }
            if configuration.strategy.traits.commitsUnasked { try autoCommit() }
            try seat.giveUp()
            polled = []
            return true
        }
        switch try seat.poll() {
        case .assigned(let partitions)?:
            for (partition, offset) in try seat.takeOver(partitions) {
                positions[Int(partition)] = try dataLoss.settleBehindInput(partition, offset)
                if positions[Int(partition)] < offset { try reader.seek(partition, to: positions[Int(partition)]) }
            }
            polled = seat.owned
            deadline.start()
        case .revoked?: break
        case .lost?:
            // Whoever has the partitions now reads from the last commit, so nothing of this may go on.
            dropPolled()
            try seat.drop()
            polled = []
        case nil where seat.isSuspended:
            deadline.start()
            return false
        case nil:
            guard pollsAreAtEnd, block.recordCount == 0, queue.isEmpty else {
                seat.isBusy()
                return false
            }
            deadline.start()
            try seat.lookWhetherGroupIsThrough(positions: positions)
            return false
        }
        return true
    }

    /// Forgets what is polled and not pushed; it is read again from the last commit on, here or elsewhere.
    private func dropPolled() {
        counters.add(.recordsDropped, queue.reduce(block.recordCount) { $0 + $1.recordCount })
        block.removeAll()
        queue = []
        isPolling = false
    }

    /// Commits for the group, as its member where there is a membership.
    func commit(_ offsets: [(partition: Partition, next: Offset)]) throws {
        if let seat {
            try seat.commit(offsets)
        } else {
            try seams.offsets.commit(offsets, group: configuration.group)
        }
    }

    /// Reads partitions that came into being too, from where their input begins.
    private func reopen() throws {
        ahead?.stop()
        ahead = nil
        reader.close()
        polled = (0..<Partition(discovery.known)).map { $0 }
        reader = try seams.broker.openReader(at: zip(polled, positions).map { ($0, $1) })
    }

    private func fetch(_ partition: Partition, limit: Int, timeout: Duration) throws -> Int {
        let index = Int(partition)
        let bytes = block.payloadByteCount
        let count: Int
        do {
            (count, positions[index]) = try reader.fetch(
                partition, until: configuration.ends[index], limit: limit, into: block, timeout: timeout)
        } catch {
            try meet(error, in: partition)
            return 0
        }
        note(count: count, bytes: block.payloadByteCount - bytes, at: seams.clock.now())
        return count
    }

    private func note(count: Int, bytes: Int, at moment: @autoclosure () -> Nanoseconds) {
        if count > 0 { counters.note(.refetchedAt, at: moment()) }
        counters.add(.recordsFetched, count)
        counters.add(.bytesFetched, bytes)
    }

    /// Goes on behind offsets that are no longer there, where that is wanted; every other error ends the run.
    private func meet(_ error: any Error, in partition: Partition) throws {
        guard let error = error as? BrokerError, error.code == .offsetOutOfRange else { throw error }
        let index = Int(partition)
        let end = configuration.ends[index]
        positions[index] = try dataLoss.settle(partition, at: positions[index], until: end)
        if positions[index] < end { try reader.seek(partition, to: positions[index]) }
    }

    private func cut() throws {
        guard block.recordCount > 0 else { return }
        try seams.crash.before(.receiverBlockCut)
        queue.append(block)
        didCut(block)
        // What is read ahead comes in a block of its own.
        block = Block(capacity: ahead == nil ? block.byteCount : 0, encoding: seams.blockEncoding)
        block.takesWholeBatches = configuration.cutsByBatch
        blocksCut += 1
        try seams.crash.after(.receiverBlockCut)
        if configuration.strategy.traits.commitsUnasked, configuration.commitIntervalMilliseconds == nil,
            blocksCut % configuration.autoCommitBlocks == 0
        {
            try autoCommit()
        }
    }

    /// Commits what was polled, processed or not: the client library's own habit.
    private func autoCommit() throws {
        try seams.crash.before(.receiverAutoCommit)
        let offsets = polled.map { (partition: $0, next: positions[Int($0)]) }
        try commit(offsets.filter { $0.next > openedAt[Int($0.partition)] })
        try seams.crash.after(.receiverAutoCommit)
    }
}
