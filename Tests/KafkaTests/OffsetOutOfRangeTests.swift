// Offsets that are not in the log: always an error, never a silent jump.
import Kafka
import Testing
import World

@Suite("An offset that is not in the log")
struct OffsetOutOfRangeTests {
    @Test("is an error that names it and the log's ends, when it lies past the end", arguments: TestCluster.available)
    func pastTheEnd(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(10)
        let reader = try topic.openReader([(0, 500)])
        defer { reader.close() }
        let error = brokerError { try reader.fetch(0, until: 600, limit: 10, into: Block(), timeout: patience) }
        #expect(error?.code == .offsetOutOfRange)
        #expect(error?.message == "offset 500 of \(topic.name)/0 is not in the log, which has 0 up to 10")
        #expect(error?.location.hasSuffix("\(topic.name)/0@500") == true)

        // The reader goes on where it is told to.
        try reader.seek(0, to: 4)
        let block = Block()
        _ = try reader.fetch(0, until: 10, limit: 100, into: block, timeout: patience)
        #expect(block.offsets == Array(4..<10))
    }

    @Test("is an error when the records there were evicted")
    func evicted() throws {
        let topic = try TestCluster.mock.makeTopic()
        try topic.produce(70, recordBytes: 100_000)
        let ends = try topic.broker.watermarks(of: 0)
        #expect(ends.low > 0 && ends.high == 70)
        let reader = try topic.openReader()
        defer { reader.close() }
        let error = brokerError { try reader.fetch(0, until: 70, limit: 10, into: Block(), timeout: patience) }
        #expect(error?.code == .offsetOutOfRange)
        #expect(error?.message.hasSuffix("which has \(ends.low) up to 70") == true)
        try reader.seek(0, to: ends.low)
        let block = Block()
        let rest = try reader.fetch(0, until: 70, limit: 100, into: block, timeout: patience)
        #expect(rest.count == Int(70 - ends.low))
    }

    @Test("is an error when records are discarded too", arguments: TestCluster.available)
    func discarding(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(10)
        let reader = try topic.openReader([(0, 11)])
        defer { reader.close() }
        #expect(brokerError { try reader.discard(limit: 10, timeout: patience) }?.code == .offsetOutOfRange)
    }
}
