// A reader that is a member of a consumer group: librdkafka's own membership, with its decisions taken as events.
internal import CRdKafka
internal import World

/// Joins on creation. The library hands a decision over and waits with its answer to the group until the caller acts,
/// which gives a receiver the time to finish what it holds.
final class KafkaGroupReader: GroupReader {
    private let topic: String
    private let settings: GroupSettings
    /// Asks from outside of the group, so that no rebalance can hold the answer up.
    private let committed: ([Partition]) throws -> [Offset?]
    private let handle: KafkaHandle
    private let reader: KafkaReader
    /// Where the library tells what the group decided.
    private let decisions: OpaquePointer?
    private var isOpen = true

    init(
        _ configuration: KafkaConfiguration, topic: String, partitions: Int, settings: GroupSettings,
        committed: @escaping ([Partition]) throws -> [Offset?]
    ) throws {
        self.committed = committed
        self.topic = topic
        self.settings = settings
        let refresh = KafkaProperty(name: "topic.metadata.refresh.interval.ms", value: "1000")
        handle = try KafkaHandle(
            .consumer, configuration, defaults: KafkaReader.throughput(queues: partitions) + [refresh],
            fixed: KafkaReader.exactness + [
                KafkaProperty(name: "group.id", value: settings.group),
                KafkaProperty(name: "session.timeout.ms", value: "\(settings.sessionTimeoutMilliseconds)"),
                KafkaProperty(name: "heartbeat.interval.ms", value: "\(settings.heartbeatMilliseconds)"),
                // Eager assignment: all partitions of a member come and go together.
                KafkaProperty(name: "partition.assignment.strategy", value: "range"),
            ], alsoEvents: RD_KAFKA_EVENT_REBALANCE)
        reader = KafkaReader(handle, topic: topic)
        decisions = rd_kafka_queue_get_consumer(handle.pointer)
        do {
            try handle.connect()
            let list = TopicPartitionList(topic: topic, [(RD_KAFKA_PARTITION_UA, nil)])
            let code = rd_kafka_subscribe(handle.pointer, list.pointer)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw handle.failure(code, doing: "join group \(settings.group)", location: topic)
            }
        } catch {
            destroy()
            throw error
        }
    }

    deinit { close() }

    func poll(timeout: Duration) throws -> GroupChange? {
        guard let event = rd_kafka_queue_poll(decisions, timeout.milliseconds) else {
            try handle.throwIfDown()
            return nil
        }
        defer { rd_kafka_event_destroy(event) }
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE:
            handle.noteAnswer()
            if rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
                return rd_kafka_assignment_lost(handle.pointer) != 0 ? .lost : .revoked
            }
            var partitions: [Partition] = []
            if let list = rd_kafka_event_topic_partition_list(event) {
                TopicPartitionList.forEach(list) { partitions.append($0.partition) }
            }
            return .assigned(partitions.sorted())
        case RD_KAFKA_EVENT_ERROR:
            let code = rd_kafka_event_error(event)
            handle.note(event)
            if !code.isTransient, code != RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED {
                throw handle.failure(code, doing: "group \(settings.group)", location: topic)
            }
            return nil
        default: return nil
        }
    }

    func start(at positions: [(partition: Partition, offset: Offset)]) throws { try reader.assign(positions) }

    func giveUp() throws { try reader.unassign() }

    func committedOffsets(of partitions: [Partition]) throws -> [Offset?] {
        try committed(partitions)
    }

    func commit(_ offsets: [(partition: Partition, next: Offset)]) throws {
        if offsets.isEmpty { return }
        try handle.commit(offsets, topic: topic, group: settings.group)
    }

    func seek(_ partition: Partition, to offset: Offset) throws { try reader.seek(partition, to: offset) }

    func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        try reader.fetch(partition, until: until, limit: limit, into: block, timeout: timeout)
    }

    func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int) {
        try reader.discard(limit: limit, timeout: timeout)
    }

    func position(of partition: Partition) -> Offset { reader.position(of: partition) }

    /// Leaves the group, which then need not wait for the session timeout, and gives back the library's resources.
    func close() {
        guard isOpen else { return }
        reader.dropSlots()
        leave()
        destroy()
    }

    private func leave() {
        // A queue of its own: the library forwards to it, and a queue cannot be forwarded to itself.
        let last = rd_kafka_queue_new(handle.pointer)
        defer { rd_kafka_queue_destroy(last) }
        if let error = rd_kafka_consumer_close_queue(handle.pointer, last) { return rd_kafka_error_destroy(error) }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(5)
        while rd_kafka_consumer_closed(handle.pointer) == 0, clock.now < deadline {
            guard let event = rd_kafka_queue_poll(last, 20) else { continue }
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE { rd_kafka_assign(handle.pointer, nil) }
            rd_kafka_event_destroy(event)
        }
    }

    private func destroy() {
        isOpen = false
        rd_kafka_queue_destroy(decisions)
        reader.close()
    }
}
