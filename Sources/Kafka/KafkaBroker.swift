// The broker seam on a real cluster, bound to one topic.
internal import CRdKafka
public import World

/// A Kafka cluster seen through one topic. Groups are only used to keep offsets in, unless one is joined through
/// ``openGroupReader(_:)``.
public final class KafkaBroker: Broker {
    /// The topic that every call is about.
    public let topic: String
    private let configuration: KafkaConfiguration
    let handle: KafkaHandle
    private let topicObject: KafkaTopic
    private var groups: [String: KafkaHandle] = [:]

    /// Connects; the topic need not exist yet.
    ///
    /// - Throws: ``BrokerError`` `unreachable` when no broker answers in time, `configuration` when it cannot be tried.
    public init(_ configuration: KafkaConfiguration, topic: String) throws {
        self.topic = topic
        self.configuration = configuration
        handle = try KafkaHandle(.consumer, configuration, defaults: [], fixed: KafkaReader.exactness)
        topicObject = KafkaTopic(topic, on: handle)
        do {
            try handle.connect()
        } catch {
            topicObject.close()
            handle.close()
            throw error
        }
    }

    deinit { close() }

    /// Ends the connections; the broker is not used afterwards. Its readers are closed on their own.
    public func close() {
        topicObject.close()
        handle.close()
        for group in groups.values { group.close() }
        groups = [:]
    }

    /// The number of partitions the topic has now.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is no such topic: none is created by asking.
    public func partitionCount() throws -> Int { try topicObject.partitionCount() }

    /// The ends of one partition's log, asked of its leader. `high` is the end of what can be read: where a transaction
    /// is still open, the offset at which the first one began.
    ///
    /// - Throws: ``BrokerError``.
    public func watermarks(of partition: Partition) throws -> Watermarks {
        guard try partition >= 0 && Int(partition) < partitionCount() else {
            throw handle.failure(
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, doing: "watermarks", location: "\(topic)/\(partition)")
        }
        return try handle.retrying("watermarks", "\(topic)/\(partition)") { timeout in
            handle.queryWatermarks(topic, partition, timeout: timeout)
        }
    }

    /// The ends of several partitions' logs, in two questions to each leader.
    ///
    /// - Throws: ``BrokerError``.
    public func watermarks(of partitions: [Partition]) throws -> [Watermarks] {
        if partitions.isEmpty { return [] }
        let lows = try handle.ends(of: partitions, RD_KAFKA_OFFSET_BEGINNING, topic: topic)
        let highs = try handle.ends(of: partitions, RD_KAFKA_OFFSET_END, topic: topic)
        return zip(lows, highs).map { Watermarks(low: $0, high: $1) }
    }

    /// The offsets of the first records that are of `moment`, in milliseconds since 1970, or later; nil where there is none.
    ///
    /// - Throws: ``BrokerError``.
    public func offsets(of partitions: [Partition], at moment: Int64) throws -> [Offset?] {
        partitions.isEmpty ? [] : try handle.offsets(of: partitions, at: moment, topic: topic)
    }

    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: ``BrokerError``.
    public func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?] {
        try handle(of: group).committedOffsets(of: partitions, topic: topic, group: group)
    }

    /// Commits, for each partition, the offset of the next record the group wants; returns once the broker has it.
    ///
    /// - Throws: ``BrokerError``; after it, some of the partitions may have been committed.
    public func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
        if offsets.isEmpty { return }
        try handle(of: group).commit(offsets, topic: topic, group: group)
    }

    /// Opens a reader on all partitions in `positions`, each starting at its offset.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when a partition does not exist.
    public func openReader(at positions: [(partition: Partition, offset: Offset)]) throws -> any RecordReader {
        try open(at: positions, sharesOneQueue: false)
    }

    /// As ``openReader(at:)``, for a reader that only discards.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when a partition does not exist.
    public func openDiscardingReader(
        at positions: [(partition: Partition, offset: Offset)]
    ) throws -> any RecordReader {
        try open(at: positions, sharesOneQueue: true)
    }

    private func open(
        at positions: [(partition: Partition, offset: Offset)], sharesOneQueue: Bool
    ) throws -> any RecordReader {
        let count = try partitionCount()
        for (partition, offset) in positions where partition < 0 || Int(partition) >= count {
            throw handle.failure(
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, doing: "open reader",
                location: "\(topic)/\(partition)@\(offset)")
        }
        return try KafkaReader(configuration, topic: topic, positions: positions, sharesOneQueue: sharesOneQueue)
    }

    /// Joins a consumer group; which partitions to read comes later, as a `GroupChange`.
    ///
    /// - Throws: ``BrokerError``.
    public func openGroupReader(_ settings: GroupSettings) throws -> any GroupReader {
        try KafkaGroupReader(configuration, topic: topic, partitions: partitionCount(), settings: settings) {
            try self.committedOffsets(of: $0, group: settings.group)
        }
    }

    /// The client that keeps the offsets of one group; made once, since finding the coordinator takes a while.
    private func handle(of group: String) throws -> KafkaHandle {
        if let known = groups[group] { return known }
        let made = try KafkaHandle(
            .consumer, configuration, defaults: [],
            fixed: KafkaReader.exactness + [KafkaProperty(name: "group.id", value: group)])
        do {
            try made.connect()
        } catch {
            made.close()
            throw error
        }
        groups[group] = made
        return made
    }
}
