// Loads in transactions, and records with keys, headers and no values: where each comes to lie, and what a scan finds.
import Kafka
import Testing
import World

@Suite("Records of every kind (issue point 5)") struct RecordKindsTests {
    /// What a scan of a partition finds: offset, key, value, header.
    private func scan(_ topic: TestTopic, _ partition: Partition, until: Offset) throws -> [String] {
        let reader = try KafkaReader(topic.configuration, topic: topic.name, positions: [(partition, 0)])
        defer { reader.close() }
        var found: [String] = []
        func text(_ bytes: UnsafeRawBufferPointer?) -> String {
            bytes.map { String(decoding: $0, as: UTF8.self) } ?? "-"
        }
        let end = try reader.scan(partition, until: until, timeout: .seconds(20)) { record in
            let header = record.header("id").map { String(decoding: $0, as: UTF8.self) } ?? "-"
            found.append("\(record.offset) \(text(record.key)) \(text(record.value)) \(header)")
        }
        #expect(end == until)
        return found
    }

    private func write(_ text: String, to buffer: UnsafeMutableRawBufferPointer) {
        for (index, byte) in text.utf8.enumerated() { buffer[index] = byte }
    }

    @Test("keys, headers, empty values and tombstones arrive as they were produced", arguments: TestCluster.available)
    func kinds(cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        let producer = try KafkaProducer(topic.configuration, topic: topic.name)
        defer { producer.close() }
        let delivery = try producer.produce(count: 4, recordCapacity: 8) { index, buffer in
            write("kv", to: buffer)
            var record = OutgoingRecord(
                partition: 0, keyLength: index == 3 ? nil : 1, valueLength: index == 1 ? nil : index == 2 ? 0 : 1)
            if index != 3 { record.headers = [.init(name: "id", value: Array("\(index)".utf8))] }
            return record
        }
        #expect(delivery.ranges == [OffsetRange(partition: 0, from: 0, until: 4)])
        #expect(try scan(topic, 0, until: 4) == ["0 k v 0", "1 k - 1", "2 k  2", "3 - k -"])
    }

    @Test(
        "transactions leave a marker in each partition that they wrote to, and aborted records are seen by nobody",
        arguments: TestCluster.complete)
    func transactions(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        let writer = try KafkaTransactions(topic.configuration, topic: topic.name, name: "writer-of-\(topic.name)")
        defer { writer.close() }
        func produce(_ ending: KafkaTransactions.Ending, _ values: [(Partition, String)]) throws {
            try writer.produce(ending, count: values.count, recordCapacity: 8) { index, buffer in
                write(values[index].1, to: buffer)
                return OutgoingRecord(partition: values[index].0, valueLength: 1)
            }
        }
        try produce(.commit, [(0, "a"), (1, "b"), (0, "c")])
        try produce(.abort, [(0, "x"), (0, "y")])
        try produce(.commit, [(1, "d")])
        try produce(.abort, [(1, "z")])
        try produce(.commit, [(0, "e"), (1, "f")])
        try writer.finish()
        // Partition 0: a c M x y M e M; partition 1: b M d M z M f M; partition 2: nothing.
        #expect(writer.confirmed == 9)
        #expect(
            writer.delivery.ranges == [
                OffsetRange(partition: 0, from: 0, until: 8), OffsetRange(partition: 1, from: 0, until: 8),
            ])
        #expect(try scan(topic, 0, until: 8) == ["0 - a -", "1 - c -", "6 - e -"])
        #expect(try scan(topic, 1, until: 8) == ["0 - b -", "2 - d -", "6 - f -"])
        #expect(try topic.broker.watermarks(of: [0, 1, 2]).map(\.high) == [8, 8, 0])
        // Whoever begins behind an aborted transaction misses nothing.
        let reader = try topic.openReader([(0, 4), (1, 5)])
        defer { reader.close() }
        let block = Block()
        for partition in [Partition(0), 1] {
            _ = try reader.fetch(partition, until: 8, limit: 10, into: block, timeout: patience)
        }
        #expect(block.offsets == [6, 6])
    }
}
