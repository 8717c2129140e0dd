// A topic that somebody else writes: how far it goes, how far it can be read, and what lies in it.
internal import CRdKafka
public import World

/// A topic as somebody sees it who reads committed records only, or all. One thread uses it at a time.
public final class TopicView {
    /// The topic's name.
    public let topic: String
    private let configuration: KafkaConfiguration
    private let partitions: [Partition]
    private let all: KafkaHandle
    private let seeing: KafkaHandle
    private let isCommitted: Bool

    /// Connects to a topic that is there. `isCommitted`: records of transactions that were aborted, or are open, are not
    /// seen.
    ///
    /// - Throws: ``BrokerError``.
    public init(_ configuration: KafkaConfiguration, topic: String, isCommitted: Bool) throws {
        (self.configuration, self.topic, self.isCommitted) = (configuration, topic, isCommitted)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        partitions = try (0..<cluster.partitionCount(of: topic)).map { Partition($0) }
        all = try TopicView.handle(configuration, queues: partitions.count, isCommitted: false)
        do {
            seeing =
                isCommitted ? try TopicView.handle(configuration, queues: partitions.count, isCommitted: true) : all
        } catch {
            all.close()
            throw error
        }
    }

    deinit { close() }

    /// Ends the connections.
    public func close() {
        all.close()
        if isCommitted { seeing.close() }
    }

    private static func handle(
        _ configuration: KafkaConfiguration, queues: Int, isCommitted: Bool
    ) throws -> KafkaHandle {
        try KafkaHandle(
            .consumer, configuration, defaults: KafkaReader.throughput(queues: queues),
            fixed: exactness(isCommitted: isCommitted, group: "kbench-reader"))
    }

    /// Who reads committed records is refused a group's offsets while a transaction is open (KIP-447).
    fileprivate static func exactness(isCommitted: Bool, group: String) -> [KafkaProperty] {
        KafkaReader.exactness.filter { $0.name != "isolation.level" } + [
            KafkaProperty(name: "isolation.level", value: isCommitted ? "read_committed" : "read_uncommitted"),
            KafkaProperty(name: "group.id", value: group),
        ]
    }

    /// By partition, where its log ends.
    ///
    /// - Throws: ``BrokerError``.
    public func ends() throws -> [Offset] {
        try all.ends(of: partitions, RD_KAFKA_OFFSET_END, topic: topic)
    }

    /// By partition, up to where it can be read: less than its end where a transaction is open.
    ///
    /// - Throws: ``BrokerError``.
    public func readableEnds() throws -> [Offset] {
        try seeing.ends(of: partitions, RD_KAFKA_OFFSET_END, topic: topic)
    }

    /// Calls `body` with the value of each record that can be read now; nil for one without.
    ///
    /// - Throws: ``BrokerError``, or what `body` throws.
    public func forEachValue(_ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        let ends = try readableEnds()
        let starts = try seeing.ends(of: partitions, RD_KAFKA_OFFSET_BEGINNING, topic: topic)
        let handle = try TopicView.handle(configuration, queues: partitions.count, isCommitted: isCommitted)
        let reader = KafkaReader(handle, topic: topic)
        defer { reader.close() }
        try reader.assign(partitions.map { ($0, starts[Int($0)]) })
        for partition in partitions {
            let end = ends[Int(partition)]
            let reached = try reader.scan(partition, until: end, timeout: configuration.requestTimeout) { record in
                try body(record.value)
            }
            guard reached >= end else {
                throw BrokerError(
                    .timedOut, "the topic could not be read to its end at \(end)",
                    location: "\(configuration.bootstrap) \(topic)/\(partition)@\(reached)")
            }
        }
    }
}

/// The offsets that a group has committed, as they are kept now. One thread uses it at a time.
public final class GroupOffsets {
    private let handle: KafkaHandle
    private let topic: String
    private let group: String

    /// Connects; neither topic nor group need be there yet.
    ///
    /// - Throws: ``BrokerError``.
    public init(_ configuration: KafkaConfiguration, topic: String, group: String) throws {
        (self.topic, self.group) = (topic, group)
        handle = try KafkaHandle(
            .consumer, configuration, defaults: [],
            fixed: TopicView.exactness(isCommitted: false, group: group))
        do {
            try handle.connect()
        } catch {
            handle.close()
            throw error
        }
    }

    deinit { close() }

    /// Ends the connections.
    public func close() { handle.close() }

    /// By partition, where the topic's log ends.
    ///
    /// - Throws: ``BrokerError``, also where the topic is not there.
    public func ends(of partitions: [Partition]) throws -> [Offset] {
        try handle.ends(of: partitions, RD_KAFKA_OFFSET_END, topic: topic)
    }

    /// By partition, where the group goes on, without what a transaction that is still open would make of it; nil where
    /// it has committed nothing.
    ///
    /// - Throws: ``BrokerError``.
    public func committed(of partitions: [Partition]) throws -> [Offset?] {
        try handle.committedOffsets(of: partitions, topic: topic, group: group)
    }
}
