// Blocks that keep batches as they came: what goes in comes out, and bytes that are no such block are refused.
import Testing
import World

@Suite("A block of batches")
struct BatchBlockTests {
    struct Entry: Equatable {
        var partition: Partition
        var stretches: [Range<Offset>]
        var bytes: [UInt8]

        init(_ partition: Partition, _ stretches: [Range<Offset>], _ bytes: [UInt8]) {
            self.partition = partition
            self.stretches = stretches
            self.bytes = bytes
        }
    }

    static let entries: [Entry] = [
        Entry(0, [0..<1], [1]), Entry(3, [1_000_000..<1_005_000], [UInt8](repeating: 7, count: 70_000)),
        Entry(3, [1_005_000..<1_005_003, 1_005_004..<1_005_005, 1_005_900..<1_006_000], [2, 3]), Entry(3, [5..<6], []),
        Entry(.max, [Offset.max - 2..<Offset.max], [9, 9, 9]),
    ]

    static func block(_ entries: [Entry]) -> Block {
        let block = Block(capacity: 1, encoding: .batches)
        for entry in entries {
            entry.bytes.withUnsafeBytes {
                block.append(batch: $0, of: entry.partition, entry.stretches, ingested: $0.count)
            }
        }
        return block
    }

    static func entries(of block: Block) throws -> [Entry] {
        var found: [Entry] = []
        try block.forEachBatch { found.append(Entry($0.partition, [$0.first] + $0.others, Array($0.bytes))) }
        return found
    }

    @Test("gives back its batches, also after a copy of its bytes")
    func roundTrip() throws {
        let block = Self.block(Self.entries)
        let copied = try block.withBytes { try Block(copying: $0) }
        for block in [block, copied] {
            #expect(block.encoding == .batches)
            #expect(try Self.entries(of: block) == Self.entries)
            #expect(block.recordCount == 1 + 5000 + 104 + 1 + 2)
            #expect(block.payloadByteCount == Self.entries.reduce(0) { $0 + $1.bytes.count })
            #expect(
                block.offsetRanges == [
                    OffsetRange(partition: 0, from: 0, until: 1),
                    OffsetRange(partition: 3, from: 1_000_000, until: 1_005_003),
                    OffsetRange(partition: 3, from: 1_005_004, until: 1_005_005),
                    OffsetRange(partition: 3, from: 1_005_900, until: 1_006_000),
                    OffsetRange(partition: 3, from: 5, until: 6),
                    OffsetRange(partition: .max, from: .max - 2, until: .max),
                ])
        }
        // A batch costs a dozen bytes.
        #expect(block.byteCount - block.payloadByteCount < 5 * 16 + 4)
    }

    @Test("is empty after it was emptied, and takes batches again")
    func reuse() throws {
        let block = Self.block(Self.entries)
        block.removeAll()
        #expect(block.recordCount == 0 && block.byteCount == 0 && block.offsetRanges.isEmpty)
        [UInt8](repeating: 1, count: 3).withUnsafeBytes {
            block.append(batch: $0, of: 2, CollectionOfOne(4..<9), ingested: 1)
        }
        #expect(try Self.entries(of: block) == [Entry(2, [4..<9], [1, 1, 1])])
        #expect(block.payloadByteCount == 1)
    }

    static let impossible: [(bytes: [UInt8], message: String)] = [
        ([], "cut short"), ([0x80], "cut short"),
        ([0xff, 0xff, 0xff, 0xff, 0x1f, 1, 0, 1, 1, 0], "impossible partition"),
        ([0, 2, 0, 1, 1, 5], "batch cut short"), ([0, 0, 0, 0], "impossible number of stretches"),
        ([0, 0, 0, 9, 1], "impossible number of stretches"), ([0, 0, 0, 1, 0], "impossible stretch"),
        ([0, 0] + [UInt8](repeating: 0xff, count: 9) + [1, 1, 1], "impossible offset"),
        ([0, 0] + [UInt8](repeating: 0xff, count: 8) + [0x7f, 1, 1], "impossible stretch"),
        ([0, 0, 0, 2, 1, 0, 1], "impossible gap"), ([0, 0, 0, 2, 1, 1], "cut short"),
        ([0, 0, 0, 1] + [UInt8](repeating: 0xff, count: 5) + [1], "impossible stretch"),
    ]

    @Test("refuses bytes that are none", arguments: impossible)
    func refusals(bytes: [UInt8], message: String) {
        let whole = [255, 255, 255, 255] + bytes
        // A marker alone is a block without batches.
        guard !bytes.isEmpty else { return }
        let error = #expect(throws: BlockFormatError.self) {
            try whole.withUnsafeBytes { try Block(copying: $0) }
        }
        #expect(error?.message.contains(message) == true, "\(bytes): \(String(describing: error))")
    }

    @Test("cut anywhere, or with any bit flipped, is read or refused and never anything else")
    func damage() {
        let whole = Self.block([Self.entries[0], Self.entries[2], Self.entries[4]]).withBytes { Array($0) }
        func look(_ bytes: [UInt8]) {
            do {
                let block = try bytes.withUnsafeBytes { try Block(copying: $0) }
                if block.encoding == .batches { #expect(try Self.entries(of: block).count <= 8) }
            } catch {
                #expect(error is BlockFormatError, "\(error)")
            }
        }
        for cut in 0...whole.count { look(Array(whole[..<cut])) }
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            look(bytes)
        }
    }
}
