// librdkafka's mock: that it serves, and how little it keeps.
import Kafka
import Testing
import World

@Suite("The mock broker")
struct MockBrokerTests {
    @Test("serves several clients and forgets everything when closed")
    func lifetime() throws {
        let first = try MockBroker.start()
        let second = try MockBroker.start(brokers: 3)
        #expect(first.bootstrap.hasPrefix("127.0.0.1:"))
        #expect(second.bootstrap.split(separator: ",").count == 3)
        try first.createTopic("a", partitions: 1)
        #expect(brokerError { try first.createTopic("a", partitions: 1) }?.code == .topicExists)
        try second.createTopic("a", partitions: 2, replication: 3)
        let cluster = try KafkaCluster(KafkaConfiguration(bootstrap: second.bootstrap))
        #expect(try cluster.partitionCount(of: "a") == 2)
        cluster.close()
        first.close()
        first.close()
        second.close()
    }

    @Test("drops its oldest batch above 5 MiB of batches, headers included")
    func limit() throws {
        let topic = try TestCluster.mock.makeTopic()
        let configuration = try KafkaConfiguration(
            bootstrap: topic.configuration.bootstrap,
            properties: [KafkaProperty(name: "batch.num.messages", value: "1")])
        let producer = try KafkaProducer(configuration, topic: topic.name)
        defer { producer.close() }
        func produce(_ count: Int) throws {
            _ = try producer.produce(count: count, recordCapacity: 1000) { _, _ in
                OutgoingRecord(partition: 0, valueLength: 1000)
            }
        }
        // A batch of one such record: 61 bytes of header, 1,000 of value, 9 of framing.
        let batches = 5 * 1024 * 1024 / 1070
        try produce(batches)
        #expect(try topic.broker.watermarks(of: 0).low == 0)
        try produce(1)
        #expect(try topic.broker.watermarks(of: 0).low == 1)
    }
}
