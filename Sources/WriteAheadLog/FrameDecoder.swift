// The decision about the bytes at one place of a segment: frame, end of the log, torn or damage.
internal import Checksum

/// What is at one place of a segment.
enum FrameFinding: Equatable {
    /// A complete frame.
    case frame(FrameHeader)
    /// Nothing has been written from here on.
    case endOfLog
    /// The frame here was never completely written, or never completely reached the disk.
    case torn(String)
    /// The bytes here are not what was written.
    case corrupt(String)
    /// A complete frame, but a later one than the one that is due.
    case missingFrames(String)
}

/// Decides by bytes alone, following the rules of ByteFormat.md one by one.
struct FrameDecoder {
    /// The place in the file.
    var fileOffset: Int64
    /// The sequence of the frame that is due here.
    var expectedSequence: UInt64
    /// Whether bytes here may be unsynced, which they may only be in the last segment.
    var mayBeUnsynced: Bool

    /// Decides about `rest`, the bytes from the place to the end of the file.
    func finding(on rest: UnsafeRawBufferPointer) -> FrameFinding {
        guard let header = FrameHeader(decoding: rest) else { return findingWithoutHeader(on: rest) }
        if let fault = header.fault { return .corrupt(fault) }
        if header.sequence > expectedSequence {
            return .missingFrames("frame \(header.sequence) where frame \(expectedSequence) is due")
        }
        if header.sequence < expectedSequence {
            return .corrupt("frame \(header.sequence) again where frame \(expectedSequence) is due")
        }
        if let problem = problem(with: header, in: rest) {
            return finding(on: rest, header: header, problem: problem)
        }
        return .frame(header)
    }

    /// What is wrong with the bytes after a sound header; nil when the frame is complete.
    private func problem(with header: FrameHeader, in rest: UnsafeRawBufferPointer) -> String? {
        let end = header.frameLength
        guard rest.count >= end else { return "cut off" }
        let stored = UnsafeRawBufferPointer(rebasing: rest[FrameHeader.length..<end - FrameHeader.endMarkerLength])
        if rest.integer(at: end - FrameHeader.endMarkerLength, UInt32.self) != FrameHeader.endMarker {
            return "no end marker"
        }
        return CRC32C.checksum(stored) == header.payloadChecksum ? nil : "wrong payload checksum"
    }

    private func finding(
        on rest: UnsafeRawBufferPointer, header: FrameHeader, problem: String
    ) -> FrameFinding {
        let end = header.frameLength
        let isTorn = !doubt(in: rest, count: end).isEmpty && !isOneBitFromWhole(rest, header)
        return finding(on: rest, isTorn: isTorn, length: end, problem: problem)
    }

    private func findingWithoutHeader(on rest: UnsafeRawBufferPointer) -> FrameFinding {
        if Sectors.extent(of: rest) == 0 { return .endOfLog }
        let doubt = doubt(in: rest, count: FrameHeader.length)
        let isTorn = !doubt.isEmpty && isExpectedHeader(rest, but: doubt) && !isOneBitFromWhole(rest)
        return finding(on: rest, isTorn: isTorn, length: FrameHeader.length, problem: "no sound frame header")
    }

    private func finding(
        on rest: UnsafeRawBufferPointer, isTorn: Bool, length: Int, problem: String
    ) -> FrameFinding {
        guard isTorn else { return .corrupt(problem) }
        if Sectors.extent(of: rest) < length { return .torn("frame \(expectedSequence) is cut short") }
        if laterFrameSaysDurable(rest, from: length) {
            return .corrupt("\(problem); a sector ends in zeros in a frame that had been durable")
        }
        return .torn("a sector of frame \(expectedSequence) was not written to its end")
    }

    /// Which of the first `count` bytes may be zeros, or missing, only because they never reached the disk: those at the
    /// end of a sector; in a segment that was synced whole, those at the end of the file.
    private func doubt(in rest: UnsafeRawBufferPointer, count: Int) -> [Range<Int>] {
        if mayBeUnsynced { return Sectors.zeroEnds(in: rest, at: fileOffset, count: count) }
        let extent = Sectors.extent(of: rest)
        return extent < count ? [extent..<count] : []
    }

    /// Whether flipping one bit behind the sound header would make the frame whole.
    private func isOneBitFromWhole(_ rest: UnsafeRawBufferPointer, _ header: FrameHeader) -> Bool {
        let end = header.frameLength
        guard rest.count >= end else { return false }
        let frame = UnsafeRawBufferPointer(rebasing: rest[..<end])
        // One flipped bit never makes more sectors zeros than were counted; of a frame that lost a whole sector the checksum
        // need not be asked, which could be right by chance.
        if Sectors.zeroCount(in: frame, at: fileOffset) > Int(header.blankSectors) { return false }
        let stored = UnsafeRawBufferPointer(rebasing: frame[FrameHeader.length..<end - FrameHeader.endMarkerLength])
        let checksum = CRC32C.checksum(stored)
        let marker = frame.integer(at: end - FrameHeader.endMarkerLength, UInt32.self)
        if marker == FrameHeader.endMarker {
            return CRC32C.isOneBitApart(checksum, header.payloadChecksum, byteCount: stored.count)
        }
        return checksum == header.payloadChecksum && (marker ^ FrameHeader.endMarker).nonzeroBitCount == 1
    }

    /// Whether flipping one bit of the header would make the frame whole.
    private func isOneBitFromWhole(_ rest: UnsafeRawBufferPointer) -> Bool {
        guard rest.count >= FrameHeader.length else { return false }
        return withUnsafeTemporaryAllocation(byteCount: FrameHeader.length, alignment: 8) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<FrameHeader.length]))
            return (0..<FrameHeader.length * 8).contains { bit in
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                defer { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
                guard let header = FrameHeader(decoding: UnsafeRawBufferPointer(bytes)) else { return false }
                return header.fault == nil && header.sequence == expectedSequence
                    && problem(with: header, in: rest) == nil
            }
        }
    }

    /// Whether the bytes may be the header that is due, those in doubt left out.
    private func isExpectedHeader(_ rest: UnsafeRawBufferPointer, but doubt: [Range<Int>]) -> Bool {
        let expected = FrameHeader(
            kind: 0, flags: 0, storedLength: 0, payloadLength: 0, blankSectors: 0, sequence: expectedSequence,
            unsyncedFrames: 0, payloadChecksum: 0)
        return withUnsafeTemporaryAllocation(byteCount: FrameHeader.length, alignment: 8) { bytes in
            expected.encode(into: bytes)
            return (0..<FrameHeader.length).allSatisfy { index in
                if doubt.contains(where: { $0.contains(index) }) { return true }
                return switch index {
                case 0, 3, 16..<24, 36..<40: rest[index] == bytes[index]
                case 2: UInt16(rest[index]) & ~FrameHeader.compressedFlag == 0
                default: true
                }
            }
        }
    }

    private func laterFrameSaysDurable(_ rest: UnsafeRawBufferPointer, from start: Int) -> Bool {
        var at = start
        while at + FrameHeader.length <= rest.count {
            if rest[at] == FrameHeader.marker,
                let header = FrameHeader(decoding: UnsafeRawBufferPointer(rebasing: rest[at...])),
                header.sequence > expectedSequence, header.durableSequence > expectedSequence
            {
                return true
            }
            at += 1
        }
        return false
    }
}
