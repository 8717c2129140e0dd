// A transactional producer of librdkafka, step by step, as no part of kbench needs it.
import CRdKafka
import Kafka

/// Writes numbered records to partition 0 of one topic, in transactions.
final class ServedProducer {
    /// What the library says to a step.
    struct Failure: Error {
        var code: rd_kafka_resp_err_t
        var isFatal: Bool
        var text: String
    }

    private let handle: OpaquePointer
    private let topic: OpaquePointer

    init(_ bootstrap: String, topic name: String, id: String) throws {
        let settings = rd_kafka_conf_new()
        for (property, value) in [("bootstrap.servers", bootstrap), ("transactional.id", id), ("log_level", "0")] {
            precondition(rd_kafka_conf_set(settings, property, value, nil, 0) == RD_KAFKA_CONF_OK)
        }
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, settings, nil, 0),
            let topic = rd_kafka_topic_new(handle, name, nil)
        else { preconditionFailure("no producer") }
        self.handle = handle
        self.topic = topic
        try check(rd_kafka_init_transactions(handle, 30_000))
    }

    deinit {
        rd_kafka_topic_destroy(topic)
        rd_kafka_destroy(handle)
    }

    func begin() throws { try check(rd_kafka_begin_transaction(handle)) }

    /// Sends records and waits until they lie in the log, or are refused.
    func send(_ numbers: some Sequence<Int>) {
        for number in numbers {
            var bytes = UInt64(number).littleEndian
            rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, &bytes, 8, nil, 0, nil)
        }
        rd_kafka_flush(handle, 30_000)
    }

    /// Sends the offset of partition 0 of the topic that a group goes on at.
    func send(offset: Int64, of name: String, group: String) throws {
        let offsets = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(offsets) }
        rd_kafka_topic_partition_list_add(offsets, name, 0)
        rd_kafka_topic_partition_list_set_offset(offsets, name, 0, offset)
        let metadata = rd_kafka_consumer_group_metadata_new(group)
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        try check(rd_kafka_send_offsets_to_transaction(handle, offsets, metadata, 30_000))
    }

    func commit() throws { try check(rd_kafka_commit_transaction(handle, 30_000)) }

    func abort() throws { try check(rd_kafka_abort_transaction(handle, 30_000)) }

    private func check(_ error: OpaquePointer?) throws {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw Failure(
            code: rd_kafka_error_code(error), isFatal: rd_kafka_error_is_fatal(error) != 0,
            text: String(cString: rd_kafka_error_string(error)))
    }
}
