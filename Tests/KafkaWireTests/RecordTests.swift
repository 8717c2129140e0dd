// Batches of records: built, read in place, compressed, marked, damaged.
import Compression
import Testing

@testable import KafkaWire

/// A record as a test says it.
private struct Row: Equatable {
    var offset: Int64
    var timestamp: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [String] = []
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The records of a batch, copied.
private func rows(_ batch: [UInt8]) throws -> [Row] {
    let unpacker = Unpacker()
    return try withExtendedLifetime(unpacker) {
        try batch.withUnsafeBytes { batch in
            let header = try BatchHeader(batch)
            try header.verify(batch)
            var cursor = try header.records(in: batch, unpacker)
            var rows: [Row] = []
            while let record = try cursor.next() {
                var headers: [String] = []
                var left = record.headers
                while let header = try left.next() {
                    let value = header.value.map { String(decoding: $0, as: UTF8.self) } ?? "null"
                    headers.append("\(String(decoding: header.name, as: UTF8.self))=\(value)")
                }
                rows.append(
                    Row(
                        offset: record.offset, timestamp: record.timestamp, key: record.key.map { Array($0) },
                        value: record.value.map { Array($0) }, headers: headers))
            }
            return rows
        }
    }
}

private let samples: [Row] = [
    Row(offset: 100, timestamp: 5_000, key: bytes("k"), value: bytes("v"), headers: ["a=b", "c=null"]),
    Row(offset: 101, timestamp: 4_000, key: nil, value: [UInt8](repeating: 7, count: 300)),
    // A gap, as compaction leaves it, and a tombstone.
    Row(offset: 105, timestamp: 5_001, key: [], value: nil),
]

private func build(_ builder: BatchBuilder, _ rows: [Row] = samples, lastOffset: Int64? = nil) throws -> [UInt8] {
    var builder = builder
    for row in rows {
        let headers = row.headers.map { text in
            let parts = text.split(separator: "=").map(String.init)
            return (name: parts[0], value: parts[1] == "null" ? nil : bytes(parts[1]))
        }
        try builder.append(
            offset: row.offset, timestamp: row.timestamp, key: row.key, value: row.value, headers: headers)
    }
    return try builder.finished(lastOffset: lastOffset)
}

@Suite struct RecordTests {
    @Test(arguments: Codec.allCases)
    func aBatchIsReadAsItWasBuilt(codec: Codec) throws {
        let batch = try build(
            BatchBuilder(
                baseOffset: 100, codec, producer: .init(id: 9, epoch: 2, baseSequence: 40), isTransactional: true,
                leaderEpoch: 3))
        #expect(try rows(batch) == samples)
        let header = try batch.withUnsafeBytes { try BatchHeader($0) }
        #expect(header.baseOffset == 100 && header.lastOffset == 105 && header.recordCount == 3)
        #expect(header.baseTimestamp == 5_000 && header.maxTimestamp == 5_001)
        #expect(header.producerId == 9 && header.producerEpoch == 2 && header.baseSequence == 40)
        #expect(header.leaderEpoch == 3 && header.byteCount == batch.count)
        #expect(header.isTransactional && !header.isControl && header.attributes.codec == codec)
    }

    /// The example of the format's description, byte by byte.
    @Test func theBytesAreThoseOfTheFormat() throws {
        let batch = try build(
            BatchBuilder(baseOffset: 1), [Row(offset: 1, timestamp: 2, key: nil, value: [0x61], headers: ["h=x"])])
        let behindChecksum: [UInt8] =
            [0, 0] + [0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 2] + [0, 0, 0, 0, 0, 0, 0, 2]
            + [UInt8](repeating: 0xff, count: 8 + 2 + 4) + [0, 0, 0, 1]
            // Length 11, attributes, deltas of time and offset, no key, a value, one header.
            + [22, 0, 0, 0, 1, 2, 0x61, 2, 2, 0x68, 2, 0x78]
        #expect(Array(batch[BatchHeader.checkedFrom...]) == behindChecksum)
        #expect(
            Array(batch[..<17])
                == [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, UInt8(batch.count - 12)] + [0xff, 0xff, 0xff, 0xff] + [2])
    }

    @Test func aLogGivesABatchItsPlaceWithoutTouchingItsChecksum() throws {
        var batch = try build(BatchBuilder(baseOffset: 100))
        batch.withUnsafeMutableBytes { BatchHeader.place($0, baseOffset: 7, leaderEpoch: 4) }
        #expect(try rows(batch).map(\.offset) == [7, 8, 12])
        #expect(try batch.withUnsafeBytes { try BatchHeader($0) }.leaderEpoch == 4)
    }

    @Test func theBrokersTimeIsThatOfAllRecords() throws {
        var batch = try build(BatchBuilder(baseOffset: 100))
        try batch.withUnsafeMutableBytes { batch in
            var header = try BatchHeader(UnsafeRawBufferPointer(batch))
            header.attributes.insert(.logAppendTime)
            header.maxTimestamp = 77
            header.write(to: batch)
        }
        #expect(try rows(batch).map(\.timestamp) == [77, 77, 77])
    }

    @Test func compactionLeavesTheEndOfABatchWhereItWas() throws {
        let batch = try build(BatchBuilder(baseOffset: 90), lastOffset: 120)
        let header = try batch.withUnsafeBytes { try BatchHeader($0) }
        #expect(header.baseOffset == 90 && header.lastOffset == 120)
        #expect(try rows(batch) == samples)
        // Nothing left at all.
        let empty = try build(BatchBuilder(baseOffset: 90), [], lastOffset: 120)
        #expect(try rows(empty) == [])
        #expect(throws: WireError.self) { try build(BatchBuilder(baseOffset: 90), lastOffset: 104) }
    }

    @Test(arguments: [(ControlMarker.Kind.commit, UInt8(1)), (.abort, 0)])
    func aMarkerEndsATransaction(kind: ControlMarker.Kind, byte: UInt8) throws {
        let marker = ControlMarker(kind, coordinatorEpoch: 5)
        let batch = try marker.batch(offset: 12, timestamp: 99, producerId: 4, producerEpoch: 1)
        #expect(
            try rows(batch) == [Row(offset: 12, timestamp: 99, key: [0, 0, 0, byte], value: [0, 0, 0, 0, 0, 5])])
        try batch.withUnsafeBytes { batch in
            let header = try BatchHeader(batch)
            #expect(header.isControl && header.isTransactional && header.producerId == 4 && header.producerEpoch == 1)
            var cursor = try header.records(in: batch, Unpacker())
            let record = try #require(try cursor.next())
            #expect(try ControlMarker(record) == marker)
        }
    }

    @Test func batchesFollowEachOtherAndTheLastMayBeCutShort() throws {
        let one = try build(BatchBuilder(baseOffset: 100))
        let two = try build(BatchBuilder(baseOffset: 100, .lz4))
        let log = one + two
        func sizes(_ count: Int, mayBeCutShort: Bool) throws -> [Int] {
            try log[..<count].withUnsafeBytes { bytes in
                var cursor = BatchCursor(bytes, mayBeCutShort: mayBeCutShort)
                var sizes: [Int] = []
                while let (header, batch) = try cursor.next() {
                    #expect(header.byteCount == batch.count)
                    sizes.append(batch.count)
                }
                return sizes
            }
        }
        for count in 0...log.count {
            let whole = [one.count, two.count].prefix(count < one.count ? 0 : count < log.count ? 1 : 2)
            #expect(try sizes(count, mayBeCutShort: true) == Array(whole), "\(count) bytes")
            if [0, one.count, log.count].contains(count) {
                #expect(try sizes(count, mayBeCutShort: false) == Array(whole))
            } else {
                #expect(throws: WireError.self, "\(count) bytes") { try sizes(count, mayBeCutShort: false) }
            }
        }
    }

    private static let damages: [(place: Int, byte: UInt8, code: WireError.Code)] = [
        (8, 0x80, .length), (11, 48, .length), (8, 0x7f, .truncated), (16, 1, .format), (16, 0, .format),
        (17, 0xaa, .checksum), (61, 0xaa, .checksum), (0, 0x80, .number), (23, 0x80, .number), (57, 0x80, .number),
        (60, 9, .number),
    ]

    @Test(arguments: damages) func aDamagedHeaderIsRefused(place: Int, byte: UInt8, code: WireError.Code) throws {
        var batch = try build(BatchBuilder(baseOffset: 100))
        batch[place] = byte
        if place == 11 { batch[10] = 0 }
        let error = #expect(throws: WireError.self) { try rows(batch) }
        #expect(error?.code == code)
    }

    @Test func theOffsetBehindABatchIsANumber() throws {
        // Its last record is five offsets behind its first.
        for (base, isFine) in [(Int64.max - 6, true), (.max - 5, false), (.max - 4, false), (.max, false)] {
            var batch = try build(BatchBuilder(baseOffset: 100))
            batch.withUnsafeMutableBytes { BatchHeader.place($0, baseOffset: base, leaderEpoch: 0) }
            if isFine {
                #expect(try batch.withUnsafeBytes { try BatchHeader($0) }.lastOffset + 1 == .max)
            } else {
                let error = #expect(throws: WireError.self) { try batch.withUnsafeBytes { _ = try BatchHeader($0) } }
                #expect(error?.code == .number)
            }
        }
    }

    /// The checksum is made right again, so that each byte's damage reaches what reads it; it must not trap.
    @Test func damagedRecordsAreReadOrRefused() throws {
        let sound = try build(BatchBuilder(baseOffset: 100))
        for place in BatchHeader.length..<sound.count {
            for byte: UInt8 in [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff] {
                var batch = sound
                batch[place] = byte
                try batch.withUnsafeMutableBytes { bytes in
                    try BatchHeader(UnsafeRawBufferPointer(bytes)).write(to: bytes)
                }
                do { _ = try rows(batch) } catch { #expect(error is WireError) }
            }
        }
    }

    @Test func aCodecThatNobodyKnowsAndDamagedCompressionAreRefused() throws {
        for (attributes, codec) in [(Int16(7), Codec.none), (Int16(Codec.zstd.rawValue), .gzip)] {
            var batch = try build(BatchBuilder(baseOffset: 100, codec))
            try batch.withUnsafeMutableBytes { bytes in
                var header = try BatchHeader(UnsafeRawBufferPointer(bytes))
                header.attributes = .init(rawValue: attributes)
                header.write(to: bytes)
            }
            let error = #expect(throws: WireError.self) { try rows(batch) }
            #expect(error?.code == .compression)
        }
    }

    @Test func offsetsGoUpAndFitTheirFormat() throws {
        var builder = BatchBuilder(baseOffset: 5)
        let nothing: [UInt8]? = nil
        #expect(throws: WireError.self) { try builder.append(offset: 4, timestamp: 0, key: nothing, value: nothing) }
        try builder.append(offset: 5, timestamp: .min, key: nothing, value: nothing)
        for offset in [5, 5 + Int64(Int32.max) + 1, Int64.min] {
            #expect(throws: WireError.self) {
                try builder.append(offset: offset, timestamp: .min, key: nothing, value: nothing)
            }
        }
        #expect(throws: WireError.self) { try builder.append(offset: 6, timestamp: .max, key: nothing, value: nothing) }
        try builder.append(offset: 5 + Int64(Int32.max), timestamp: .min, key: nothing, value: nothing)
        #expect(throws: WireError.self) { try builder.append(offset: 7, timestamp: .min, key: nothing, value: nothing) }
        #expect(try rows(builder.finished()).count == 2)
    }
}
