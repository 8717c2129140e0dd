// Batches that a block keeps, opened: exactly the records that are meant, and whatever is no such batch is refused.
import Compression
import Testing
import World

@testable import KafkaWire

@Suite("Opening batches") struct RecordOpenerTests {
    struct Found: Equatable {
        var offset: Offset
        var key: [UInt8]?
        var value: [UInt8]?
    }

    /// A batch with records at these offsets; one in three is a tombstone, one in two has a key.
    static func batch(_ offsets: some Sequence<Offset>, codec: Codec = .none) throws -> [UInt8] {
        var builder = BatchBuilder(baseOffset: 100, codec)
        for offset in offsets {
            try builder.append(
                offset: offset, timestamp: 7, key: offset % 2 == 0 ? [UInt8(offset % 251)] : nil,
                value: offset % 3 == 0 ? nil : [UInt8](repeating: UInt8(offset % 250), count: Int(offset % 40)))
        }
        return try builder.finished()
    }

    static func opened(_ bytes: [UInt8], _ stretches: [Range<Offset>]) throws -> (runs: [Found], lent: [Found]) {
        let opener = RecordOpener()
        var (runs, lent): ([Found], [Found]) = ([], [])
        try bytes.withUnsafeBytes { bytes in
            let entry = BatchEntry(
                partition: 4, first: stretches[0], others: Array(stretches.dropFirst()), bytes: bytes)
            let block = Block()
            try opener.open(entry, into: block)
            block.forEachRecord { partition, offset, key, value in
                #expect(partition == 4)
                runs.append(Found(offset: offset, key: key.map(Array.init), value: value.map(Array.init)))
            }
            let batch = RecordBatch()
            try opener.lend(entry, into: batch) {
                for record in batch.contents {
                    lent.append(Found(offset: record.offset, key: nil, value: record.value.map(Array.init)))
                }
            }
        }
        return (runs, lent)
    }

    static func expected(_ offsets: [Offset]) -> [Found] {
        offsets.map { offset in
            Found(
                offset: offset, key: offset % 2 == 0 ? [UInt8(offset % 251)] : nil,
                value: offset % 3 == 0 ? nil : [UInt8](repeating: UInt8(offset % 250), count: Int(offset % 40)))
        }
    }

    @Test("gives the records within the stretches", arguments: Codec.allCases)
    func windows(codec: Codec) throws {
        let dense = try Self.batch(100..<3600, codec: codec)
        for stretch: Range<Offset> in [100..<3600, 100..<101, 3599..<3600, 150..<2900] {
            let found = try Self.opened(dense, [stretch])
            #expect(found.runs == Self.expected(Array(stretch)))
            #expect(found.lent.map(\.value) == found.runs.map(\.value))
            #expect(found.lent.map(\.offset) == Array(stretch))
        }
        let offsets: [Offset] = [101, 102, 105, 109, 110, 111, 120]
        let sparse = try Self.batch(offsets, codec: codec)
        for stretches in [[101..<103, 105..<106, 109..<112, 120..<121], [105..<106, 110..<112], [102..<103]]
            as [[Range<Offset>]]
        {
            let found = try Self.opened(sparse, stretches)
            #expect(found.runs == Self.expected(stretches.flatMap { Array($0) }))
            #expect(found.lent.map(\.offset) == stretches.flatMap { Array($0) })
        }
    }

    @Test("refuses a batch without a record that is meant")
    func missing() throws {
        let bytes = try Self.batch([101, 102, 105] as [Offset])
        for stretches in [
            [100..<102], [101..<104], [101..<103, 104..<106], [105..<107], [200..<201], [101..<103, 110..<111],
        ]
            as [[Range<Offset>]]
        {
            #expect(throws: BlockFormatError.self, "\(stretches)") { try Self.opened(bytes, stretches) }
        }
    }

    @Test("refuses or reads whatever else it is given, and does nothing else", arguments: [Codec.none, .lz4])
    func damage(codec: Codec) throws {
        let whole = try Self.batch(100..<120, codec: codec)
        for cut in 0..<whole.count {
            #expect(throws: BlockFormatError.self) { try Self.opened(Array(whole[..<cut]), [100..<120]) }
        }
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                #expect(try Self.opened(bytes, [100..<120]).runs.count == 20)
            } catch {
                #expect(error is BlockFormatError, "\(error)")
            }
        }
    }
}
