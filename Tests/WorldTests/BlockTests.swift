// Blocks: what goes in comes out, and bytes that are no block are refused.
import Testing
import World

struct Record: Equatable {
    var partition: Partition
    var offset: Offset
    var key: [UInt8]?
    var value: [UInt8]?

    init(_ partition: Partition, _ offset: Offset, key: [UInt8]? = nil, _ value: [UInt8]?) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
    }
}

extension Block {
    func append(_ record: Record) {
        withOptionalBytes(record.key) { key in
            withOptionalBytes(record.value) { value in
                append(partition: record.partition, offset: record.offset, key: key, value: value)
            }
        }
    }

    var records: [Record] {
        var records: [Record] = []
        forEachRecord { partition, offset, key, value in
            records.append(Record(partition, offset, key: key.map { Array($0) }, value.map { Array($0) }))
        }
        return records
    }

    var bytes: [UInt8] { withBytes { Array($0) } }
}

private func withOptionalBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
    guard let bytes else { return body(nil) }
    bytes.withUnsafeBytes { body($0) }
}

private func copy(_ bytes: [UInt8]) throws -> Block { try bytes.withUnsafeBytes { try Block(copying: $0) } }

@Suite("A block")
struct BlockTests {
    static let examples: [(String, [Record])] = [
        ("no record", []),
        ("an empty value", [Record(0, 0, [])]),
        ("a tombstone", [Record(0, 0, key: [1], nil)]),
        ("a tombstone without a key", [Record(0, 0, nil), Record(0, 1, [1])]),
        ("an empty key is not no key", [Record(0, 0, key: [], [1]), Record(0, 1, key: nil, [1])]),
        ("values of one size", (0..<9).map { Record(3, 40 + $0, [1, 2, 3]) }),
        ("values of many sizes", (0..<30).map { Record(3, $0, [UInt8](repeating: 7, count: Int($0 * $0 * 9) % 97)) }),
        ("a gap in the offsets", [Record(1, 5, [1]), Record(1, 6, [2]), Record(1, 9, [3])]),
        ("several partitions in turn", (0..<12).map { Record(Partition($0 % 3), 100 + $0 / 3, key: [9], [8]) }),
        ("large numbers", [Record(.max, .max - 1, key: [UInt8](repeating: 1, count: 200), [1])]),
    ]

    static func block(_ records: [Record]) -> Block {
        let block = Block(capacity: 1)
        for record in records { block.append(record) }
        return block
    }

    @Test("gives back its records, also after a copy of its bytes", arguments: examples)
    func roundTrip(_ name: String, _ records: [Record]) throws {
        let block = BlockTests.block(records)
        #expect(block.records == records)
        let copied = try copy(block.bytes)
        #expect(copied.records == records)
        let payload = records.reduce(0) { $0 + ($1.key?.count ?? 0) + ($1.value?.count ?? 0) }
        for block in [block, copied] {
            #expect(block.recordCount == records.count && block.payloadByteCount == payload)
        }
        #expect(copied.bytes == block.bytes)
    }

    @Test("gives back any records", arguments: 1...20)
    func randomRoundTrip(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func bytes(_ longest: Int) -> [UInt8]? {
            let count = Int.random(in: -1...longest, using: &random)
            return count < 0 ? nil : (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        var offset: Offset = 0
        let records = (0..<200).map { _ in
            offset += Int.random(in: 0..<9, using: &random) == 0 ? 5 : 1
            return Record(Int32.random(in: 0..<2, using: &random), offset, key: bytes(3), bytes(40))
        }
        #expect(try copy(BlockTests.block(records).bytes).records == records, "seed \(seed)")
    }

    @Test("costs one byte for each record of one size without a key")
    func framing() {
        let block = BlockTests.block((0..<100).map { Record(0, $0, [1, 2, 3, 4]) })
        // A run header, and one byte more for the first record, whose size is new.
        #expect(block.byteCount - block.payloadByteCount <= 16 + 100 + 1)
    }

    @Test("tells its stretches of consecutive offsets")
    func offsetRanges() {
        let records = [Record(1, 5, [1]), Record(1, 6, [2]), Record(1, 9, [3]), Record(2, 10, [4]), Record(1, 10, [5])]
        #expect(
            BlockTests.block(records).offsetRanges == [
                OffsetRange(partition: 1, from: 5, until: 7), OffsetRange(partition: 1, from: 9, until: 10),
                OffsetRange(partition: 2, from: 10, until: 11), OffsetRange(partition: 1, from: 10, until: 11),
            ])
    }

    @Test("is empty after it was emptied, and takes records again")
    func reuse() {
        let block = BlockTests.block([Record(0, 0, [1])])
        block.removeAll()
        #expect(block.records.isEmpty && block.byteCount == 0 && block.recordCount == 0 && block.payloadByteCount == 0)
        block.append(Record(0, 1, [2]))
        #expect(block.records == [Record(0, 1, [2])])
    }

    @Test("cut short is refused, unless whole runs are left", arguments: examples)
    func everyCut(_ name: String, _ records: [Record]) {
        let bytes = BlockTests.block(records).bytes
        // A run begins where the bytes so far are those of the first records.
        let beginnings = (0...records.count).map { BlockTests.block(Array(records[..<$0])) }
        let runStarts = Set(beginnings.filter { bytes.starts(with: $0.bytes) }.map(\.byteCount))
        for cut in 0..<bytes.count {
            do {
                let block = try copy(Array(bytes[..<cut]))
                #expect(runStarts.contains(cut) && records.starts(with: block.records), "\(name), cut at \(cut)")
            } catch {
                #expect((error as? BlockFormatError)?.byteOffset ?? .max <= cut, "\(name), cut at \(cut): \(error)")
            }
        }
    }

    @Test("with any byte changed is read or refused, but never crashes")
    func everyByte() {
        for (_, records) in BlockTests.examples {
            let bytes = Array(BlockTests.block(records).bytes.prefix(200))
            for index in bytes.indices {
                for value: UInt8 in [0, 1, 0x7f, 0x80, 0xfe, 0xff] {
                    var changed = bytes
                    changed[index] = value
                    if let block = try? copy(changed) { #expect(block.bytes == changed) }
                }
            }
        }
    }

    static let impossibleBytes: [(String, [UInt8])] = [
        ("a negative first offset", run(count: 1, first: -1, [0])),
        ("offsets beyond the last one", run(count: 2, first: .max - 1, [0, 0])),
        ("more records than bytes", run(count: .max, first: 0, [])),
        ("a negative value length", run(count: 1, first: 0, [0b0000_0100])),
        ("a value longer than the bytes", run(count: 1, first: 0, [0b0001_0000, 1])),
        ("a key longer than the bytes", run(count: 1, first: 0, [1, 2, 0])),
        ("a number without an end", run(count: 1, first: 0, [UInt8](repeating: 0xff, count: 20))),
        ("a value length beyond all bounds", run(count: 1, first: 0, [UInt8](repeating: 0xf8, count: 9) + [1])),
    ]

    @Test("refuses what cannot be", arguments: impossibleBytes)
    func impossible(_ name: String, _ bytes: [UInt8]) {
        #expect(throws: BlockFormatError.self, "\(name)") { try copy(bytes) }
    }

    static func run(count: UInt32, first: Int64, _ records: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        withUnsafeBytes(of: count.littleEndian) { bytes += Array($0) }
        withUnsafeBytes(of: first.littleEndian) { bytes += Array($0) }
        return bytes + records
    }
}
