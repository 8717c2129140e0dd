// The broker seam on a client of our own, bound to one topic.
internal import KafkaWire
public import World

/// A Kafka cluster seen through one topic. It joins no groups: their offsets are read and committed as such.
public final class NativeBroker: Broker {
    /// The topic that every call is about.
    public let topic: String
    private let settings: NativeSettings
    private let cluster: ClusterView

    /// Makes what opens the batches that this client's readers leave unopened.
    public static func makeOpener() -> any BatchOpener { RecordOpener() }

    /// Connects; the topic need not exist yet.
    ///
    /// - Throws: ``BrokerError`` `unreachable` when no broker answers in time, `notAllowed` when it refuses the login.
    public init(_ settings: NativeSettings, topic: String) throws {
        self.topic = topic
        self.settings = settings
        cluster = ClusterView(settings, topic: topic)
        try cluster.connect()
    }

    /// Batches stay as they came.
    public var keepsBatches: Bool { true }

    deinit { close() }

    /// Ends the connections; the broker is not used afterwards. Its readers are closed on their own.
    public func close() { cluster.close() }

    /// The number of partitions the topic has now.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is no such topic: none is created by asking.
    public func partitionCount() throws -> Int {
        try cluster.retrying("partitions", topic) {
            try cluster.refresh()
            return cluster.partitionCount
        }
    }

    /// The ends of one partition's log, asked of its leader. `high` is the end of what can be read: where a transaction
    /// is still open, the offset at which the first one began.
    ///
    /// - Throws: ``BrokerError``.
    public func watermarks(of partition: World.Partition) throws -> Watermarks { try watermarks(of: [partition])[0] }

    /// The ends of several partitions' logs, in two questions to each leader.
    ///
    /// - Throws: ``BrokerError``.
    public func watermarks(of partitions: [World.Partition]) throws -> [Watermarks] {
        if partitions.isEmpty { return [] }
        let count = try partitionCount()
        for partition in partitions where partition < 0 || Int(partition) >= count {
            throw unknown("watermarks", "\(topic)/\(partition)")
        }
        // The earliest and the end, as the protocol has them.
        let lows = try cluster.ends(of: partitions, -2)
        let highs = try cluster.ends(of: partitions, -1)
        return zip(lows, highs).map { Watermarks(low: $0, high: $1) }
    }

    private func unknown(_ doing: String, _ location: String) -> BrokerError {
        Failures.brokerError(
            Refusal(.unknownTopicOrPartition), doing: doing, location: "\(settings.bootstrap) \(location)")
    }

    /// Opens a reader on all partitions in `positions`, each starting at its offset.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when a partition does not exist.
    public func openReader(at positions: [(partition: World.Partition, offset: Offset)]) throws -> any RecordReader {
        let count = try partitionCount()
        for (partition, offset) in positions where partition < 0 || Int(partition) >= count {
            throw unknown("open reader", "\(topic)/\(partition)@\(offset)")
        }
        return try NativeReader(settings, topic: topic, positions: positions)
    }

    /// Refuses: this client joins no groups.
    ///
    /// - Throws: ``BrokerError`` `configuration`.
    public func openGroupReader(_ settings: GroupSettings) throws -> any GroupReader {
        throw BrokerError(
            .configuration, "the native client joins no consumer groups: use --client librdkafka",
            location: "group \(settings.group)")
    }

    // MARK: Offsets of groups

    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: ``BrokerError``.
    public func committedOffsets(of partitions: [World.Partition], group: String) throws -> [Offset?] {
        if partitions.isEmpty { return [] }
        return try atCoordinator(of: group, "committed offsets of group \(group)") { address in
            let answer = try cluster.ask(OffsetFetch.self, at: address, 1...7) { _ in
                var request = OffsetFetch.Request()
                request.groupId = group
                // Offsets that a transaction is about to change are waited for.
                request.requireStable = true
                var wanted = OffsetFetch.Request.Topic()
                wanted.name = topic
                wanted.partitionIndexes = partitions
                request.topics = [wanted]
                return request
            }
            guard answer.errorCode == .none else { throw Refusal(answer.errorCode) }
            var found: [World.Partition: Offset] = [:]
            for place in answer.topics.filter({ $0.name == topic }).flatMap(\.partitions) {
                guard place.errorCode == .none else { throw Refusal(place.errorCode) }
                if place.committedOffset >= 0 { found[place.partitionIndex] = place.committedOffset }
            }
            return partitions.map { found[$0] }
        }
    }

    /// Commits, for each partition, the offset of the next record the group wants; returns once the broker has it.
    ///
    /// - Throws: ``BrokerError``; after it, some of the partitions may have been committed.
    public func commit(_ offsets: [(partition: World.Partition, next: Offset)], group: String) throws {
        if offsets.isEmpty { return }
        try atCoordinator(of: group, "commit of group \(group)") { address in
            let answer = try cluster.ask(OffsetCommit.self, at: address, 2...7) { _ in
                var request = OffsetCommit.Request()
                request.groupId = group
                var wanted = OffsetCommit.Request.Topic()
                wanted.name = topic
                wanted.partitions = offsets.map { partition, next in
                    var place = OffsetCommit.Request.Partition()
                    place.partitionIndex = partition
                    place.committedOffset = next
                    place.committedMetadata = ""
                    return place
                }
                request.topics = [wanted]
                return request
            }
            var left = Set(offsets.map(\.partition))
            for place in answer.topics.filter({ $0.name == topic }).flatMap(\.partitions) {
                guard place.errorCode == .none else { throw Refusal(place.errorCode) }
                left.remove(place.partitionIndex)
            }
            // Each partition has its own answer; one without them confirms nothing.
            guard left.isEmpty else { throw Disconnection(reason: "the broker confirms some partitions only") }
        }
    }

    private func atCoordinator<Value>(
        of group: String, _ doing: String, _ body: (NativeSettings.Address) throws -> Value
    ) throws -> Value {
        try cluster.retrying(doing, topic) {
            do {
                return try body(cluster.coordinator(of: group))
            } catch {
                // Another broker may keep the group by now.
                cluster.forgetCoordinator(of: group)
                throw error
            }
        }
    }
}
