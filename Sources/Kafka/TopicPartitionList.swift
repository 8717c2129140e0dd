// Owns a list of topic partitions while librdkafka reads and fills it.
internal import CRdKafka
internal import World

/// A `rd_kafka_topic_partition_list_t` that is destroyed with its owner.
struct TopicPartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// Makes a list of partitions of one topic; an offset of nil stays unset.
    init(topic: String, _ entries: [(partition: Partition, offset: Offset?)]) {
        pointer = rd_kafka_topic_partition_list_new(Int32(clamping: entries.count))
        for (partition, offset) in entries {
            let element = rd_kafka_topic_partition_list_add(pointer, topic, partition)
            if let offset { element?.pointee.offset = offset }
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    /// Calls `body` with each element, in order.
    func forEach(_ body: (rd_kafka_topic_partition_t) throws -> Void) rethrows {
        try TopicPartitionList.forEach(UnsafePointer(pointer), body)
    }

    /// Calls `body` with each element of a list that librdkafka owns.
    static func forEach(
        _ list: UnsafePointer<rd_kafka_topic_partition_list_t>, _ body: (rd_kafka_topic_partition_t) throws -> Void
    ) rethrows {
        for index in 0..<Int(list.pointee.cnt) { try body(list.pointee.elems[index]) }
    }
}
