// What the native client reads: exactly the range, whatever the batches are like.
import BrokerCore
import BrokerScript
import Compression
import Kafka
import KafkaServer
import Testing
import World

@testable import KafkaNative

@Suite("The native reader", .serialized) struct NativeReaderTests {
    @Test("reads exactly a range, wherever it begins and ends in batches", arguments: Codec.allCases)
    func ranges(_ codec: Codec) throws {
        let topic = try NativeTopic()
        try topic.write(0..<100, codec: codec)
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        for range: Range<Int64> in [0..<100, 0..<1, 5..<7, 9..<11, 10..<20, 17..<83, 99..<100, 0..<100] {
            for limit in [1, 3, 10_000] {
                let found = try topic.numbers(0, range, with: reader, limit: limit)
                #expect(found == Array(Int(range.lowerBound)..<Int(range.upperBound)), "\(range), \(limit) at a time")
            }
        }
    }

    @Test("lends records that stay until the next call", arguments: Codec.allCases)
    func lending(_ codec: Codec) throws {
        let topic = try NativeTopic()
        try topic.write(0..<3000, size: 100, codec: codec)
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        let batch = RecordBatch()
        var numbers: [Int] = []
        var position: Int64 = 0
        var payload = 0
        while position < 2990 {
            let read = try reader.lend(0, until: 2990, limit: 5000, into: batch, timeout: patience)
            #expect(read.count == batch.count && read.count <= RecordBatch.capacity)
            guard read.count > 0 else { break }
            for record in batch.contents {
                #expect(record.offset == Int64(numbers.count))
                numbers.append(record.value.map { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) } ?? -1)
            }
            payload += batch.payloadByteCount
            position = read.position
        }
        #expect(numbers == Array(0..<2990))
        let keys = (0..<2990).filter { $0 % 2 == 1 }.reduce(0) { $0 + "k\($1)".utf8.count }
        #expect(payload == 2990 * 24 + keys)
    }

    @Test("discards what there is, of all partitions, and says where it is")
    func discarding() throws {
        let topic = try NativeTopic(partitions: 3)
        for partition: Int32 in 0...2 { try topic.write(0..<1000, to: partition, size: 37, codec: .lz4) }
        let reader = try topic.broker.openReader(at: [(0, 0), (1, 500), (2, 999)])
        defer { reader.close() }
        var (count, bytes) = (0, 0)
        while count < 1501 {
            let taken = try reader.discard(limit: 100, timeout: patience)
            #expect(taken.count <= 100)
            guard taken.count > 0 else { break }
            (count, bytes) = (count + taken.count, bytes + taken.bytes)
        }
        #expect(count == 1501 && bytes == 1501 * 24)
        #expect((0...2).map { reader.position(of: $0) } == [1000, 1000, 1000])
        #expect(try reader.discard(limit: 100, timeout: .zero) == (0, 0))
        // What comes later is found.
        try topic.write(1000..<1001, to: 1)
        #expect(try reader.discard(limit: 100, timeout: patience) == (1, 24))
    }

    @Test("waits no longer than it is told to, and goes on with what comes then")
    func waiting() throws {
        let topic = try NativeTopic()
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        let block = Block()
        #expect(try reader.fetch(0, until: 5, limit: 10, into: block, timeout: .milliseconds(1)) == (0, 0))
        try topic.write(0..<5)
        #expect(try reader.fetch(0, until: 5, limit: 10, into: block, timeout: patience) == (5, 5))
        #expect(block.numbers == Array(0..<5))
    }

    @Test("reads each of many partitions, and jumps in all of them")
    func manyPartitions() throws {
        let topic = try NativeTopic(partitions: 200)
        for partition: Int32 in 0..<200 { try topic.write(0..<40, to: partition, size: 20) }
        let reader = try topic.broker.openReader(at: (0..<200).map { ($0, 0) })
        defer { reader.close() }
        for round in 0..<2 {
            for partition: Int32 in 0..<200 {
                let start = Int64(partition % 7) + Int64(round)
                #expect(
                    try topic.numbers(partition, start..<40, with: reader) == Array(Int(start)..<40),
                    "partition \(partition)")
            }
        }
    }

    @Test("reads batches larger than an answer may be, between small ones")
    func largeBatches() throws {
        let topic = try NativeTopic(
            partitions: 2, alone: [("fetch.message.max.bytes", "1000"), ("fetch.max.bytes", "2000")])
        for partition: Int32 in 0...1 {
            try topic.write(0..<10, to: partition)
            try topic.write(10..<20, to: partition, bytes: 50_000)
            try topic.write(20..<30, to: partition)
        }
        let reader = try topic.broker.openReader(at: [(0, 0), (1, 0)])
        defer { reader.close() }
        for partition: Int32 in 0...1 {
            #expect(try topic.numbers(partition, 0..<30, with: reader) == Array(0..<30))
        }
        var count = 0
        for partition: Int32 in 0...1 { try reader.seek(partition, to: 0) }
        while count < 60 {
            let taken = try reader.discard(limit: 100, timeout: patience).count
            guard taken > 0 else { break }
            count += taken
        }
        #expect(count == 60)
    }

    @Test("fills answers, where a partition's share of one is less than a batch of it")
    func shares() throws {
        let (partitions, batches) = (64, 4)
        let topic = try NativeTopic(partitions: partitions)
        for partition in 0..<Int32(partitions) { try topic.write(0..<batches, to: partition, size: 1, bytes: 100_000) }
        let reader = try topic.broker.openReader(at: (0..<Int32(partitions)).map { ($0, 0) })
        defer { reader.close() }
        var (count, calls) = (0, 0)
        while count < partitions * batches {
            let taken = try reader.discard(limit: .max, timeout: patience).count
            guard taken > 0 else { break }
            count += taken
            calls += 1
        }
        #expect(count == partitions * batches)
        // An answer has 4 MiB, so there are 7 at least. One that has a single batch would be one of 256.
        #expect(calls <= 32)
    }

    /// A reader that has read 100 records, of which an election has lost the last 30; 60 others follow the rest.
    private func readerOfLostRecords(_ topic: NativeTopic) throws -> any RecordReader {
        try topic.write(0..<100)
        let reader = try topic.broker.openReader(at: [(0, 0)])
        #expect(try topic.numbers(0, 0..<100, with: reader) == Array(0..<100))
        #expect(try topic.server.elect(topic: topic.name, partition: 0, losing: 30) == 30)
        try topic.write(1000..<1060)
        return reader
    }

    @Test("says that what it read is gone after an unclean election, although its offset is there again")
    func cutShort() throws {
        let topic = try NativeTopic(brokers: 2)
        let reader = try readerOfLostRecords(topic)
        defer { reader.close() }
        // Asked again it says so again, until it is told to go elsewhere.
        for _ in 0..<2 {
            let error = #expect(throws: BrokerError.self) {
                _ = try reader.fetch(0, until: 130, limit: 10, into: Block(), timeout: patience)
            }
            #expect(error?.message.contains("cut short at offset 70 in an election") == true, "\(error as Any)")
        }
        #expect(try topic.numbers(0, 70..<130, with: reader) == Array(1000..<1060))
        // Of an election that loses nothing, or nothing that was read, nobody is told.
        #expect(try topic.server.elect(topic: topic.name, partition: 0, losing: 0) == 0)
        try topic.write(2000..<2010)
        #expect(try topic.numbers(0, 130..<140, with: reader) == Array(2000..<2010))
    }

    @Test("asks a new leader again that does not know of its election yet")
    func cutShortLater() throws {
        var settings = ServerSettings()
        let words = "on=offset-for-leader-epoch times=2 fail=unknown-leader-epoch"
        settings.script.script = Script([try ScriptEvent(EventWords(line: words))])
        let topic = try NativeTopic(brokers: 2, server: settings)
        let reader = try readerOfLostRecords(topic)
        defer { reader.close() }
        let error = #expect(throws: BrokerError.self) {
            _ = try reader.fetch(0, until: 130, limit: 10, into: Block(), timeout: patience)
        }
        #expect(error?.message.contains("cut short at offset 70 in an election") == true, "\(error as Any)")
    }

    @Test("asks again for what has come and was not read, where an unclean election has lost it")
    func cutShortAhead() throws {
        let topic = try NativeTopic(partitions: 2, brokers: 2)
        for partition: Int32 in 0...1 { try topic.write(0..<100, to: partition) }
        let reader = try topic.broker.openReader(at: [(0, 0), (1, 0)])
        defer { reader.close() }
        for partition: Int32 in 0...1 {
            #expect(try topic.numbers(partition, 0..<20, with: reader) == Array(0..<20))
        }
        #expect(try topic.server.elect(topic: topic.name, partition: 0, losing: 30) == 30)
        #expect(try topic.server.elect(topic: topic.name, partition: 1, losing: 0) == 0)
        for partition: Int32 in 0...1 { try topic.write(1000..<1060, to: partition) }
        // This has to be asked for, of the new leader, and both are met then.
        #expect(try topic.numbers(1, 20..<160, with: reader) == Array(20..<100) + Array(1000..<1060))
        #expect(try topic.numbers(0, 20..<130, with: reader) == Array(20..<70) + Array(1000..<1060))
    }

    @Test("says that an offset is not in the log, with the ends, and goes on where it is told to")
    func outOfRange() throws {
        let topic = try NativeTopic()
        try topic.write(0..<10)
        let reader = try topic.broker.openReader(at: [(0, 500)])
        defer { reader.close() }
        let error = #expect(throws: BrokerError.self) {
            try reader.fetch(0, until: 600, limit: 10, into: Block(), timeout: patience)
        }
        #expect(error?.code == .offsetOutOfRange)
        #expect(error?.message == "offset 500 of numbers/0 is not in the log, which has 0 up to 10")
        #expect(error?.location.hasSuffix("numbers/0@500") == true)
        #expect(throws: BrokerError.self) { try reader.discard(limit: 10, timeout: patience) }
        #expect(try topic.numbers(0, 4..<10, with: reader) == Array(4..<10))
    }

    @Test("never shows records of aborted transactions, whose offsets are gaps")
    func transactions() throws {
        let topic = try NativeTopic()
        let writer = try KafkaTransactions(topic.configuration, topic: topic.name, name: "id")
        defer { writer.close() }
        for round in 0..<6 {
            try writer.produce(round % 2 == 0 ? .commit : .abort, count: 4, recordCapacity: 8) { index, buffer in
                buffer.storeBytes(of: UInt64(2 * (round * 4 + index)).littleEndian, as: UInt64.self)
                return OutgoingRecord(partition: 0, valueLength: 8)
            }
        }
        // Four records and a marker each.
        let ends = try topic.broker.watermarks(of: 0)
        #expect(ends == Watermarks(low: 0, high: 30))
        let wanted = [0, 2, 4, 6, 16, 18, 20, 22, 32, 34, 36, 38]
        #expect(try topic.numbers(0, 0..<30) == wanted)
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        // Ranges that end and begin among what is not shown, one after the other; nothing is waited for that cannot come.
        var found: [Int] = []
        let taken = try ContinuousClock().measure {
            for start in stride(from: Int64(0), to: 30, by: 3) {
                found += try topic.numbers(0, start..<start + 3, with: reader)
            }
        }
        #expect(found == wanted && taken < patience)
        // An answer that begins in the middle of an aborted transaction.
        for start: Int64 in 5..<10 { #expect(try topic.numbers(0, start..<15) == [16, 18, 20, 22]) }
    }
}
