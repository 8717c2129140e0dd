// Asks a partition's leader for the ends of its log.
internal import CRdKafka
internal import World

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
