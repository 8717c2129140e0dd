// Frames without a checksum, as Spark Streaming writes them: a length, big-endian, and the payload.
internal import World

/// A plain frame.
///
///     length UInt32, big-endian: the bytes that follow | kind UInt8 | payload
///
/// The kind is what a serialised object says of itself in the original. Nothing tells a payload that was damaged from one
/// that was not, and a length that was damaged leads anywhere.
struct PlainFrame {
    static let lengthBytes = 4
    static let overhead = lengthBytes + 1

    let kind: UInt8
    let payload: UnsafeRawBufferPointer
    /// The bytes of the whole frame.
    var length: Int { PlainFrame.overhead + payload.count }

    /// The frame at the start of `bytes`; nil when they end before it does, or hold none.
    init?(decoding bytes: UnsafeRawBufferPointer) {
        guard let following = PlainFrame.following(in: bytes), following > 0,
            bytes.count - PlainFrame.lengthBytes >= following
        else { return nil }
        kind = bytes[PlainFrame.lengthBytes]
        payload = UnsafeRawBufferPointer(
            rebasing: bytes[PlainFrame.overhead..<PlainFrame.lengthBytes + Int(following)])
    }

    /// What the length at the start of `bytes` says, which may be negative where it is none; nil when it is cut short.
    static func following(in bytes: UnsafeRawBufferPointer) -> Int32? {
        guard bytes.count >= lengthBytes else { return nil }
        return Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
    }

    /// The bytes of a frame in the order in which they are written; `framing` holds those before the payload.
    static func parts(
        kind: UInt8, payload: UnsafeRawBufferPointer, framing: UnsafeMutableRawBufferPointer
    ) -> [UnsafeRawBufferPointer] {
        framing.storeBytes(of: UInt32(payload.count + 1).bigEndian, as: UInt32.self)
        framing.storeBytes(of: kind, toByteOffset: lengthBytes, as: UInt8.self)
        return [UnsafeRawBufferPointer(rebasing: framing[..<overhead]), payload]
    }
}

extension SegmentScanner {
    /// Delivers every plain frame in order. A frame that does not end within the file ends the segment, without a word:
    /// so does a length of 0, which no frame has.
    ///
    /// - Throws: ``LogError``, `corrupt`, for a negative length; `DiskError`, or what `deliver` throws.
    func scanPlainFrames(_ deliver: (PlainFrame, Position) throws -> Void) throws -> SegmentEnd {
        var end = SegmentEnd(nextSequence: header.firstSequence, offset: 0, fileLength: fileLength)
        end.torn = try scanHeader()
        if end.torn != nil { return end }
        end.offset = Int64(SegmentHeader.length)
        while end.offset < fileLength {
            var bytes = try view(from: end.offset, atLeast: PlainFrame.lengthBytes)
            let following = PlainFrame.following(in: bytes)
            if let following, following < 0 {
                throw LogError(
                    .corrupt, "a frame of \(following) bytes", location: .init(path: path, byteOffset: end.offset))
            }
            let length = PlainFrame.lengthBytes + Int(following ?? 0)
            if bytes.count < length, fileLength - end.offset >= Int64(length) {
                bytes = try view(from: end.offset, atLeast: length)
            }
            guard let frame = PlainFrame(decoding: bytes) else {
                end.torn = SegmentEnd.Torn(bytes: fileLength - end.offset, reason: "the last frame is cut short")
                return end
            }
            let position = Position(
                segment: header.firstSequence, offset: end.offset, length: Int64(frame.length),
                sequence: end.nextSequence)
            try deliver(frame, position)
            end.offset += position.length
            end.nextSequence += 1
        }
        return end
    }
}
