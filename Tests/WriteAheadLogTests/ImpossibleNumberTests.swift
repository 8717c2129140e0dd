// Numbers that a log can be told and that no log has: in a name, in a position, in a frame whose checksums hold.
import Testing
import World

@testable import WriteAheadLog

@Suite("Numbers that no log has")
struct ImpossibleNumberTests {
    @Test("S3: a segment at the end of the numbers is refused, with frames of either kind", arguments: [true, false])
    func aSequenceThatCannotBeGoneOnFrom(isPlain: Bool) throws {
        let framing: WriteAheadLog.Framing = isPlain ? .plain : .checked
        let header = SegmentHeader(firstSequence: .max, framing: framing)
        let disk = MemoryDisk()
        try disk.makeDirectory(folder)
        disk.put(header.bytes + (isPlain ? [0, 0, 0, 2, 1, 9] : []), at: "\(folder)/\(header.fileName)")
        let found = recover(disk, folder, .init(framing: framing))
        #expect(found.error?.code == .corrupt, "\(found.outcome)")
        #expect(found.error?.message.contains("18446744073709551615") == true)
        #expect(throws: LogError.self) { try WriteAheadLog.inspect(disk: disk, directory: folder) { _, _, _ in } }
    }

    @Test(
        "S3: a position beyond its file is torn, before there is memory for it",
        arguments: [Int64(FrameHeader.largestPayload), 1 << 20])
    func aPositionBeyondItsFile(length: Int64) throws {
        let (disk, positions) = try writtenLog([Frame(1, [1, 2, 3])])
        var position = try #require(positions.first)
        position.length = length
        let reader = LogReader(disk: disk, directory: folder)
        let error = #expect(throws: LogError.self) { try reader.read(position) { _ in } }
        #expect(error?.code == .torn)
    }

    @Test("S3: a frame that says a gigabyte is in a few bytes is refused, before there is memory for it")
    func aLengthThatCannotBeInThere() throws {
        let (disk, _) = try writtenLog([Frame(1, [UInt8](repeating: 7, count: 600))], .init(compressionLevel: 3))
        var bytes = try disk.contents(of: firstSegment)
        var header = try bytes.withUnsafeBytes {
            try #require(FrameHeader(decoding: UnsafeRawBufferPointer(rebasing: $0[SegmentHeader.length...])))
        }
        #expect(header.isCompressed)
        header.payloadLength = UInt32(FrameHeader.largestPayload)
        bytes.withUnsafeMutableBytes {
            header.encode(into: UnsafeMutableRawBufferPointer(rebasing: $0[SegmentHeader.length...]))
        }
        disk.put(bytes, at: firstSegment)
        let found = recover(disk)
        #expect(found.error?.code == .corrupt, "\(found.outcome)")
        #expect(found.error?.message == "the payload does not decompress")
    }
}
