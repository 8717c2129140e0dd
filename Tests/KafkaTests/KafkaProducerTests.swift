// What a producer promises: every record confirmed where it belongs, or an error that counts those that were not.
import Testing
import World

@testable import Kafka

@Suite("A producer")
struct KafkaProducerTests {
    @Test("returns the offsets of every record", arguments: TestCluster.available)
    func delivery(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        let first = try topic.produce(20_000, partitions: 2)
        #expect(first.confirmed == 20_000)
        #expect(
            first.ranges == [
                OffsetRange(partition: 0, from: 0, until: 10_000), OffsetRange(partition: 1, from: 0, until: 10_000),
            ])
        let second = try topic.produce(3, partitions: 3)
        #expect(
            second.ranges == [
                OffsetRange(partition: 0, from: 10_000, until: 10_001),
                OffsetRange(partition: 1, from: 10_000, until: 10_001), OffsetRange(partition: 2, from: 0, until: 1),
            ])
        #expect(try topic.produce(0) == Delivery(confirmed: 0, ranges: []))
    }

    @Test("reports progress and is held back when the library is full")
    func backpressure() throws {
        let topic = try TestCluster.mock.makeTopic(partitions: 2)
        let configuration = try KafkaConfiguration(
            bootstrap: topic.configuration.bootstrap,
            properties: [KafkaProperty(name: "queue.buffering.max.messages", value: "100")])
        let producer = try KafkaProducer(configuration, topic: topic.name)
        defer { producer.close() }
        var progress: [Int] = []
        let delivery = try producer.produce(
            count: 3000, recordCapacity: 16, progressInterval: 1000, progress: { progress.append($0) }
        ) { index, buffer in
            TestRecord.write(index, to: buffer)
            return OutgoingRecord(partition: Partition(index % 2), valueLength: 16)
        }
        #expect(delivery.confirmed == 3000)
        #expect(progress.count == 3)
        #expect(progress == progress.sorted() && progress[2] >= 2900)
    }

    /// A reader keeps 100,000 records or 12 MiB ahead, of each of its partitions a share; and a broker hands out whole batches.
    @Test(
        "makes batches of no more than a reader keeps of a partition",
        arguments: [
            (1, 10_000, 1_000_000), (10, 10_000, 1_000_000), (12, 8333, 1_000_000), (96, 1041, 131_072),
            (640, 156, 65_536), (1000, 100, 65_536),
        ])
    func batches(partitions: Int, records: Int, bytes: Int) {
        let properties = KafkaProducer.throughput(partitions: partitions)
        #expect(properties.contains(KafkaProperty(name: "batch.num.messages", value: "\(records)")))
        #expect(properties.contains(KafkaProperty(name: "batch.size", value: "\(bytes)")))
    }

    @Test("refuses a topic that does not exist", arguments: TestCluster.available)
    func unknownTopic(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        let error = brokerError { try KafkaProducer(topic.configuration, topic: "absent-\(topic.name)") }
        #expect(error?.code == .unknownTopic)
    }

    @Test("counts records that cannot be delivered", arguments: TestCluster.available)
    func notDelivered(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        let producer = try KafkaProducer(topic.configuration, topic: topic.name)
        defer { producer.close() }
        let unknownPartition = brokerError {
            try producer.produce(count: 10, recordCapacity: 16) { index, _ in
                OutgoingRecord(partition: index < 4 ? 0 : 1, valueLength: 16)
            }
        }
        #expect(unknownPartition?.code == .notDelivered)
        #expect(unknownPartition?.message.hasPrefix("6 of 10 records not confirmed") == true)
        #expect(unknownPartition?.location.hasSuffix("\(topic.name)/1") == true)

        let tooLarge = brokerError {
            try producer.produce(count: 1, recordCapacity: 2_000_000) { _, _ in
                OutgoingRecord(partition: 0, valueLength: 2_000_000)
            }
        }
        #expect(tooLarge?.code == .notDelivered)
        #expect(tooLarge?.cause?.name == "MSG_SIZE_TOO_LARGE")
        // What was confirmed before the errors is there, and the producer can go on.
        #expect(try topic.broker.watermarks(of: 0).high == 4)
        #expect(try topic.produce(1).ranges == [OffsetRange(partition: 0, from: 4, until: 5)])
    }

    @Test("stores each record once though requests fail and are repeated")
    func retries() throws {
        let topic = try TestCluster.mock.makeTopic()
        let mock = try #require(topic.mock)
        try mock.failNext(.produce, with: [.notLeader, .timedOut, .notLeader])
        let delivery = try topic.produce(5000)
        #expect(delivery.ranges == [OffsetRange(partition: 0, from: 0, until: 5000)])
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        _ = try reader.fetch(0, until: 5000, limit: 5000, into: block, timeout: patience)
        #expect(block.numbers == Array(0..<5000))
    }

    @Test("notices that somebody else writes in between", arguments: TestCluster.available)
    func otherWriter(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        var properties = topic.configuration.properties
        properties.append(KafkaProperty(name: "linger.ms", value: "0"))
        let configuration = try KafkaConfiguration(bootstrap: topic.configuration.bootstrap, properties: properties)
        let producer = try KafkaProducer(configuration, topic: topic.name)
        defer { producer.close() }
        let error = brokerError {
            try producer.produce(count: 20, recordCapacity: 8) { index, _ in
                if index == 10 {
                    while try topic.broker.watermarks(of: 0).high < 10 {}
                    try topic.produce(1)
                }
                return OutgoingRecord(partition: 0, valueLength: 8)
            }
        }
        #expect(error?.code == .notDelivered)
        #expect(error?.message.hasPrefix("a record was confirmed at offset 11 instead of 10") == true)
    }

    @Test("passes on what the caller throws, and counts afresh afterwards")
    func callerThrows() throws {
        struct Stop: Error {}
        let topic = try TestCluster.mock.makeTopic()
        let producer = try KafkaProducer(topic.configuration, topic: topic.name)
        defer { producer.close() }
        #expect(throws: Stop.self) {
            try producer.produce(count: 10, recordCapacity: 8) { index, _ in
                if index == 7 { throw Stop() }
                return OutgoingRecord(partition: 0, valueLength: 8)
            }
        }
        let next = try producer.produce(count: 3, recordCapacity: 8) { _, _ in
            OutgoingRecord(partition: 0, valueLength: 8)
        }
        #expect(next == Delivery(confirmed: 3, ranges: [OffsetRange(partition: 0, from: 7, until: 10)]))
    }

    @Test("says how many records were lost to a broker that refuses them")
    func refused() throws {
        let topic = try TestCluster.mock.makeTopic()
        let mock = try #require(topic.mock)
        let producer = try KafkaProducer(topic.configuration, topic: topic.name)
        defer { producer.close() }
        try mock.failNext(.produce, with: [.topicNotAllowed])
        let error = brokerError {
            try producer.produce(count: 10, recordCapacity: 8) { _, _ in
                OutgoingRecord(partition: 0, valueLength: 8)
            }
        }
        #expect(error?.code == .notDelivered)
        #expect(error?.message.hasPrefix("10 of 10 records not confirmed") == true)
    }
}
