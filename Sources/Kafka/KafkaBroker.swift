// The broker seam on a real cluster, bound to one topic.
internal import CRdKafka
public import World

/// A Kafka cluster seen through one topic. Groups are only used to keep offsets in: none is ever joined.
public final class KafkaBroker: Broker {
    /// The topic that every call is about.
    public let topic: String
    private let configuration: KafkaConfiguration
    private let handle: KafkaHandle
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
        return try retrying(on: handle, "watermarks", "\(topic)/\(partition)") { timeout in
            handle.queryWatermarks(topic, partition, timeout: timeout)
        }
    }

    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: ``BrokerError``.
    public func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?] {
        let groupHandle = try handle(of: group)
        let doing = "committed offsets of group \(group)"
        return try retrying(on: groupHandle, doing, topic) { timeout in
            let list = TopicPartitionList(topic: topic, partitions.map { ($0, nil) })
            let code = rd_kafka_committed(groupHandle.pointer, list.pointer, timeout)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { return .failure(LibraryError(code)) }
            var offsets: [Offset?] = []
            var failed: rd_kafka_resp_err_t?
            list.forEach { element in
                if element.err != RD_KAFKA_RESP_ERR_NO_ERROR { failed = failed ?? element.err }
                offsets.append(element.offset < 0 ? nil : element.offset)
            }
            if let failed { return .failure(LibraryError(failed)) }
            return .success(offsets)
        }
    }

    /// Commits, for each partition, the offset of the next record the group wants; returns once the broker has it.
    ///
    /// - Throws: ``BrokerError``; after it, some of the partitions may have been committed.
    public func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
        if offsets.isEmpty { return }
        let groupHandle = try handle(of: group)
        try retrying(on: groupHandle, "commit of group \(group)", topic) { timeout -> Result<Void, LibraryError> in
            let list = TopicPartitionList(topic: topic, offsets.map { ($0.partition, $0.next) })
            // A queue for each attempt, so that a late answer is not taken for the next one's.
            let queue = rd_kafka_queue_new(groupHandle.pointer)
            defer { rd_kafka_queue_destroy(queue) }
            // Not rd_kafka_commit(): that waits without limit when the coordinator is gone.
            let code = rd_kafka_commit_queue(groupHandle.pointer, list.pointer, queue, nil, nil)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { return .failure(LibraryError(code)) }
            guard let event = rd_kafka_queue_poll(queue, timeout) else {
                return .failure(LibraryError(RD_KAFKA_RESP_ERR__TIMED_OUT))
            }
            defer { rd_kafka_event_destroy(event) }
            return KafkaBroker.result(ofCommit: event, expecting: offsets.count)
        }
    }

    private static func result(ofCommit event: OpaquePointer, expecting count: Int) -> Result<Void, LibraryError> {
        if rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR {
            return .failure(LibraryError(rd_kafka_event_error(event)))
        }
        // Each partition has its own answer; an answer without them confirms nothing.
        guard let list = rd_kafka_event_topic_partition_list(event), Int(list.pointee.cnt) == count else {
            return .failure(LibraryError(RD_KAFKA_RESP_ERR__FAIL))
        }
        var failed: rd_kafka_resp_err_t?
        TopicPartitionList.forEach(list) { element in
            if element.err != RD_KAFKA_RESP_ERR_NO_ERROR { failed = failed ?? element.err }
        }
        if let failed { return .failure(LibraryError(failed)) }
        return .success(())
    }

    /// Opens a reader on all partitions in `positions`, each starting at its offset.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when a partition does not exist.
    public func openReader(at positions: [(partition: Partition, offset: Offset)]) throws -> any RecordReader {
        let count = try partitionCount()
        for (partition, offset) in positions where partition < 0 || Int(partition) >= count {
            throw handle.failure(
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, doing: "open reader",
                location: "\(topic)/\(partition)@\(offset)")
        }
        return try KafkaReader(configuration, topic: topic, positions: positions)
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

    /// Tries until it succeeds, fails for good, or the time of a request is over.
    ///
    /// An attempt gets a second at a time, so that a cluster that went away is noticed soon. All attempts may be
    /// repeated: a commit that arrives twice says the same twice.
    private func retrying<Value>(
        on handle: KafkaHandle, _ doing: String, _ location: String,
        _ attempt: (_ timeout: Int32) -> Result<Value, LibraryError>
    ) throws -> Value {
        let clock = ContinuousClock()
        let deadline = clock.now + configuration.requestTimeout
        while true {
            switch attempt(min(1000, (deadline - clock.now).milliseconds)) {
            case .success(let value):
                handle.noteAnswer()
                return value
            case .failure(let error):
                guard error.code.isTransient, clock.now < deadline else {
                    throw handle.failure(error.code, doing: doing, location: location)
                }
                try handle.throwIfDown()
                handle.pollEvent(20)
            }
        }
    }
}
