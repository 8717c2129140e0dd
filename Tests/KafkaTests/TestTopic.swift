// A topic to test with, and the records that belong into it.
import Kafka
import KafkaServer
import World

/// A topic on a cluster that lives at least as long as this.
final class TestTopic {
    let name: String
    let configuration: KafkaConfiguration
    /// The cluster, where it is the mock.
    let mock: MockBroker?
    private let server: KafkaServer?
    let broker: KafkaBroker

    init(
        _ name: String, _ configuration: KafkaConfiguration, mock: MockBroker? = nil, server: KafkaServer? = nil
    ) throws {
        self.name = name
        self.configuration = configuration
        self.mock = mock
        self.server = server
        broker = try KafkaBroker(configuration, topic: name)
    }

    deinit {
        broker.close()
        mock?.close()
        server?.stop()
    }

    /// Produces `count` records, record `i` to partition `i` modulo `partitions`, each with `recordBytes` bytes.
    @discardableResult
    func produce(_ count: Int, partitions: Int = 1, recordBytes: Int = 24) throws -> Delivery {
        let producer = try KafkaProducer(configuration, topic: name)
        defer { producer.close() }
        return try producer.produce(count: count, recordCapacity: recordBytes) { index, buffer in
            TestRecord.write(index, to: buffer)
            return OutgoingRecord(partition: Partition(index % partitions), valueLength: recordBytes)
        }
    }

    func openReader(_ positions: [(partition: Partition, offset: Offset)] = [(0, 0)]) throws -> any RecordReader {
        try broker.openReader(at: positions)
    }
}
