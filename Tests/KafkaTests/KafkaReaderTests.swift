// What a reader promises: exact ranges, in order, each record once.
import Kafka
import Testing
import World

@Suite("A reader")
struct KafkaReaderTests {
    @Test("reads a range exactly, wherever it is cut", arguments: TestCluster.available)
    func exactRange(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(5000)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        var from: Offset = 0
        // One record, the reader's own batch of 1,024 and its neighbours, the rest.
        for until: Offset in [1, 1024, 1025, 2049, 4999, 5000] {
            block.removeAll()
            let result = try reader.fetch(0, until: until, limit: .max, into: block, timeout: patience)
            #expect(result.count == Int(until - from))
            #expect(result.position == until)
            #expect(block.offsets == Array(from..<until))
            #expect(block.numbers == (from..<until).map(Int.init))
            from = until
        }
        #expect(reader.position(of: 0) == 5000)
    }

    @Test("splits a range over several fetches by the limit", arguments: TestCluster.available)
    func limit(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(1000)
        let reader = try topic.openReader([(0, 100)])
        defer { reader.close() }
        let block = Block()
        var counts: [Int] = []
        while reader.position(of: 0) < 900 {
            counts.append(try reader.fetch(0, until: 900, limit: 300, into: block, timeout: patience).count)
        }
        #expect(counts == [300, 300, 200])
        #expect(block.offsets == Array(100..<900))
    }

    @Test("lends the records that a fetch would copy, and those only", arguments: TestCluster.available)
    func lend(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 2)
        try topic.produce(5000, partitions: 2)
        let reader = try topic.openReader([(0, 0), (1, 0)])
        let copying = try topic.openReader([(0, 0), (1, 0)])
        defer {
            reader.close()
            copying.close()
        }
        let batch = RecordBatch()
        let block = Block()
        for (partition, until) in [(0, 1), (1, 700), (0, 1800), (1, 2500), (0, 2500)] as [(Partition, Offset)] {
            var lent: [Offset: [UInt8]] = [:]
            var bytes = 0
            while reader.position(of: partition) < until {
                let most = lent.isEmpty ? 300 : Int.max
                let result = try reader.lend(partition, until: until, limit: most, into: batch, timeout: patience)
                #expect(result.count == batch.count && batch.count <= min(most, RecordBatch.capacity))
                #expect(result.position == reader.position(of: partition))
                for record in batch.contents { lent[record.offset] = record.value.map { Array($0) } }
                bytes += batch.payloadByteCount
            }
            block.removeAll()
            _ = try copying.fetch(partition, until: until, limit: .max, into: block, timeout: patience)
            var copied: [Offset: [UInt8]] = [:]
            block.forEachRecord { _, offset, _, value in copied[offset] = value.map { Array($0) } }
            #expect(lent == copied)
            #expect(bytes == block.payloadByteCount)
        }
        // What was lent and not worked off does not come between a fetch and its records.
        try reader.seek(0, to: 10)
        let next = try reader.lend(0, until: 20, limit: 5, into: batch, timeout: patience).position
        #expect(next > 10 && next <= 15)
        block.removeAll()
        _ = try reader.fetch(0, until: 20, limit: .max, into: block, timeout: patience)
        #expect(block.offsets == Array(next..<20))
    }

    @Test("adds nothing when the position is the end already", arguments: TestCluster.available)
    func emptyRange(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(10)
        let reader = try topic.openReader([(0, 5)])
        defer { reader.close() }
        let block = Block()
        let atEnd = try reader.fetch(0, until: 5, limit: 10, into: block, timeout: patience)
        #expect(atEnd.count == 0 && atEnd.position == 5)
        let noLimit = try reader.fetch(0, until: 10, limit: 0, into: block, timeout: patience)
        #expect(noLimit.count == 0 && noLimit.position == 5)
        #expect(block.recordCount == 0)
    }

    @Test("keeps partitions apart, each in order, however fetches alternate", arguments: TestCluster.available)
    func partitions(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        try topic.produce(3000, partitions: 3)
        let reader = try topic.openReader([(2, 0), (0, 0), (1, 0)])
        defer { reader.close() }
        let blocks = [Block(), Block(), Block()]
        var turn = 0
        while (0..<3).contains(where: { reader.position(of: $0) < 1000 }) {
            let partition = turn % 3
            _ = try reader.fetch(
                Partition(partition), until: 1000, limit: 7 + turn % 50, into: blocks[partition], timeout: patience)
            turn += 1
        }
        for partition in 0..<3 {
            #expect(blocks[partition].offsets == Array(0..<1000))
            #expect(blocks[partition].numbers == (0..<1000).map { $0 * 3 + partition })
        }
    }

    @Test("delivers after a seek what is there and nothing from before", arguments: TestCluster.available)
    func seek(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 2)
        try topic.produce(8000, partitions: 2)
        let reader = try topic.openReader([(0, 0), (1, 0)])
        defer { reader.close() }
        var random = SeededRandom(seed: 7)
        let block = Block()
        for _ in 0..<100 {
            let partition = Partition.random(in: 0...1, using: &random)
            let from = Offset.random(in: 0..<4000, using: &random)
            let until = min(4000, from + Offset.random(in: 1...1500, using: &random))
            block.removeAll()
            try reader.seek(partition, to: from)
            while reader.position(of: partition) < until {
                _ = try reader.fetch(partition, until: until, limit: 400, into: block, timeout: patience)
            }
            #expect(block.offsets == Array(from..<until))
            #expect(block.numbers == (from..<until).map { Int($0) * 2 + Int(partition) })
        }
    }

    @Test("seeks right after it was opened", arguments: TestCluster.available)
    func immediateSeek(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(100)
        let reader = try topic.openReader([(0, 50)])
        defer { reader.close() }
        try reader.seek(0, to: 10)
        let block = Block()
        _ = try reader.fetch(0, until: 20, limit: 100, into: block, timeout: patience)
        #expect(block.offsets == Array(10..<20))
    }

    @Test("waits no longer than its time where no record is left", arguments: TestCluster.available)
    func endOfLog(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 2)
        try topic.produce(10, partitions: 1)
        let reader = try topic.openReader([(0, 0), (1, 0)])
        defer { reader.close() }
        let block = Block()
        let short = try reader.fetch(0, until: 11, limit: 100, into: block, timeout: .seconds(2))
        #expect(short.count == 10 && short.position == 10)
        let empty = try reader.fetch(1, until: 1, limit: 100, into: block, timeout: .milliseconds(200))
        #expect(empty.count == 0 && empty.position == 0)
    }

    @Test("sees records that arrive after it reached the end", arguments: TestCluster.available)
    func laterRecords(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(10)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        _ = try reader.fetch(0, until: 20, limit: 100, into: block, timeout: .milliseconds(500))
        try topic.produce(10)
        while reader.position(of: 0) < 20 {
            _ = try reader.fetch(0, until: 20, limit: 100, into: block, timeout: patience)
        }
        #expect(block.offsets == Array(0..<20))
    }

    @Test("passes on null values, empty values, null keys and empty keys", arguments: TestCluster.available)
    func nulls(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        let producer = try KafkaProducer(topic.configuration, topic: topic.name)
        defer { producer.close() }
        let shapes: [(key: Int?, value: Int?)] = [
            (nil, nil), (nil, 0), (nil, 3), (0, nil), (0, 0), (0, 3), (2, nil), (2, 0), (2, 3),
        ]
        _ = try producer.produce(count: shapes.count, recordCapacity: 8) { index, buffer in
            buffer.copyBytes(from: [1, 2, 3, 4, 5])
            return OutgoingRecord(partition: 0, keyLength: shapes[index].key, valueLength: shapes[index].value)
        }
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        let result = try reader.fetch(0, until: 9, limit: 100, into: block, timeout: patience)
        #expect(result.count == 9)
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        var expected: [TestRecord] = []
        for (index, shape) in shapes.enumerated() {
            var record = TestRecord(offset: Offset(index), key: nil, value: nil)
            if let length = shape.key { record.key = Array(bytes.prefix(length)) }
            if let length = shape.value { record.value = Array(bytes.dropFirst(shape.key ?? 0).prefix(length)) }
            expected.append(record)
        }
        #expect(block.records == expected)
    }

    @Test("passes on records of a megabyte", arguments: TestCluster.available)
    func large(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic()
        try topic.produce(3, recordBytes: 1_000_000)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        let result = try reader.fetch(0, until: 3, limit: 100, into: block, timeout: patience)
        #expect(result.count == 3)
        #expect(block.payloadByteCount == 3_000_000)
        #expect(block.numbers == [0, 1, 2])
    }

    @Test("counts everything it discards, and can fetch afterwards", arguments: TestCluster.available)
    func discard(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 4)
        try topic.produce(40_000, partitions: 4, recordBytes: 50)
        let reader = try topic.openReader((0..<4).map { ($0, 0) })
        defer { reader.close() }
        // Some of partition 2 is fetched first: what the reader holds of it is counted too.
        let block = Block()
        _ = try reader.fetch(2, until: 10_000, limit: 100, into: block, timeout: patience)
        var count = 100
        var bytes = 5000
        while count < 39_000 {
            let part = try reader.discard(limit: min(3333, 39_000 - count), timeout: patience)
            count += part.count
            bytes += part.bytes
        }
        #expect(bytes == 39_000 * 50)
        #expect((0..<4).reduce(0) { $0 + reader.position(of: $1) } == 39_000)
        block.removeAll()
        var expected = 0
        for partition: Partition in 0..<4 {
            expected += Int(10_000 - reader.position(of: partition))
            while reader.position(of: partition) < 10_000 {
                _ = try reader.fetch(partition, until: 10_000, limit: 9999, into: block, timeout: patience)
            }
        }
        #expect(block.recordCount == 1000 && expected == 1000)
        try reader.seek(1, to: 9_990)
        // It takes what is there when the first has come, so the ten may come in several parts.
        var rest = 0
        while rest < 10 { rest += try reader.discard(limit: 100, timeout: patience).count }
        #expect(rest == 10)
        #expect(try reader.discard(limit: 100, timeout: .milliseconds(100)).count == 0)
    }
}
