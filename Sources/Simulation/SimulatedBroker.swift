// A broker in memory: partition logs and group offsets, without a network.
internal import BrokerCore
public import World

/// One topic of a simulated Kafka cluster; outlives the engines that read from it.
public final class SimulatedBroker: Broker {
    /// The topic's name.
    public let topic: String
    private(set) var logs: [PartitionLog]
    /// The offsets that groups have committed, by partition.
    public private(set) var groups: [String: [Offset?]] = [:]
    /// Readers that were opened.
    public private(set) var readersOpened = 0
    /// The partitions that the topic has now.
    private var shown: Int
    /// How often somebody wanted to know how many partitions there are.
    public private(set) var countsAsked = 0
    /// Called when somebody wants to know that.
    public var whenCounted: (() -> Void)?
    /// Called when somebody wants to know about a partition, or to read it: the moment at which a test changes its log.
    public var whenAsked: ((Partition) -> Void)?
    /// Who takes note of what is done.
    var trace: Trace?
    /// Rises with every commit of offsets.
    private(set) var commits = 0
    /// The members of the one group that can be joined.
    let members = SimulatedGroup()
    /// The transactions of all producers.
    var transactions = TransactionCoordinator()
    /// What passes while a fetch waits; nil: nothing does.
    var clock: SimulatedClock?
    /// After an unclean election, how often the ends were asked for since anybody fetched.
    private var asksInVain = 0
    /// How often they may be.
    private static let patience = 2_000
    /// What is armed against the life that reads from here.
    var faults: ArmedFaults?

    /// Whether readers add batches as they came to blocks of batches.
    public var keepsBatches = false

    /// A topic with empty partitions.
    public init(topic: String, partitions: Int) {
        self.topic = topic
        logs = Array(repeating: PartitionLog(), count: partitions)
        shown = partitions
    }

    /// A topic that holds the same and goes its own way from now on.
    public func copy() -> SimulatedBroker {
        let copy = SimulatedBroker(topic: topic, partitions: 0)
        copy.shown = shown
        copy.keepsBatches = keepsBatches
        copy.logs = logs
        copy.groups = groups
        copy.transactions = transactions
        return copy
    }

    /// By partition, the offset the next record will get.
    public var ends: [Offset] { logs.map(\.high) }

    /// Appends a record to a partition. Returns its offset.
    @discardableResult
    public func produce(to partition: Partition, key: [UInt8]? = nil, value: [UInt8]?) -> Offset {
        append(to: partition, key: key, value: value, producer: nil)
    }

    func append(to partition: Partition, key: [UInt8]?, value: [UInt8]?, producer: Int64?) -> Offset {
        logs[Int(partition)].append(key: key, value: value, producer: producer)
    }

    /// Somebody reads, so it is not only waited.
    func noteFetch() { asksInVain = 0 }

    func endTransaction(of producer: Int64, in partition: Partition, aborts: Bool) {
        logs[Int(partition)].endTransaction(of: producer, aborts: aborts)
    }

    /// Leaves `count` offsets without records, as transaction markers and compaction do.
    public func skipOffsets(_ count: Int64, in partition: Partition) { logs[Int(partition)].skip(count) }

    /// Removes the records below `offset`, as retention does.
    public func evict(below offset: Offset, of partition: Partition) {
        logs[Int(partition)].evict(below: offset)
    }

    /// Compacts a partition: of the records with a key the newest one of each key stays.
    public func compact(_ partition: Partition) { logs[Int(partition)].compact() }

    /// Gives a partition a new leader, which lacks the newest `count` offsets: none, if the election is clean.
    public func elect(_ partition: Partition, losing count: Int = 0) {
        logs[Int(partition)].elect(losing: Int64(count))
    }

    /// How many elections a partition has had.
    public func leaderEpoch(of partition: Partition) -> Int { logs[Int(partition)].epoch }

    /// Shows only the first partitions: what has been produced to the others appears when the topic grows.
    public func hidePartitions(from count: Int) { shown = count }

    /// Makes the topic have `partitions` partitions, those before with what they hold.
    public func grow(to partitions: Int) { shown = max(shown, min(partitions, logs.count)) }

    /// Adds partitions, which are empty.
    public func addPartitions(_ count: Int) {
        logs += Array(repeating: PartitionLog(), count: count)
        shown += count
    }

    /// Gives a group other committed offsets where it has some; nil: none.
    public func changeOffsets(of group: String, _ change: (Partition, Offset) -> Offset?) {
        groups[group] = groups[group]?.enumerated().map { partition, offset in
            offset.flatMap { change(Partition(partition), $0) }
        }
        commits += 1
    }

    /// Makes the topic anew: the same partitions, empty. What groups have committed stays.
    public func recreate() { logs = logs.map { _ in PartitionLog() } }

    /// The number of partitions.
    public func partitionCount() -> Int {
        countsAsked += 1
        whenCounted?()
        return shown
    }

    /// The ends of a partition's log, as those see it who read committed records: the upper one is the last stable offset.
    ///
    /// - Throws: ``BrokerError``, `unknownTopic` for a partition that is not there.
    public func watermarks(of partition: Partition) throws -> Watermarks {
        whenAsked?(partition)
        guard partition >= 0, Int(partition) < shown else {
            throw BrokerError(.unknownTopic, "no partition \(partition)", location: "\(topic)/\(partition)")
        }
        if logs[Int(partition)].isCut { asksInVain += 1 }
        if asksInVain > SimulatedBroker.patience {
            throw BrokerError(
                .timedOut, "what an unclean election took away never comes again", location: "\(topic)/\(partition)")
        }
        return Watermarks(low: logs[Int(partition)].low, high: logs[Int(partition)].lastStable)
    }

    /// The group's committed offsets.
    public func committedOffsets(of partitions: [Partition], group: String) -> [Offset?] {
        precondition(
            partitions.allSatisfy { Int($0) < shown }, "offsets of a partition that is not there are asked for")
        let committed = groups[group] ?? []
        return partitions.map { Int($0) < committed.count ? committed[Int($0)] : nil }
    }

    /// Commits offsets of a group.
    ///
    /// - Throws: ``BrokerError`` where a fault strikes.
    public func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
        try commit(offsets, group: group, fence: {})
    }

    /// Commits offsets of a group unless `fence` throws.
    func commit(
        _ offsets: [(partition: Partition, next: Offset)], group: String, fence: () throws -> Void
    ) throws {
        let isAnswerLost = try faults?.commitBegins(self) ?? false
        try fence()
        var committed = groups[group] ?? []
        while committed.count < logs.count { committed.append(nil) }
        commits += 1
        for (partition, next) in offsets {
            trace?.note(
                10, group, next &<< 16 | Int64(partition), .commit(group: group, partition: partition, next: next))
            committed[Int(partition)] = next
        }
        groups[group] = committed
        if isAnswerLost {
            throw BrokerError(.timedOut, "the commit of offsets had no answer", location: "\(topic), group \(group)")
        }
    }

    /// Puts back what groups had committed, after a commit that was looked at half way.
    func restore(_ groups: [String: [Offset?]]) { self.groups = groups }

    /// Opens a reader.
    public func openReader(at positions: [(partition: Partition, offset: Offset)]) -> any RecordReader {
        precondition(positions.allSatisfy { Int($0.partition) < shown }, "a reader wants a partition that is not there")
        readersOpened += 1
        return SimulatedReader(broker: self, positions: positions)
    }

    /// Joins the group.
    public func openGroupReader(_ settings: GroupSettings) -> any GroupReader {
        SimulatedMember(broker: self, group: settings.group)
    }

    /// Takes the `place`-th member, in the order in which they joined, for dead, as after its session timeout.
    public func expelMember(at place: Int) { members.expel(place, partitions: logs.count) }
}

final class SimulatedReader: RecordReader {
    private let broker: SimulatedBroker
    private var positions: [Offset?]
    /// By partition, the leader's epoch as this reader knows it; nil: it asks before it fetches.
    private var epochs: [Int?]

    init(broker: SimulatedBroker, positions: [(partition: Partition, offset: Offset)]) {
        self.broker = broker
        self.positions = broker.logs.map { _ in nil }
        epochs = broker.logs.map { _ in nil }
        assign(positions)
    }

    func assign(_ positions: [(partition: Partition, offset: Offset)]) {
        unassign()
        for (partition, offset) in positions { self.positions[Int(partition)] = offset }
    }

    func seek(_ partition: Partition, to offset: Offset) { positions[Int(partition)] = offset }

    func unassign() { positions = broker.logs.map { _ in nil } }

    func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        broker.whenAsked?(partition)
        broker.noteFetch()
        let isAnswered = try broker.faults?.fetchBegins(partition, broker) ?? true
        let log = broker.logs[Int(partition)]
        var position = self.position(of: partition)
        let knownEpoch = epochs[Int(partition)]
        epochs[Int(partition)] = log.epoch
        // Whoever still asks the leader before gets nothing, and learns of the new one.
        guard isAnswered, knownEpoch ?? log.epoch == log.epoch else {
            wait(timeout)
            return (0, position)
        }
        guard position >= log.low, position <= log.high else {
            throw BrokerError(
                .offsetOutOfRange, "offset \(position) is not between \(log.low) and \(log.high)",
                location: "\(broker.topic)/\(partition)@\(position)")
        }
        var count = 0
        var wanted: [Offset] = []
        let start = position
        let end = min(until, log.lastStable)
        var index = log.firstIndex(from: position)
        while count < limit, index < log.records.count, log.records[index].offset < end {
            let record = log.records[index]
            index += 1
            if record.isAborted { continue }
            position = record.offset + 1
            count += 1
            if block.encoding == .batches {
                wanted.append(record.offset)
                continue
            }
            withOptionalBytes(record.key) { key in
                withOptionalBytes(record.value) { value in
                    block.append(partition: partition, offset: record.offset, key: key, value: value)
                }
            }
        }
        if !wanted.isEmpty { log.append(batchesWith: wanted, of: partition, to: block) }
        // Nothing is left before the end of the range, or of what can be read.
        if count < limit { position = max(position, end) }
        broker.trace?.note(
            11, "", position &<< 24 | Int64(partition) &<< 12 | Int64(count),
            .fetch(partition: partition, from: start, count: count))
        positions[Int(partition)] = position
        if position == start { wait(timeout) }
        return (count, position)
    }

    func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int) {
        var total = (count: 0, bytes: 0)
        let block = Block()
        for partition in broker.logs.indices where positions[partition] != nil && total.count < limit {
            let log = broker.logs[partition]
            let (count, _) = try fetch(
                Partition(partition), until: log.high, limit: limit - total.count, into: block, timeout: timeout)
            total.count += count
        }
        total.bytes = block.payloadByteCount
        return total
    }

    func position(of partition: Partition) -> Offset { positions[Int(partition)] ?? 0 }

    func close() {}

    /// Nothing comes, so the time that the fetch may take passes.
    private func wait(_ timeout: Duration) {
        let (seconds, attoseconds) = timeout.components
        broker.clock?.sleep(UInt64(clamping: seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }

    private func withOptionalBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let bytes else { return body(nil) }
        bytes.withUnsafeBytes { body($0) }
    }
}
