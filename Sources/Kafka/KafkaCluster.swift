// The cluster as a whole: is it there, and which topics does it have.
internal import CRdKafka
internal import World

/// A connection to a cluster for questions that are not about one topic's records. One thread uses it at a time.
public final class KafkaCluster {
    let handle: KafkaHandle

    /// Connects.
    ///
    /// - Throws: ``BrokerError`` `unreachable` when no broker answers in time, `configuration` when it cannot be tried.
    public init(_ configuration: KafkaConfiguration) throws {
        handle = try KafkaHandle(.consumer, configuration, defaults: [], fixed: [])
        do {
            try handle.connect()
        } catch {
            handle.close()
            throw error
        }
    }

    /// Ends the connection; the cluster is not used afterwards.
    public func close() { handle.close() }

    /// Checks that a cluster answers, and disconnects again.
    ///
    /// - Throws: ``BrokerError`` `unreachable` with address and reason, within the configuration's time limits.
    public static func probe(_ configuration: KafkaConfiguration) throws {
        try KafkaCluster(configuration).close()
    }

    /// Creates a topic and waits until it is there with a leader for every partition.
    ///
    /// - Throws: ``BrokerError``; `topicExists` when there is one of this name.
    public func createTopic(_ name: String, partitions: Int, replication: Int = 1) throws {
        var topic: OpaquePointer?
        let reason = KafkaHandle.withErrorText { text, size in
            topic = rd_kafka_NewTopic_new(name, Int32(clamping: partitions), Int32(clamping: replication), text, size)
        }
        guard topic != nil else { throw BrokerError(.configuration, "topic \(name): \(reason)", location: name) }
        defer { rd_kafka_NewTopic_destroy(topic) }
        try request(RD_KAFKA_ADMIN_OP_CREATETOPICS, doing: "create topic \(name)", topic: name) { options, queue in
            rd_kafka_CreateTopics(handle.pointer, &topic, 1, options, queue)
        }
        try KafkaTopic(name, on: handle).waitUntilThere(partitions: partitions)
    }

    /// Gives a topic more partitions and waits until they are there, each with a leader.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func growTopic(_ name: String, to partitions: Int) throws {
        var growth: OpaquePointer?
        let reason = KafkaHandle.withErrorText { text, size in
            growth = rd_kafka_NewPartitions_new(name, partitions, text, size)
        }
        guard growth != nil else { throw BrokerError(.configuration, "topic \(name): \(reason)", location: name) }
        defer { rd_kafka_NewPartitions_destroy(growth) }
        try request(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, doing: "grow topic \(name)", topic: name) { options, queue in
            rd_kafka_CreatePartitions(handle.pointer, &growth, 1, options, queue)
        }
        try KafkaTopic(name, on: handle).waitUntilThere(partitions: partitions)
    }

    /// Deletes a topic and waits until it is gone.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func deleteTopic(_ name: String) throws {
        var topic: OpaquePointer? = rd_kafka_DeleteTopic_new(name)
        defer { rd_kafka_DeleteTopic_destroy(topic) }
        try request(RD_KAFKA_ADMIN_OP_DELETETOPICS, doing: "delete topic \(name)", topic: name) { options, queue in
            rd_kafka_DeleteTopics(handle.pointer, &topic, 1, options, queue)
        }
        try KafkaTopic(name, on: handle).waitUntilGone()
    }

    /// The number of partitions of a topic.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func partitionCount(of topic: String) throws -> Int {
        let topic = KafkaTopic(topic, on: handle)
        defer { topic.close() }
        return try topic.partitionCount()
    }

    /// Sends one request of the Admin API and waits for its one result, which `read` looks into; nil: one about topics.
    func request(
        _ operation: rd_kafka_admin_op_t, doing: String, topic: String,
        _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void,
        read: ((_ event: OpaquePointer) throws -> Void)? = nil
    ) throws {
        let timeout = handle.configuration.requestTimeout.milliseconds
        let options = rd_kafka_AdminOptions_new(handle.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let reason = KafkaHandle.withErrorText { text, size in
            code = rd_kafka_AdminOptions_set_request_timeout(options, timeout, text, size)
            // A group's offsets go at once; everything else the broker may take its time for.
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, operation != RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS {
                code = rd_kafka_AdminOptions_set_operation_timeout(options, timeout, text, size)
            }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw BrokerError(code, doing: doing, text: reason, location: topic)
        }
        let queue = rd_kafka_queue_new(handle.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        guard let event = rd_kafka_queue_poll(queue, timeout.addingReportingOverflow(1000).partialValue) else {
            throw handle.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, doing: doing, location: topic)
        }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw handle.failure(rd_kafka_event_error(event), doing: doing, location: topic)
        }
        if let read { return try read(event) }
        var count = 0
        let results =
            switch operation {
            case RD_KAFKA_ADMIN_OP_CREATETOPICS:
                rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            case RD_KAFKA_ADMIN_OP_CREATEPARTITIONS:
                rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count)
            default: rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            }
        for index in 0..<count {
            guard let result = results?[index] else { continue }
            let code = rd_kafka_topic_result_error(result)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            throw BrokerError(
                code, doing: doing, text: text, location: "\(handle.configuration.bootstrap) \(topic)")
        }
    }
}
