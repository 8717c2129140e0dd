// The decision about the bytes at one place of a segment: frame, end of the log, torn or damage.
internal import Checksum

/// What is at one place of a segment.
enum FrameVerdict: Equatable {
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
    func verdict(on rest: UnsafeRawBufferPointer) -> FrameVerdict {
        guard let header = FrameHeader(decoding: rest) else { return verdictWithoutHeader(on: rest) }
        if let fault = header.fault { return .corrupt(fault) }
        if header.sequence > expectedSequence {
            return .missingFrames("frame \(header.sequence) where frame \(expectedSequence) is due")
        }
        if header.sequence < expectedSequence {
            return .corrupt("frame \(header.sequence) again where frame \(expectedSequence) is due")
        }
        if let problem = problem(with: header, in: rest) {
            return verdict(on: rest, header: header, problem: problem)
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

    private func verdict(
        on rest: UnsafeRawBufferPointer, header: FrameHeader, problem: String
    ) -> FrameVerdict {
        let end = header.frameLength
        if rest.count < end || Sectors.extent(of: rest) < end {
            return .torn("frame \(expectedSequence) is cut short")
        }
        let frame = UnsafeRawBufferPointer(rebasing: rest[..<end])
        let lost = Sectors.zeroCount(in: frame, at: fileOffset) > Int(header.blankSectors)
        return verdict(on: rest, lostSector: lost, searchFrom: end, problem: problem)
    }

    private func verdictWithoutHeader(on rest: UnsafeRawBufferPointer) -> FrameVerdict {
        let extent = Sectors.extent(of: rest)
        if extent == 0 { return .endOfLog }
        if extent < FrameHeader.length, beginsExpectedHeader(rest, extent: extent) {
            return .torn("the header of frame \(expectedSequence) is cut short")
        }
        let boundary = Sectors.bytesToBoundary(fileOffset)
        var lost = Sectors.isZero(rest, 0..<min(boundary, rest.count))
        if boundary < min(FrameHeader.length, rest.count) {
            lost = lost || Sectors.isZero(rest, boundary..<min(boundary + Sectors.size, rest.count))
        }
        return verdict(on: rest, lostSector: lost, searchFrom: 1, problem: "no sound frame header")
    }

    private func verdict(
        on rest: UnsafeRawBufferPointer, lostSector: Bool, searchFrom: Int, problem: String
    ) -> FrameVerdict {
        guard lostSector, mayBeUnsynced else { return .corrupt(problem) }
        if laterFrameSaysDurable(rest, from: searchFrom) {
            return .corrupt("\(problem); a sector is all zeros in a frame that had been durable")
        }
        return .torn("a sector of frame \(expectedSequence) was never written")
    }

    /// Whether the first `extent` bytes may be the beginning of the header that is due.
    private func beginsExpectedHeader(_ rest: UnsafeRawBufferPointer, extent: Int) -> Bool {
        let expected = FrameHeader(
            kind: 0, flags: 0, storedLength: 0, payloadLength: 0, blankSectors: 0, sequence: expectedSequence,
            unsyncedFrames: 0, payloadChecksum: 0)
        return withUnsafeTemporaryAllocation(byteCount: FrameHeader.length, alignment: 8) { bytes in
            expected.encode(into: bytes)
            return (0..<extent).allSatisfy { index in
                switch index {
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
