// A broker in memory: partition logs and group offsets, without a network.
public import World

/// One topic of a simulated Kafka cluster; outlives the engines that read from it.
public final class SimulatedBroker: Broker {
    struct Record {
        var offset: Offset
        var key: [UInt8]?
        var value: [UInt8]?
    }

    struct PartitionLog {
        var records: [Record] = []
        var low: Offset = 0
        var high: Offset = 0
    }

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
        copy.logs = logs
        copy.groups = groups
        return copy
    }

    /// By partition, the offset the next record will get.
    public var ends: [Offset] { logs.map(\.high) }

    /// Appends a record to a partition. Returns its offset.
    @discardableResult
    public func produce(to partition: Partition, key: [UInt8]? = nil, value: [UInt8]?) -> Offset {
        let index = Int(partition)
        defer { logs[index].high += 1 }
        logs[index].records.append(Record(offset: logs[index].high, key: key, value: value))
        return logs[index].high
    }

    /// Leaves `count` offsets without records, as transaction markers and compaction do.
    public func skipOffsets(_ count: Int64, in partition: Partition) { logs[Int(partition)].high += count }

    /// Removes the records below `offset`, as retention does.
    public func evict(below offset: Offset, of partition: Partition) {
        let index = Int(partition)
        logs[index].records.removeAll { $0.offset < offset }
        logs[index].low = max(logs[index].low, offset)
    }

    /// Shows only the first partitions: what has been produced to the others appears when the topic grows.
    public func hidePartitions(from count: Int) { shown = count }

    /// Makes the topic have `partitions` partitions, those before with what they hold.
    public func grow(to partitions: Int) { shown = max(shown, min(partitions, logs.count)) }

    /// Makes the topic anew: the same partitions, empty. What groups have committed stays.
    public func recreate() { logs = logs.map { _ in PartitionLog() } }

    /// The number of partitions.
    public func partitionCount() -> Int {
        countsAsked += 1
        whenCounted?()
        return shown
    }

    /// The ends of a partition's log.
    ///
    /// - Throws: ``BrokerError``, `unknownTopic` for a partition that is not there.
    public func watermarks(of partition: Partition) throws -> Watermarks {
        whenAsked?(partition)
        guard partition >= 0, Int(partition) < shown else {
            throw BrokerError(.unknownTopic, "no partition \(partition)", location: "\(topic)/\(partition)")
        }
        return Watermarks(low: logs[Int(partition)].low, high: logs[Int(partition)].high)
    }

    /// The group's committed offsets.
    public func committedOffsets(of partitions: [Partition], group: String) -> [Offset?] {
        precondition(
            partitions.allSatisfy { Int($0) < shown }, "offsets of a partition that is not there are asked for")
        let committed = groups[group] ?? []
        return partitions.map { Int($0) < committed.count ? committed[Int($0)] : nil }
    }

    /// Commits offsets of a group.
    public func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) {
        var committed = groups[group] ?? []
        while committed.count < logs.count { committed.append(nil) }
        commits += 1
        for (partition, next) in offsets {
            trace?.note(
                10, group, next &<< 16 | Int64(partition), .commit(group: group, partition: partition, next: next))
            committed[Int(partition)] = next
        }
        groups[group] = committed
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

    init(broker: SimulatedBroker, positions: [(partition: Partition, offset: Offset)]) {
        self.broker = broker
        self.positions = broker.logs.map { _ in nil }
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
        let log = broker.logs[Int(partition)]
        var position = self.position(of: partition)
        guard position >= log.low, position <= log.high else {
            throw BrokerError(
                .offsetOutOfRange, "offset \(position) is not between \(log.low) and \(log.high)",
                location: "\(broker.topic)/\(partition)@\(position)")
        }
        var count = 0
        var index = firstIndex(in: log, from: position)
        while count < limit, index < log.records.count, log.records[index].offset < until {
            let record = log.records[index]
            withOptionalBytes(record.key) { key in
                withOptionalBytes(record.value) { value in
                    block.append(partition: partition, offset: record.offset, key: key, value: value)
                }
            }
            position = record.offset + 1
            count += 1
            index += 1
        }
        // Where the log goes on behind the range, or ends, no record is left before `until`.
        if count < limit, log.high >= until { position = max(position, until) }
        broker.trace?.note(
            11, "", position &<< 24 | Int64(partition) &<< 12 | Int64(count),
            .fetch(partition: partition, from: self.position(of: partition), count: count))
        positions[Int(partition)] = position
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

    /// The first record at or after `offset`, by bisection: offsets rise.
    private func firstIndex(in log: SimulatedBroker.PartitionLog, from offset: Offset) -> Int {
        var low = 0
        var high = log.records.count
        while low < high {
            let middle = (low + high) / 2
            if log.records[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func withOptionalBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let bytes else { return body(nil) }
        bytes.withUnsafeBytes { body($0) }
    }
}
