// The first bytes of a segment, and the segment's name.
internal import Checksum

/// A segment's header and name, both determined by the sequence of its first frame.
struct SegmentHeader: Equatable {
    static let length = 32
    /// The version of a segment whose frames are checked.
    static let checkedVersion: UInt16 = 1
    /// The version of a segment whose frames are plain.
    static let plainVersion: UInt16 = 2
    /// `KBENCHWL` and `SEGH`.
    static let magic: UInt64 = 0x4c57_4843_4e45_424b
    static let guardWord: UInt32 = 0x4847_4553
    /// The largest sequence that a segment may begin with: no log comes to it, and frames behind it can be numbered on.
    static let largestSequence: UInt64 = 1 << 62

    var firstSequence: UInt64
    var version: UInt16

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: SegmentHeader.length)
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: SegmentHeader.magic.littleEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: version.littleEndian, toByteOffset: 8, as: UInt16.self)
            bytes.storeBytes(of: firstSequence.littleEndian, toByteOffset: 16, as: UInt64.self)
            let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<24]))
            bytes.storeBytes(of: checksum.littleEndian, toByteOffset: 24, as: UInt32.self)
            bytes.storeBytes(of: SegmentHeader.guardWord.littleEndian, toByteOffset: 28, as: UInt32.self)
        }
        return bytes
    }

    /// What the first bytes of a file are.
    enum Finding: Equatable {
        case header
        /// The header was never completely written, so there is no frame either.
        case torn
        case corrupt
        /// A sound header of another version of the format.
        case otherVersion(UInt16)
    }

    /// Decides about `file`, all bytes of the segment's file.
    func finding(on file: UnsafeRawBufferPointer) -> Finding {
        let expected = bytes
        if file.starts(with: expected) { return .header }
        let extent = Sectors.extent(of: file)
        if extent < SegmentHeader.length, expected.starts(with: file[..<extent]) { return .torn }
        if file.count >= SegmentHeader.length, file.integer(at: 0, UInt64.self) == SegmentHeader.magic,
            file.integer(at: 8, UInt16.self) != version,
            file.integer(at: 24, UInt32.self) == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: file[..<24]))
        {
            return .otherVersion(file.integer(at: 8, UInt16.self))
        }
        return .corrupt
    }

    /// The name of the segment's file.
    var fileName: String {
        let digits = String(firstSequence, radix: 16)
        return "segment-" + String(repeating: "0", count: 16 - digits.count) + digits + ".wal"
    }

    init(firstSequence: UInt64, framing: WriteAheadLog.Framing = .checked) {
        self.firstSequence = firstSequence
        version = framing == .checked ? SegmentHeader.checkedVersion : SegmentHeader.plainVersion
    }

    /// The segment that has this name; nil for a file that is no segment.
    init?(fileName: String, framing: WriteAheadLog.Framing = .checked) {
        guard fileName.hasPrefix("segment-"), fileName.hasSuffix(".wal"),
            let sequence = UInt64(fileName.dropFirst(8).dropLast(4), radix: 16)
        else { return nil }
        self.init(firstSequence: sequence, framing: framing)
        // One name for each segment: no capitals, no missing zeros.
        guard self.fileName == fileName else { return nil }
    }
}
