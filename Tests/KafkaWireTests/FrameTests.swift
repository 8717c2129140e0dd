// Frames come in pieces, lengths are bounded, and headers of every kind are read.
import Testing

@testable import KafkaWire

@Suite struct FrameTests {
    private static func frames(_ pieces: [[UInt8]], limit: Int = 100) throws -> [[UInt8]] {
        var buffer = FrameBuffer(limit: limit)
        var frames: [[UInt8]] = []
        for piece in pieces {
            piece.withUnsafeBytes { buffer.append($0) }
            while let frame = try buffer.next({ Array($0) }) { frames.append(frame) }
        }
        return frames
    }

    @Test func framesAreFoundHoweverTheyAreCut() throws {
        let stream: [UInt8] = [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 1, 9, 0, 0, 0, 5, 1]
        let expected: [[UInt8]] = [[1, 2, 3], [], [9]]
        for size in 1...stream.count {
            let pieces = stride(from: 0, to: stream.count, by: size).map {
                Array(stream[$0..<min(stream.count, $0 + size)])
            }
            #expect(try Self.frames(pieces) == expected, "pieces of \(size)")
        }
    }

    @Test(
        "a length is within its bounds",
        arguments: [
            ([0x7f, 0xff, 0xff, 0xff], WireError.Code.frameTooLarge), ([0x80, 0, 0, 0], .length),
            ([0xff, 0xff, 0xff, 0xff], .length), ([0, 0, 0, 101], .frameTooLarge),
        ] as [([UInt8], WireError.Code)])
    func aLengthOutOfBoundsIsRefused(bytes: [UInt8], code: WireError.Code) {
        #expect(throws: WireError(code, "frame", at: 0)) { try Self.frames([bytes]) }
    }

    @Test(
        arguments: [
            // Version 0: only ControlledShutdown, without a client's name.
            ([0, 7, 0, 0, 0, 0, 0, 5, 42], 7, 0, nil, 8),
            // Version 1: a name, or none.
            ([0, 12, 0, 1, 0, 0, 0, 5, 0, 1, 97, 42], 12, 1, "a", 11),
            ([0, 12, 0, 1, 0, 0, 0, 5, 0xff, 0xff, 42], 12, 1, nil, 10),
            // Version 2: the name as before, then tagged fields, of which some are not known.
            ([0, 12, 0, 4, 0, 0, 0, 5, 0, 1, 97, 0, 42], 12, 4, "a", 12),
            ([0, 12, 0, 4, 0, 0, 0, 5, 0, 1, 97, 1, 3, 2, 8, 8, 42], 12, 4, "a", 16),
            // Versions and requests that are not known are read so far.
            ([0, 18, 0, 99, 0, 0, 0, 5, 0, 1, 97, 0, 42], 18, 99, "a", 12),
            ([0x7f, 0xff, 0, 0, 0, 0, 0, 5, 0, 1, 97, 42], 0x7fff, 0, "a", 11),
        ] as [([UInt8], Int16, Int16, String?, Int)])
    func everyHeaderIsRead(bytes: [UInt8], key: Int16, version: Int16, clientId: String?, length: Int) throws {
        let header = try bytes.withUnsafeBytes { try RequestHeader($0) }
        #expect(header.key == key && header.version == version && header.correlationId == 5)
        #expect(header.clientId == clientId)
        #expect(header.length == length)
    }

    /// The answer to ApiVersions is the only flexible one whose header has no tagged fields.
    @Test func theHeaderOfAnAnswerToApiVersionsNeverChanges() throws {
        for (version, length) in [(Int16(2), 14), (3, 12)] {
            let frame = try ApiVersions.encodeResponse(ApiVersions.Response(), version: version, correlationId: 5)
            #expect(frame.bytes.count == 4 + length)
        }
        let frame = try Heartbeat.encodeResponse(Heartbeat.Response(), version: 4, correlationId: 5)
        #expect(frame.bytes == [0, 0, 0, 12, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    private static let mistakes: [(bytes: [UInt8], code: WireError.Code, field: String)] = [
        // The request of DeleteGroups 2: an array of names, then tagged fields.
        ([], .truncated, "GroupsNames"),
        ([0, 0], .null, "GroupsNames"),
        ([0xff, 0xff, 0xff, 0xff, 0x0f], .length, "GroupsNames"),
        ([0xff, 0xff, 0xff, 0xff, 0x1f], .number, "GroupsNames"),
        ([0x80, 0x80, 0x80, 0x80, 0x80, 0], .number, "GroupsNames"),
        ([2, 0, 0], .null, "GroupsNames"),
        ([2, 3, 0xc3, 0x28, 0], .text, "GroupsNames"),
        ([1, 2, 1, 0, 0, 0], .tags, "GroupsNames"),
        ([1, 2, 0, 0, 0, 0], .tags, "GroupsNames"),
        ([1, 1, 0, 9, 0], .truncated, "GroupsNames"),
    ]

    @Test(arguments: mistakes) func whatIsNotTheProtocolIsRefused(bytes: [UInt8], code: WireError.Code, field: String) {
        let header: [UInt8] = [0, 42, 0, 2, 0, 0, 0, 5, 0, 0, 0]
        (header + bytes).withUnsafeBytes { frame in
            let error = #expect(throws: WireError.self) { try DeleteGroups.decodeRequest(frame, RequestHeader(frame)) }
            #expect(error?.code == code)
            #expect(error?.field == field)
        }
    }

    /// librdkafka 2.16 asks for all topics by a length of four bytes, of which it fills one.
    @Test func bytesBehindTheLastFieldOfARequestAreLeftAlone() throws {
        let header: [UInt8] = [0, 3, 0, 12, 0, 0, 0, 3, 0, 7] + Array("rdkafka".utf8) + [0]
        let request = try (header + [0, 0, 0, 0, 1, 0, 0]).withUnsafeBytes { frame in
            try Metadata.decodeRequest(frame, RequestHeader(frame))
        }
        #expect(request.topics == nil)
    }

    @Test func bytesBehindTheLastFieldOfAnAnswerAreRefused() throws {
        let frame = try Heartbeat.encodeResponse(Heartbeat.Response(), version: 4, correlationId: 5)
        let error = #expect(throws: WireError.self) {
            try (Array(frame.bytes[4...]) + [7]).withUnsafeBytes { try Heartbeat.decodeResponse($0, version: 4) }
        }
        #expect(error?.code == .trailing)
    }

    @Test func theSameInVersionsWithoutCompactLengths() {
        for (bytes, code) in [
            ([0xff, 0xff, 0xff, 0xff], .null), ([0x80, 0, 0, 0], .length), ([0x7f, 0xff, 0xff, 0xff], .length),
            ([0, 0, 0, 1, 0xff, 0xfe], .length), ([0, 0, 0, 1, 0xff, 0xff], .null),
        ] as [([UInt8], WireError.Code)] {
            let header: [UInt8] = [0, 42, 0, 1, 0, 0, 0, 5, 0, 0]
            (header + bytes).withUnsafeBytes { frame in
                let error = #expect(throws: WireError.self) {
                    try DeleteGroups.decodeRequest(frame, RequestHeader(frame))
                }
                #expect(error?.code == code, "\(bytes)")
            }
        }
    }
}
