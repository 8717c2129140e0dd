// Frames without a checksum: what a cut or a flipped bit at every byte does to a log that cannot tell.
import Testing
import World

@testable import WriteAheadLog

@Suite("A log of plain frames")
struct PlainFrameTests {
    var random = SeededRandom(seed: 33)
    static var plain: WriteAheadLog.Options { WriteAheadLog.Options(compressionLevel: 3, framing: .plain) }

    private func disk(with bytes: [UInt8], at path: String = firstSegment) throws -> MemoryDisk {
        let disk = MemoryDisk()
        try disk.makeDirectory(folder)
        disk.put(bytes, at: path)
        return disk
    }

    @Test("a frame is its length, big-endian, its kind and its payload")
    func bytes() throws {
        let (disk, positions) = try writtenLog([Frame(7, [0xaa, 0xbb]), Frame(1, [])], Self.plain)
        let bytes = try disk.contents(of: firstSegment)
        #expect(Array(bytes.dropFirst(SegmentHeader.length)) == [0, 0, 0, 3, 7, 0xaa, 0xbb, 0, 0, 0, 1, 1])
        #expect(positions.map(\.offset) == [32, 39] && positions.map(\.length) == [7, 5])
        #expect(positions.map(\.sequence) == [0, 1])
    }

    @Test("what was written is read back, by scan and by position, over several segments")
    mutating func roundTrip() throws {
        var options = Self.plain
        options.segmentBytes = 200
        let frames = awkwardFrames(&random)
        let (disk, positions) = try writtenLog(frames, options)
        let found = recover(disk, folder, options)
        #expect(found.soundFrames == frames && found.positions == positions && found.report.segments > 1)
        for (frame, position) in zip(frames, positions) {
            #expect(try found.log?.payload(at: position) == frame.payload)
        }
    }

    @Test("cut at any byte ends after the complete frames, without a word, and goes on")
    mutating func everyCut() throws {
        let frames = awkwardFrames(&random)
        let (original, positions) = try writtenLog(frames, Self.plain)
        let whole = try original.contents(of: firstSegment)
        let more = Frame(9, [1, 2, 3])
        for cut in 0...whole.count {
            let complete = positions.count { $0.offset + $0.length <= Int64(cut) }
            let disk = try disk(with: Array(whole[..<cut]))
            let found = recover(disk, folder, Self.plain)
            guard found.error == nil, found.frames == Array(frames[..<complete]), let log = found.log else {
                Issue.record("cut at \(cut): \(found.outcome), due \(complete)")
                continue
            }
            try log.append(more)
            try log.sync()
            let again = recover(disk, folder, Self.plain)
            #expect(again.soundFrames == Array(frames[..<complete]) + [more], "cut at \(cut)")
        }
    }

    @Test("a torn frame that is not at the end of the log hides the rest of its segment only")
    func tornInTheMiddle() throws {
        var options = Self.plain
        options.segmentBytes = 50
        let frames = (0..<6).map { Frame(UInt8($0), [UInt8](repeating: UInt8($0), count: 4)) }
        let (disk, positions) = try writtenLog(frames, options)
        let first = try disk.contents(of: firstSegment)
        let inFirst = positions.count { $0.segment == 0 }
        disk.put(Array(first.dropLast(1)), at: firstSegment)
        let found = recover(disk, folder, options)
        #expect(found.error == nil)
        #expect(found.frames == Array(frames[..<(inFirst - 1)] + frames[inFirst...]))
    }

    @Test("any flipped bit is read as it is, unless it is the sign of a length: nothing else can be told")
    mutating func everyBit() throws {
        let frames = [Frame(1, randomBytes(9, &random)), Frame(2, randomBytes(5, &random)), Frame(3, [4])]
        let (original, positions) = try writtenLog(frames, Self.plain)
        let whole = try original.contents(of: firstSegment)
        var unnoticed = 0
        for byte in SegmentHeader.length..<whole.count {
            for bit in 0..<8 {
                var bytes = whole
                bytes[byte] ^= 1 << UInt8(bit)
                let found = recover(try disk(with: bytes), folder, Self.plain)
                let position = positions.last { $0.offset <= Int64(byte) }
                let place = Int64(byte) - (position?.offset ?? 0)
                if place == 0, bit == 7 {
                    #expect(found.error?.code == .corrupt, "byte \(byte), bit \(bit): \(found.outcome)")
                } else if place >= Int64(PlainFrame.lengthBytes) {
                    #expect(found.error == nil && found.frames.count == 3, "byte \(byte), bit \(bit)")
                    #expect(found.frames != frames)
                    unnoticed += 1
                }
            }
        }
        #expect(unnoticed == (9 + 5 + 1 + 3) * 8)
    }

    @Test("a position is believed as far as the length there agrees with it")
    func lengthMustAgree() throws {
        let (disk, positions) = try writtenLog([Frame(1, [1, 2, 3])], Self.plain)
        let log = try open(disk, Self.plain)
        #expect(try log.payload(at: positions[0]) == [1, 2, 3])
        var longer = positions[0]
        longer.length += 1
        let error = #expect(throws: LogError.self) { try log.payload(at: longer) }
        #expect(error?.code == .torn)
    }

    @Test("neither framing reads the other's segments")
    func versions() throws {
        let plain = try writtenLog([Frame(1, [1])], Self.plain).disk
        #expect(recover(plain).error?.code == .unsupported)
        let checked = try writtenLog([Frame(1, [1])]).disk
        #expect(recover(checked, folder, Self.plain).error?.code == .unsupported)
    }

    @Test(
        "the last frame is torn on purpose, and what lies behind a skipped sequence is found",
        arguments: [
            WriteAheadLog.Framing.checked, .plain,
        ])
    func tearAndSkip(framing: WriteAheadLog.Framing) throws {
        let options = WriteAheadLog.Options(framing: framing)
        let (disk, _) = try writtenLog([Frame(1, [1]), Frame(2, [2, 2])], options)
        #expect(try WriteAheadLog.tearLastFrame(disk: disk, directory: folder, framing: framing))
        let log = try open(disk, options)
        #expect(log.nextSequence == 1)
        log.skip(to: 2)
        let position = try log.append(Frame(3, [3]))
        #expect(position.sequence == 2 && position.segment == 2)
        try log.sync()
        #expect(try log.payload(at: position) == [3])
        #expect(try open(disk, options).nextSequence == 3)
        #expect(try !WriteAheadLog.tearLastFrame(disk: disk, directory: "elsewhere", framing: framing))
    }
}
