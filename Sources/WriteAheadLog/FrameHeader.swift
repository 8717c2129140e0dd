// The fixed bytes around a payload. The format's prose is ByteFormat.md.
internal import Checksum
internal import Compression

/// A frame's header, decoded.
struct FrameHeader: Equatable {
    static let length = 40
    static let endMarkerLength = 4
    static let overhead = length + endMarkerLength
    /// The largest payload; below the fields' range, so that sums of lengths never overflow.
    static let largestPayload = 1 << 30

    static let marker: UInt8 = 0xb7
    static let compressedFlag: UInt16 = 1
    /// `WHDR` and `WEND`; every byte of them has two bits set or more.
    static let guardWord: UInt32 = 0x5244_4857
    static let endMarker: UInt32 = 0x444e_4557

    var kind: UInt8
    var flags: UInt16
    var storedLength: UInt32
    var payloadLength: UInt32
    var blankSectors: UInt32
    var sequence: UInt64
    var unsyncedFrames: UInt32
    var payloadChecksum: UInt32

    var isCompressed: Bool { flags & FrameHeader.compressedFlag != 0 }
    var frameLength: Int { FrameHeader.overhead + Int(storedLength) }

    /// Every frame with a lower sequence was durable when this one was written.
    var durableSequence: UInt64 {
        guard unsyncedFrames != .max, UInt64(unsyncedFrames) <= sequence else { return 0 }
        return sequence - UInt64(unsyncedFrames)
    }

    /// What cannot be, although the checksum holds.
    var fault: String? {
        if flags & ~FrameHeader.compressedFlag != 0 { return "unknown flags \(flags)" }
        if storedLength > FrameHeader.largestPayload || payloadLength > FrameHeader.largestPayload {
            return "impossible length \(storedLength) of \(payloadLength)"
        }
        if !isCompressed, storedLength != payloadLength { return "two lengths without compression" }
        return nil
    }

    func encode(into bytes: UnsafeMutableRawBufferPointer) {
        bytes.storeBytes(of: FrameHeader.marker, toByteOffset: 0, as: UInt8.self)
        bytes.storeBytes(of: kind, toByteOffset: 1, as: UInt8.self)
        bytes.storeBytes(of: flags.littleEndian, toByteOffset: 2, as: UInt16.self)
        bytes.storeBytes(of: storedLength.littleEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: payloadLength.littleEndian, toByteOffset: 8, as: UInt32.self)
        bytes.storeBytes(of: blankSectors.littleEndian, toByteOffset: 12, as: UInt32.self)
        bytes.storeBytes(of: sequence.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: unsyncedFrames.littleEndian, toByteOffset: 24, as: UInt32.self)
        bytes.storeBytes(of: payloadChecksum.littleEndian, toByteOffset: 28, as: UInt32.self)
        let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<32]))
        bytes.storeBytes(of: checksum.littleEndian, toByteOffset: 32, as: UInt32.self)
        bytes.storeBytes(of: FrameHeader.guardWord.littleEndian, toByteOffset: 36, as: UInt32.self)
    }

    /// Decodes a header that is complete and whose checksum holds; nil otherwise.
    init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= FrameHeader.length, bytes[0] == FrameHeader.marker,
            bytes.integer(at: 36, UInt32.self) == FrameHeader.guardWord,
            bytes.integer(at: 32, UInt32.self) == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<32]))
        else { return nil }
        kind = bytes[1]
        flags = bytes.integer(at: 2, UInt16.self)
        storedLength = bytes.integer(at: 4, UInt32.self)
        payloadLength = bytes.integer(at: 8, UInt32.self)
        blankSectors = bytes.integer(at: 12, UInt32.self)
        sequence = bytes.integer(at: 16, UInt64.self)
        unsyncedFrames = bytes.integer(at: 24, UInt32.self)
        payloadChecksum = bytes.integer(at: 28, UInt32.self)
    }

    init(
        kind: UInt8, flags: UInt16, storedLength: UInt32, payloadLength: UInt32, blankSectors: UInt32,
        sequence: UInt64, unsyncedFrames: UInt32, payloadChecksum: UInt32
    ) {
        self.kind = kind
        self.flags = flags
        self.storedLength = storedLength
        self.payloadLength = payloadLength
        self.blankSectors = blankSectors
        self.sequence = sequence
        self.unsyncedFrames = unsyncedFrames
        self.payloadChecksum = payloadChecksum
    }
}

extension UnsafeRawBufferPointer {
    /// The little-endian integer at a byte that need not be aligned.
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, _ type: Integer.Type) -> Integer {
        Integer(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension Decompressor {
    /// The payload of a complete frame; nil when it does not decompress to what the header says.
    func payload(of frame: UnsafeRawBufferPointer, _ header: FrameHeader) -> UnsafeRawBufferPointer? {
        let end = FrameHeader.length + Int(header.storedLength)
        let stored = UnsafeRawBufferPointer(rebasing: frame[FrameHeader.length..<end])
        return header.isCompressed ? decompress(stored, to: Int(header.payloadLength)) : stored
    }
}
