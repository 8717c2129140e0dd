// What an operator does to a topic's records and to a group's offsets: records deleted, a topic made anew, offsets dropped.
internal import CRdKafka
public import World

extension KafkaCluster {
    /// Deletes the records of a topic that lie below an offset, partition by partition.
    ///
    /// - Throws: ``BrokerError``, for the first partition whose records could not be deleted.
    public func deleteRecords(before offsets: [(partition: Partition, before: Offset)], of topic: String) throws {
        if offsets.isEmpty { return }
        let doing = "delete records of \(topic)"
        let list = TopicPartitionList(topic: topic, offsets.map { ($0.partition, $0.before) })
        var deletion: OpaquePointer? = rd_kafka_DeleteRecords_new(list.pointer)
        defer { rd_kafka_DeleteRecords_destroy(deletion) }
        try answer(
            to: RD_KAFKA_ADMIN_OP_DELETERECORDS, takesTime: true, doing: doing,
            { options, queue in rd_kafka_DeleteRecords(handle.pointer, &deletion, 1, options, queue) },
            read: { event in
                guard let result = rd_kafka_event_DeleteRecords_result(event),
                    let answers = rd_kafka_DeleteRecords_result_offsets(result)
                else { throw handle.failure(RD_KAFKA_RESP_ERR__FAIL, doing: doing, location: topic) }
                try throwFirstError(in: answers, doing: doing)
            })
    }

    /// Drops all that a group has committed for a topic. Members that died are waited for: until the group has taken them
    /// for dead it gives nothing away.
    ///
    /// - Throws: ``BrokerError``; `failed` at once for librdkafka's mock, where the library would end the process.
    public func forgetOffsets(of group: String, topic: String, partitions: Int, within patience: Duration) throws {
        let doing = "forget the offsets of group \(group)"
        guard try !isMock() else {
            throw BrokerError(
                .failed, "\(doing): librdkafka's mock broker cannot do it", location: handle.configuration.bootstrap)
        }
        do {
            try handle.retryingWhileInUse(within: patience) {
                try forgetOnce(of: group, topic: topic, partitions: partitions, doing: doing)
            }
        } catch let error as BrokerError where error.code == .unknownGroup {
            // A group of which the broker knows nothing has nothing committed either.
        }
    }

    private func forgetOnce(of group: String, topic: String, partitions: Int, doing: String) throws {
        let list = TopicPartitionList(topic: topic, (0..<Partition(clamping: partitions)).map { ($0, nil) })
        var deletion: OpaquePointer? = rd_kafka_DeleteConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_DeleteConsumerGroupOffsets_destroy(deletion) }
        try answer(
            to: RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, takesTime: false, doing: doing,
            { options, queue in
                rd_kafka_DeleteConsumerGroupOffsets(handle.pointer, &deletion, 1, options, queue)
            },
            read: { event in
                var count = 0
                guard let result = rd_kafka_event_DeleteConsumerGroupOffsets_result(event),
                    let groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(result, &count),
                    count > 0, let answer = groups[0]
                else { throw handle.failure(RD_KAFKA_RESP_ERR__FAIL, doing: doing, location: topic) }
                if let error = rd_kafka_group_result_error(answer) {
                    throw handle.failure(rd_kafka_error_code(error), doing: doing, location: topic)
                }
                guard let answers = rd_kafka_group_result_partitions(answer) else { return }
                try throwFirstError(in: answers, doing: doing)
            })
    }

    /// Deletes a topic and lets `make` make one of its name, once nothing is left of the old one.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is none of this name.
    public func remakeTopic(_ name: String, make: () throws -> Void) throws {
        try deleteTopic(name)
        let clock = ContinuousClock()
        let deadline = clock.now + handle.configuration.requestTimeout
        while true {
            do {
                return try make()
            } catch let error as BrokerError where error.code == .topicExists && clock.now < deadline {
                // A broker may say that a topic is gone before it has removed it.
                handle.pollEvent(50)
            }
        }
    }

    /// Whether this is librdkafka's mock, which answers requests that it does not know with nothing, or not at all.
    private func isMock() throws -> Bool {
        guard let text = rd_kafka_clusterid(handle.pointer, handle.configuration.requestTimeout.milliseconds) else {
            return false
        }
        defer { rd_kafka_mem_free(handle.pointer, text) }
        return String(cString: text).hasPrefix("mockCluster")
    }

    private func throwFirstError(
        in list: UnsafePointer<rd_kafka_topic_partition_list_t>, doing: String
    ) throws {
        try TopicPartitionList.forEach(list) { element in
            guard element.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            throw handle.failure(
                element.err, doing: doing, location: "\(String(cString: element.topic))/\(element.partition)")
        }
    }
}

extension KafkaBroker {
    /// Moves what a group has committed for the topic by so many offsets, but not below 0; where nothing is committed,
    /// nothing moves. Members that died are waited for, as with ``KafkaCluster/forgetOffsets(of:topic:partitions:within:)``.
    ///
    /// - Throws: ``BrokerError``.
    public func moveOffsets(
        of group: String, partitions: [Partition], by distance: Offset, within patience: Duration
    ) throws {
        let committed = try committedOffsets(of: partitions, group: group)
        let moved = zip(partitions, committed).compactMap { partition, offset in
            offset.map { (partition: partition, next: max(0, $0 + distance)) }
        }
        try handle.retryingWhileInUse(within: patience) { try commit(moved, group: group) }
    }
}

extension KafkaHandle {
    /// Tries again as long as a group has members, alive or not yet taken for dead, who stand in the way of changing its
    /// offsets from outside; at most for so long.
    fileprivate func retryingWhileInUse(within patience: Duration, _ attempt: () throws -> Void) throws {
        let inUse = [
            RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC, RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP,
            RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
        ].map(\.cause)
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while true {
            do {
                return try attempt()
            } catch let error as BrokerError {
                guard let cause = error.cause, inUse.contains(cause), clock.now < deadline else { throw error }
                pollEvent(100)
            }
        }
    }
}
