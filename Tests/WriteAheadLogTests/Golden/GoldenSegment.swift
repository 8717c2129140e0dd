// A segment byte by byte: the format must not change unnoticed.

/// Frames of kinds 1 and 2 with the payloads "hello" and "", then one of kind 3 with 300 times "a", stored as zstd.
let goldenSegment = """
    4b 42 45 4e 43 48 57 4c  # segment: magic
    01 00 00 00 00 00 00 00  # version, flags, reserved
    00 00 00 00 00 00 00 00  # first sequence
    b9 e1 b4 6c  # checksum
    53 45 47 48  # end of the segment header
    b7 01 00 00  # frame 0: marker, kind, flags
    05 00 00 00 05 00 00 00 00 00 00 00  # stored length, payload length, blank sectors
    00 00 00 00 00 00 00 00  # sequence
    00 00 00 00  # unsynced frames
    4c bb 71 9a  # checksum of the stored payload
    68 d4 19 47  # checksum of the header
    57 48 44 52  # end of the header
    68 65 6c 6c 6f  # payload
    57 45 4e 44  # end of the frame
    b7 02 00 00  # frame 1: marker, kind, flags
    00 00 00 00 00 00 00 00 00 00 00 00  # stored length, payload length, blank sectors
    01 00 00 00 00 00 00 00  # sequence
    01 00 00 00  # unsynced frames
    00 00 00 00  # checksum of the stored payload
    32 f0 3c b7  # checksum of the header
    57 48 44 52  # end of the header
    57 45 4e 44  # end of the frame
    b7 03 01 00  # frame 2: marker, kind, flags
    13 00 00 00 2c 01 00 00 00 00 00 00  # stored length, payload length, blank sectors
    02 00 00 00 00 00 00 00  # sequence
    02 00 00 00  # unsynced frames
    b7 f0 77 1e  # checksum of the stored payload
    c6 24 57 7c  # checksum of the header
    57 48 44 52  # end of the header
    28 b5 2f fd 60 2c 00 4d 00 00 10 61 61 01 00 27 2a c0 02  # payload
    57 45 4e 44  # end of the frame
    """

/// The bytes of hexadecimal text; everything after a `#` is a remark.
func bytes(ofHex text: String) -> [UInt8] {
    let digits = text.split(separator: "\n").map { $0.prefix { $0 != "#" } }.joined().filter(\.isHexDigit)
    return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
    }
}
