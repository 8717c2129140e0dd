// Writes transactions, which leave offsets without records in a log.
import CRdKafka
import Kafka
import World

/// A transactional producer on one partition.
final class TransactionalWriter {
    struct Failure: Error { var text: String }

    private let handle: OpaquePointer
    private let topic: OpaquePointer

    init(_ configuration: KafkaConfiguration, topic name: String) throws {
        let settings = rd_kafka_conf_new()
        for (property, value) in [
            ("bootstrap.servers", configuration.bootstrap), ("transactional.id", "writer-of-\(name)"),
            ("receive.message.max.bytes", "1000000000"), ("log_level", "0"),
        ] {
            guard rd_kafka_conf_set(settings, property, value, nil, 0) == RD_KAFKA_CONF_OK else {
                throw Failure(text: property)
            }
        }
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, settings, nil, 0),
            let topic = rd_kafka_topic_new(handle, name, nil)
        else { throw Failure(text: "no producer") }
        self.handle = handle
        self.topic = topic
        try check(rd_kafka_init_transactions(handle, 30_000))
    }

    deinit {
        rd_kafka_topic_destroy(topic)
        rd_kafka_destroy(handle)
    }

    /// Begins a transaction and stores `count` records that begin with the numbers from `first` on.
    func begin(_ count: Int, first: Int) throws {
        try check(rd_kafka_begin_transaction(handle))
        for index in 0..<count {
            var number = UInt64(first + index).littleEndian
            guard rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, &number, 8, nil, 0, nil) == 0 else {
                throw Failure(text: "produce")
            }
        }
        rd_kafka_flush(handle, 30_000)
    }

    func commit() throws { try check(rd_kafka_commit_transaction(handle, 30_000)) }

    func abort() throws { try check(rd_kafka_abort_transaction(handle, 30_000)) }

    private func check(_ error: OpaquePointer?) throws {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw Failure(text: String(cString: rd_kafka_error_string(error)))
    }
}
