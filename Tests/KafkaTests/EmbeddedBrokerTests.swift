// The embedded broker: what it keeps, and that the calculation of it is right.
import Kafka
import Testing
import World

@Suite("The embedded broker")
struct EmbeddedBrokerTests {
    @Test("serves several clients and forgets everything when closed")
    func lifetime() throws {
        let first = try EmbeddedBroker.start()
        let second = try EmbeddedBroker.start(brokers: 3)
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

    @Test("keeps a load that just fits, record by record size", arguments: [0, 20, 200, 1000, 65_536, 1_000_000])
    func justFits(_ recordBytes: Int) throws {
        var records = 1
        while EmbeddedBroker.capacity(records: records * 2, recordBytes: recordBytes, partitions: 1) == .fits {
            records *= 2
        }
        var step = records / 2
        while step > 0 {
            if EmbeddedBroker.capacity(records: records + step, recordBytes: recordBytes, partitions: 1) == .fits {
                records += step
            }
            step /= 2
        }
        let topic = try TestCluster.embedded.makeTopic()
        try topic.produce(records, recordBytes: recordBytes)
        #expect(try topic.broker.watermarks(of: 0) == Watermarks(low: 0, high: Offset(records)))
        // Not wasteful either: a quarter more does not fit, but for the smallest records, which are mostly framing.
        if recordBytes >= 20 {
            try topic.produce(records / 4 + 1, recordBytes: recordBytes)
            #expect(try topic.broker.watermarks(of: 0).low > 0)
        }
    }

    @Test("drops its oldest batch above 5 MiB of batches, headers included")
    func limit() throws {
        let topic = try TestCluster.embedded.makeTopic()
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
        // What is calculated for batches of one stays below that, but not by more than one in a hundred.
        func fits(_ records: Int) -> Bool {
            EmbeddedBroker.capacity(records: records, recordBytes: 1000, partitions: 1, recordsPerBatch: 1) == .fits
        }
        #expect(fits(batches * 99 / 100))
        #expect(!fits(batches + 1))
    }

    @Test("says how many partitions a load that does not fit needs")
    func needs() {
        #expect(EmbeddedBroker.capacity(records: 0, recordBytes: 200, partitions: 1) == .fits)
        #expect(EmbeddedBroker.capacity(records: 24_000, recordBytes: 200, partitions: 1) == .fits)
        #expect(EmbeddedBroker.capacity(records: 100_000, recordBytes: 200, partitions: 4) == .needs(partitions: 5))
        #expect(EmbeddedBroker.capacity(records: 100_000, recordBytes: 200, partitions: 5) == .fits)
        #expect(EmbeddedBroker.capacity(records: 11, recordBytes: 1_000_000, partitions: 2) == .needs(partitions: 3))
        #expect(EmbeddedBroker.capacity(records: 1, recordBytes: 6_000_000, partitions: 8) == .never)
    }
}
