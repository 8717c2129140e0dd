// Batches handed over as they came: opened later they are exactly what a reader that opens them itself would have given.
import Compression
import Kafka
import KafkaServer
import KafkaWire
import Testing
import World

@testable import KafkaNative

@Suite("Unopened batches", .serialized) struct UnopenedTests {
    /// Reads a range into blocks of batches of at most `limit` records each, opens them, and tells the numbers.
    private func numbers(
        _ topic: NativeTopic, _ range: Range<Int64>, limit: Int, whole: Bool = false
    ) throws -> (numbers: [Int], counts: [Int]) {
        let reader = try topic.broker.openReader(at: [(0, range.lowerBound)])
        defer { reader.close() }
        let opener = RecordOpener()
        var found: [Int] = []
        var counts: [Int] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let block = Block(encoding: .batches)
            block.takesWholeBatches = whole
            let read = try reader.fetch(0, until: range.upperBound, limit: limit, into: block, timeout: patience)
            guard read.position > position else { break }
            position = read.position
            #expect(block.recordCount == read.count)
            // As a log gives it back.
            let copy = try block.withBytes { try $0.isEmpty ? block : Block(copying: $0) }
            let records = Block()
            try copy.forEachBatch { try opener.open($0, into: records) }
            #expect(records.recordCount == read.count && records.offsetRanges == block.offsetRanges)
            found += records.numbers
            counts.append(read.count)
        }
        #expect(position == range.upperBound)
        return (found, counts)
    }

    @Test("give exactly a range, wherever it and a block end in batches", arguments: Codec.allCases)
    func ranges(codec: Codec) throws {
        let topic = try NativeTopic()
        try topic.write(0..<100, codec: codec)
        for range: Range<Int64> in [0..<100, 0..<1, 5..<7, 9..<11, 17..<83] {
            for limit in [1, 7, 10_000] {
                let found = try numbers(topic, range, limit: limit)
                #expect(found.numbers == Array(Int(range.lowerBound)..<Int(range.upperBound)), "\(range), \(limit)")
                #expect(found.counts.allSatisfy { $0 <= limit })
                let whole = try numbers(topic, range, limit: limit, whole: true)
                #expect(whole.numbers == found.numbers)
            }
        }
        // Each batch of ten is whole, in one block.
        #expect(try numbers(topic, 0..<100, limit: 15, whole: true).counts == [20, 20, 20, 20, 20])
    }

    @Test("are cut where a block ends within one, so that nothing is kept twice", arguments: Codec.allCases)
    func borders(codec: Codec) throws {
        let topic = try NativeTopic()
        try topic.write(0..<1000, size: 500, bytes: 100, codec: codec)
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        let opener = RecordOpener()
        var (found, bytes) = ([Int](), 0)
        // Blocks of 30 end within batches; a jump back in between, into the batch that is open.
        for range: Range<Int64> in [0..<400, 100..<130, 400..<1000] {
            try reader.seek(0, to: range.lowerBound)
            var position = range.lowerBound
            while position < range.upperBound {
                let block = Block(encoding: .batches)
                let read = try reader.fetch(0, until: range.upperBound, limit: 30, into: block, timeout: patience)
                guard read.position > position else { break }
                position = read.position
                if range != 100..<130 { bytes += block.byteCount }
                let records = Block()
                try block.forEachBatch { entry in
                    try BatchHeader(entry.bytes).verify(entry.bytes)
                    try opener.open(entry, into: records)
                }
                #expect(records.offsetRanges == block.offsetRanges && records.recordCount == read.count)
                if range != 100..<130 { found += records.numbers } else { #expect(records.numbers == Array(100..<130)) }
            }
        }
        #expect(found == Array(0..<1000))
        // Each record of 100 bytes has some more in a batch, and each piece a header.
        #expect(bytes < 1000 * 120, "\(bytes)")
    }

    @Test("never hold a record of an aborted transaction")
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
        for limit in [1, 3, 100] {
            #expect(
                try numbers(topic, 0..<30, limit: limit).numbers == [0, 2, 4, 6, 16, 18, 20, 22, 32, 34, 36, 38])
        }
        for start: Int64 in 5..<10 { #expect(try numbers(topic, start..<15, limit: 9).numbers == [16, 18, 20, 22]) }
    }

    @Test("have their stretches where compaction has left gaps")
    func compacted() throws {
        let topic = try NativeTopic()
        // As a compacted log holds them, which no producer can write: offsets 0, 1, 4, 5, 6 and 9 of each ten.
        var bytes: [UInt8] = []
        for start in [0, 10] {
            var builder = BatchBuilder(baseOffset: Int64(start))
            for delta in [0, 1, 4, 5, 6, 9] {
                let value = withUnsafeBytes(of: UInt64(2 * (start + delta)).littleEndian, Array.init)
                try builder.append(offset: Int64(start + delta), timestamp: 5, key: nil as [UInt8]?, value: value)
            }
            bytes += try builder.finished()
        }
        let wanted = [0, 1, 4, 5, 6, 9, 10, 11, 14, 15, 16, 19]
        for range: Range<Int64> in [0..<20, 1..<6, 2..<4, 5..<16, 7..<9] {
            for limit in [1, 4, 100] {
                let reader = try #require(try topic.broker.openReader(at: [(0, 0)]) as? NativeReader)
                defer { reader.close() }
                try reader.pretend(bytes, of: 0)
                reader.seek(0, to: range.lowerBound)
                let opened = Block()
                var position = range.lowerBound
                while position < range.upperBound {
                    let block = Block(encoding: .batches)
                    let read = try reader.fetch(0, until: range.upperBound, limit: limit, into: block, timeout: .zero)
                    #expect(read.count <= limit && block.recordCount == read.count)
                    guard read.position > position else { break }
                    position = read.position
                    try block.forEachBatch { try RecordOpener().open($0, into: opened) }
                }
                #expect(position == range.upperBound)
                #expect(
                    opened.numbers == wanted.filter { range.contains(Int64($0)) }.map { 2 * $0 }, "\(range), \(limit)")
            }
        }
    }
}

extension NativeReader {
    /// Takes batches as if they had come of a partition.
    fileprivate func pretend(_ bytes: [UInt8], of partition: World.Partition) throws {
        let buffer = pool.take()
        bytes.withUnsafeBytes { buffer.rest(until: bytes.count).copyMemory(from: $0) }
        buffer.advance(by: bytes.count)
        let place = place(of: partition)
        var (next, cutShort) = (place.fetchFrom, 0)
        place.append(
            try FetchedBatches(
                Answer(buffer, pool), 0..<bytes.count, aborted: nil, next: &next, cutShort: &cutShort))
        place.fetchFrom = next
    }
}
