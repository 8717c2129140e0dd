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
}
