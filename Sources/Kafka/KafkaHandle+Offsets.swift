// Offsets that one client asks the brokers for: those that a group has committed, and the ends of partitions.
internal import CRdKafka
internal import World

extension KafkaHandle {
    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    func committedOffsets(of partitions: [Partition], topic: String, group: String) throws -> [Offset?] {
        if partitions.isEmpty { return [] }
        return try retrying("committed offsets of group \(group)", topic) { timeout in
            let list = TopicPartitionList(topic: topic, partitions.map { ($0, nil) })
            let code = rd_kafka_committed(pointer, list.pointer, timeout)
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

    /// Commits; a client that is a member of the group sends its generation along, so that the group can refuse it.
    func commit(_ offsets: [(partition: Partition, next: Offset)], topic: String, group: String) throws {
        try retrying("commit of group \(group)", topic) { timeout -> Result<Void, LibraryError> in
            let list = TopicPartitionList(topic: topic, offsets.map { ($0.partition, $0.next) })
            // A queue for each attempt, so that a late answer is not taken for the next one's.
            let queue = rd_kafka_queue_new(pointer)
            defer { rd_kafka_queue_destroy(queue) }
            // Not rd_kafka_commit(): that waits without limit when the coordinator is gone.
            let code = rd_kafka_commit_queue(pointer, list.pointer, queue, nil, nil)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { return .failure(LibraryError(code)) }
            guard let event = rd_kafka_queue_poll(queue, timeout) else {
                return .failure(LibraryError(RD_KAFKA_RESP_ERR__TIMED_OUT))
            }
            defer { rd_kafka_event_destroy(event) }
            return KafkaHandle.result(ofCommit: event, expecting: offsets.count)
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

    /// Tries until it succeeds, fails for good, or the time of a request is over.
    ///
    /// An attempt gets a second at a time, so that a cluster that went away is noticed soon. All attempts may be
    /// repeated: a commit that arrives twice says the same twice. The pauses in between become longer.
    func retrying<Value>(
        _ doing: String, _ location: String, _ attempt: (_ timeout: Int32) -> Result<Value, LibraryError>
    ) throws -> Value {
        let clock = ContinuousClock()
        let start = clock.now
        let deadline = start + configuration.requestTimeout
        var pause = KafkaHandle.shortestPause
        while true {
            switch attempt(min(1000, (deadline - clock.now).milliseconds)) {
            case .success(let value):
                noteAnswer()
                return value
            case .failure(let error):
                let isNotYetThere =
                    error.code.brokerErrorCode == .unknownTopic && clock.now < start + configuration.topicTimeout
                guard error.code.isTransient || isNotYetThere, clock.now < deadline else {
                    throw failure(error.code, doing: doing, location: location)
                }
                try throwIfDown()
                self.pause(&pause)
            }
        }
    }
}

extension KafkaHandle {
    /// Asks once.
    func queryWatermarks(_ topic: String, _ partition: Partition, timeout: Int32) -> Result<Watermarks, LibraryError> {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_query_watermark_offsets(pointer, topic, partition, &low, &high, timeout)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(LibraryError(code)) }
        return .success(Watermarks(low: low, high: high))
    }

    /// The offsets of the first records of `moment`, in milliseconds since 1970, or later; nil where there is none.
    ///
    /// - Throws: ``BrokerError``.
    func offsets(of partitions: [Partition], at moment: Int64, topic: String) throws -> [Offset?] {
        try offsetsForTimes(partitions, moment, topic: topic, doing: "offsets of a moment").map { $0 < 0 ? nil : $0 }
    }

    /// Asks for one end of several partitions at once, `RD_KAFKA_OFFSET_BEGINNING` or `RD_KAFKA_OFFSET_END`, in their order.
    ///
    /// - Throws: ``BrokerError``.
    func ends(of partitions: [Partition], _ end: Int32, topic: String) throws -> [Offset] {
        try offsetsForTimes(partitions, Offset(end), topic: topic, doing: "watermarks")
    }

    private func offsetsForTimes(
        _ partitions: [Partition], _ time: Int64, topic: String, doing: String
    ) throws -> [Offset] {
        try retrying(doing, topic) { timeout -> Result<[Offset], LibraryError> in
            let list = TopicPartitionList(topic: topic, partitions.map { ($0, time) })
            let code = rd_kafka_offsets_for_times(pointer, list.pointer, timeout)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(LibraryError(code)) }
            var offsets: [Partition: Offset] = [:]
            var failed: rd_kafka_resp_err_t?
            list.forEach { element in
                if element.err != RD_KAFKA_RESP_ERR_NO_ERROR { failed = failed ?? element.err }
                offsets[element.partition] = element.offset
            }
            if let failed { return .failure(LibraryError(failed)) }
            return .success(partitions.map { offsets[$0] ?? 0 })
        }
    }
}
