// Logs whose frames are blocks of record batches as they came: cut or with flipped bits, they open to their records or not
// at all.
import Compression
import KafkaWire
import Testing
import World

@testable import WriteAheadLog

@Suite("A log of blocks that nobody has opened")
struct UnopenedLogTests {
    /// A record of an opened block.
    struct Record: Equatable {
        var partition: Partition
        var offset: Offset
        var value: [UInt8]
    }

    private static func value(_ offset: Offset) -> [UInt8] { Array(repeating: UInt8(offset % 251), count: 12) }

    /// A block of two batches: the first is not meant as a whole, and compaction has left a gap in the second.
    static func block(_ codec: Codec, from: Offset) throws -> (bytes: [UInt8], records: [Record]) {
        let block = Block(encoding: .batches)
        var records: [Record] = []
        let parts: [(Partition, [Offset], [Range<Offset>])] = [
            (0, Array(from..<from + 6), [from + 1..<from + 5]),
            (3, [from, from + 1, from + 4, from + 5], [from..<from + 2, from + 4..<from + 5]),
        ]
        for (partition, offsets, stretches) in parts {
            var builder = BatchBuilder(baseOffset: from, codec)
            for offset in offsets {
                try builder.append(offset: offset, timestamp: 1, key: nil as [UInt8]?, value: value(offset))
            }
            let batch = try builder.finished()
            batch.withUnsafeBytes { block.append(batch: $0, of: partition, stretches, ingested: $0.count) }
            for offset in offsets where stretches.contains(where: { $0.contains(offset) }) {
                records.append(Record(partition: partition, offset: offset, value: value(offset)))
            }
        }
        return (block.withBytes { Array($0) }, records)
    }

    /// The records of a block that a log gave back.
    static func opened(_ payload: [UInt8]) throws -> [Record] {
        let block = try payload.withUnsafeBytes { try Block(copying: $0) }
        let runs = Block()
        let opener = RecordOpener()
        try block.forEachBatch { try opener.open($0, into: runs) }
        #expect(runs.recordCount == block.recordCount && runs.offsetRanges == block.offsetRanges)
        var records: [Record] = []
        runs.forEachRecord { partition, offset, _, value in
            records.append(Record(partition: partition, offset: offset, value: value.map(Array.init) ?? []))
        }
        return records
    }

    private func disk(with bytes: [UInt8]) throws -> MemoryDisk {
        let disk = MemoryDisk()
        try disk.makeDirectory(folder)
        disk.put(bytes, at: firstSegment)
        return disk
    }

    private static let framings: [WriteAheadLog.Framing] = [.checked, .plain]

    @Test("cut at any byte opens to the records of the whole blocks", arguments: Codec.allCases, framings)
    func everyCut(codec: Codec, framing: WriteAheadLog.Framing) throws {
        let options = WriteAheadLog.Options(framing: framing)
        let blocks = try [100, 110].map { try Self.block(codec, from: $0) }
        let (original, positions) = try writtenLog(blocks.map { Frame(2, $0.bytes) }, options)
        let whole = try original.contents(of: firstSegment)
        for cut in 0...whole.count {
            let complete = positions.count { $0.offset + $0.length <= Int64(cut) }
            let found = recover(try disk(with: Array(whole[..<cut])), folder, options)
            guard found.error == nil, found.frames.count == complete, found.frames.allSatisfy({ $0.kind == 2 }) else {
                Issue.record("cut at \(cut): \(found.outcome)")
                return
            }
            let records = try found.frames.flatMap { try Self.opened($0.payload) }
            #expect(records == blocks[..<complete].flatMap(\.records), "cut at \(cut)")
        }
    }

    @Test("with any bit flipped is refused, compressed by its producer or not", arguments: [Codec.none, .zstd])
    func everyBit(codec: Codec) throws {
        let blocks = try [100, 110].map { try Self.block(codec, from: $0) }
        let (original, _) = try writtenLog(blocks.map { Frame(2, $0.bytes) })
        let whole = try original.contents(of: firstSegment)
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let found = recover(try disk(with: bytes))
            let records = try found.frames.flatMap { try Self.opened($0.payload) }
            guard found.error?.code == .corrupt, records == blocks[..<found.frames.count].flatMap(\.records) else {
                Issue.record("bit \(bit): \(found.outcome)")
                return
            }
        }
    }

    /// A log of plain frames gives back what is there, whatever it is.
    @Test("without a checksum opens to as many records as it says, or is refused", arguments: Codec.allCases)
    func everyBitOfAPlainBlock(codec: Codec) throws {
        let (whole, records) = try Self.block(codec, from: 100)
        var (refused, changed) = (0, 0)
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                if try Self.opened(bytes) != records { changed += 1 }
            } catch is BlockFormatError {
                refused += 1
            }
        }
        #expect(refused > 100, "\(refused) refused, \(changed) read as something else, of \(whole.count * 8)")
    }
}
