// The byte format: a golden segment, the decision about each place of a file, and names.
import Checksum
import Testing
import World

@testable import WriteAheadLog

@Suite("The byte format")
struct FormatTests {
    let frames = [Frame(1, Array("hello".utf8)), Frame(2, []), Frame(3, [UInt8](repeating: 0x61, count: 300))]

    @Test("writes the golden segment")
    func goldenWrite() throws {
        // The compressed frame is left out: another zstd may compress to other bytes.
        let (disk, positions) = try writtenLog(Array(frames[..<2]))
        let golden = bytes(ofHex: goldenSegment)
        #expect(try disk.contents(of: firstSegment) == Array(golden[..<(32 + 49 + 44)]))
        #expect(positions.map(\.offset) == [32, 81])
        #expect(positions.map(\.length) == [49, 44])
    }

    @Test("reads the golden segment")
    func goldenRead() throws {
        let disk = MemoryDisk()
        try disk.makeDirectory(folder)
        let file = try disk.open(firstSegment, .create)
        try bytes(ofHex: goldenSegment).withUnsafeBytes { try file.write([$0], at: 0) }
        let found = recover(disk)
        #expect(found.error == nil)
        #expect(found.soundFrames == frames)
    }

    @Test("adds less than one percent to payloads of 20 KB")
    func overhead() { #expect(WriteAheadLog.frameOverhead * 100 < 20_000) }

    @Test("no single flipped bit makes a marker's byte zero")
    func markers() {
        let words = [FrameHeader.guardWord, FrameHeader.endMarker, SegmentHeader.guardWord]
        let bytes = [FrameHeader.marker] + words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
        for byte in bytes { #expect(byte.nonzeroBitCount >= 2) }
    }

    @Test("a segment has exactly one name")
    func names() {
        for sequence: UInt64 in [0, 1, 10, 0xabcdef, .max] {
            let header = SegmentHeader(firstSequence: sequence)
            #expect(SegmentHeader(fileName: header.fileName) == header)
        }
        for name in [
            "segment-0.wal", "segment-000000000000000A.wal", "segment-0000000000000000.wa", "segment-.wal", "x", "",
            "segment-+000000000000001.wal", "segment-00000000000000000.wal", "Segment-0000000000000000.wal",
        ] {
            #expect(SegmentHeader(fileName: name) == nil, "\(name)")
        }
    }

    @Test(
        "tells what the first bytes of a file are",
        arguments: segmentHeaderCases)
    func segmentHeaders(_ example: HeaderCase) {
        let header = SegmentHeader(firstSequence: 5)
        example.bytes.withUnsafeBytes { bytes in #expect(header.finding(on: bytes) == example.expected) }
    }

    struct HeaderCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: SegmentHeader.Finding
        var bytes: [UInt8]

        init(_ name: String, _ expected: SegmentHeader.Finding, _ bytes: [UInt8]) {
            testDescription = name
            self.expected = expected
            self.bytes = bytes
        }
    }

    static var segmentHeaderCases: [HeaderCase] {
        let whole = SegmentHeader(firstSequence: 5).bytes
        let zeros = [UInt8](repeating: 0, count: 99)
        return [
            HeaderCase("all of it", .header, whole),
            HeaderCase("frames after it", .header, whole + [1, 2]),
            HeaderCase("nothing", .torn, []),
            HeaderCase("zeros", .torn, zeros),
            HeaderCase("its beginning", .torn, Array(whole[..<31])),
            HeaderCase("its beginning, then zeros", .torn, Array(whole[..<9]) + zeros),
            HeaderCase("another beginning", .corrupt, [1]),
            HeaderCase("its beginning, then zeros, then something", .corrupt, Array(whole[..<9]) + zeros + [1]),
            HeaderCase("another sequence", .corrupt, SegmentHeader(firstSequence: 4).bytes),
            HeaderCase("another version", .otherVersion(2), otherVersion()),
        ]
    }

    static func otherVersion() -> [UInt8] {
        var bytes = SegmentHeader(firstSequence: 5).bytes
        bytes[8] = 2
        let checksum = bytes[..<24].withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(24..<28, with: $0) }
        return bytes
    }
}

@Suite("The decision about one place of a segment")
struct FrameDecoderTests {
    enum Kind: Equatable { case frame, endOfLog, torn, corrupt, missingFrames }

    /// A frame of `payload` at byte `offset`.
    static func frame(
        _ payload: [UInt8], at offset: Int64, sequence: UInt64 = 5, unsynced: UInt32 = 0, flags: UInt16 = 0
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: FrameHeader.length) + payload + Array("WEND".utf8)
        let (blank, checksum) = payload.withUnsafeBytes {
            (Sectors.blankCount(in: $0, at: offset + Int64(FrameHeader.length)), CRC32C.checksum($0))
        }
        let header = FrameHeader(
            kind: 1, flags: flags, storedLength: UInt32(payload.count), payloadLength: UInt32(payload.count),
            blankSectors: blank, sequence: sequence, unsyncedFrames: unsynced, payloadChecksum: checksum)
        bytes.withUnsafeMutableBytes { header.encode(into: $0) }
        return bytes
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var offset: Int64 = 0
        var isLast = true
        var expected: Kind
        var bytes: [UInt8]
        var testDescription: String { name }

        init(_ name: String, at offset: Int64 = 0, isLast: Bool = true, _ expected: Kind, _ bytes: [UInt8]) {
            self.name = name
            self.offset = offset
            self.isLast = isLast
            self.expected = expected
            self.bytes = bytes
        }
    }

    static let ones = [UInt8](repeating: 0xff, count: 2_000)
    static let zeros = [UInt8](repeating: 0, count: 2_000)
    static let noise: [UInt8] = zeros.indices.map { UInt8(truncatingIfNeeded: $0 * 37 + 11) | 1 }

    static func zeroing(_ range: Range<Int>, _ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for index in range { bytes[index] = 0 }
        return bytes
    }

    static func flipping(bit: Int, _ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
    }

    static var cases: [Case] {
        let whole = frame(noise, at: 0)
        let later = frame([1], at: 0, sequence: 6, unsynced: 1)
        let laterAfterSync = frame([1], at: 0, sequence: 6, unsynced: 0)
        let straddling = frame(noise, at: 500)
        let blank = frame(zeros, at: 0)
        var almostBlankPayload = zeros
        almostBlankPayload[700] = 1
        let almostBlank = frame(almostBlankPayload, at: 0)
        return [
            Case("nothing", .endOfLog, []),
            Case("zeros", .endOfLog, zeros),
            Case("a frame", .frame, whole),
            Case("a frame and more", .frame, whole + [1, 2, 3]),
            Case("a frame before zeros", .frame, whole + zeros),
            Case("an empty frame", .frame, frame([], at: 0)),
            Case("a later frame", .missingFrames, frame(noise, at: 0, sequence: 6)),
            Case("an earlier frame", .corrupt, frame(noise, at: 0, sequence: 4)),
            Case("unknown flags", .corrupt, frame(noise, at: 0, flags: 2)),

            Case("a header cut short", .torn, Array(whole[..<20])),
            Case("a header cut short before zeros", .torn, Array(whole[..<20]) + zeros),
            Case("a marker alone", .torn, Array(whole[..<1])),
            Case("a header cut short, of another frame", .corrupt, Array(frame(noise, at: 0, sequence: 6)[..<20])),
            Case("another marker", .corrupt, [1]),
            Case("a header cut short before something", .torn, Array(whole[..<20]) + zeros + [1]),
            Case("a payload cut short", .torn, Array(whole[..<700])),
            Case("a payload cut short before zeros", .torn, Array(whole[..<700]) + zeros + zeros),
            Case("a payload cut short in an older segment", isLast: false, .torn, Array(whole[..<700])),
            Case("an end marker cut short", .torn, Array(whole.dropLast())),
            Case("a header alone", .torn, Array(whole[..<40])),

            Case("a lost sector in the payload", .torn, zeroing(512..<1024, whole)),
            Case("a lost first sector", .torn, zeroing(0..<512, whole)),
            Case("a lost first sector before a frame that was not synced", .torn, zeroing(0..<512, whole) + later),
            Case("a lost first sector of a frame that was durable", .corrupt, zeroing(0..<512, whole) + laterAfterSync),
            Case("a lost sector of a frame that was durable", .corrupt, zeroing(512..<1024, whole) + laterAfterSync),
            Case("a lost sector in an older segment", isLast: false, .corrupt, zeroing(512..<1024, whole)),
            Case("the end of a sector zeroed", .torn, zeroing(513..<1024, whole)),
            Case("the end of a sector and more zeroed", .torn, zeroing(600..<1112, whole)),
            Case("the middle of a sector zeroed", .corrupt, zeroing(513..<1023, whole)),
            Case("the beginning of a sector zeroed", .corrupt, zeroing(512..<1023, whole)),
            Case("the end of a sector that was durable", .corrupt, zeroing(513..<1024, whole) + laterAfterSync),
            Case("the end of a sector in an older segment", isLast: false, .corrupt, zeroing(513..<1024, whole)),
            Case("a header's end zeroed before something in its sector", .corrupt, zeroing(20..<40, whole)),
            Case("the first half of a header lost", at: 500, .torn, zeroing(0..<12, straddling)),
            Case("the second half of a header lost", at: 500, .torn, zeroing(12..<524, straddling)),
            Case("a part of the second half of a header zeroed", at: 500, .corrupt, zeroing(12..<523, straddling)),

            Case("zeros as payload", .frame, blank),
            Case("zeros as payload, a bit flipped", .corrupt, flipping(bit: 8 * 600, blank)),
            Case("zeros as payload, the end lost", .torn, zeroing(1_536..<2_044, blank)),
            Case("the only bit of a sector flipped", .corrupt, flipping(bit: 8 * 740, almostBlank)),
        ]
    }

    @Test("is", arguments: cases)
    func decision(_ example: Case) {
        let decoder = FrameDecoder(
            fileOffset: example.offset, expectedSequence: 5, mayBeUnsynced: example.isLast)
        let finding = example.bytes.withUnsafeBytes { decoder.finding(on: $0) }
        let kind: Kind =
            switch finding {
            case .frame: .frame
            case .endOfLog: .endOfLog
            case .torn: .torn
            case .corrupt: .corrupt
            case .missingFrames: .missingFrames
            }
        #expect(kind == example.expected, "\(finding)")
    }

    @Test("every flipped bit of a frame is corrupt, wherever sectors lie and whatever the payload")
    func everyBit() {
        for payload in [[], [0], Array(FrameDecoderTests.noise[..<600]), Array(FrameDecoderTests.zeros[..<1_300])] {
            for offset: Int64 in [32, 470, 480, 500, 511] {
                let whole = FrameDecoderTests.frame(payload, at: offset)
                let decoder = FrameDecoder(fileOffset: offset, expectedSequence: 5, mayBeUnsynced: true)
                var wrong: [Int] = []
                for bit in 0..<whole.count * 8 {
                    let bytes = FrameDecoderTests.flipping(bit: bit, whole)
                    guard case .corrupt = bytes.withUnsafeBytes({ decoder.finding(on: $0) }) else {
                        wrong.append(bit)
                        continue
                    }
                }
                #expect(wrong.isEmpty, "payload of \(payload.count) at \(offset): bits \(wrong)")
            }
        }
    }
}
