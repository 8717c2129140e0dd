// Frames with some bytes exchanged: what is not understood stays as it is.
internal import KafkaWire

/// Bytes in place of others.
struct Edit: Equatable {
    var range: Range<Int>
    var bytes: [UInt8]
}

/// Makes frames out of frames.
enum Splice {
    /// The frame with its edits, in the order of their places, and with its length in front.
    static func framed(_ frame: UnsafeRawBufferPointer, _ edits: [Edit]) throws(WireError) -> [UInt8] {
        let count = edits.reduce(frame.count) { $0 + $1.bytes.count - $1.range.count }
        guard let length = Int32(exactly: count) else { throw WireError(.frameTooLarge, "frame", at: 0) }
        var result: [UInt8] = []
        result.reserveCapacity(Frame.prefixLength + count)
        withUnsafeBytes(of: length.bigEndian) { result.append(contentsOf: $0) }
        var from = 0
        for edit in edits {
            result.append(contentsOf: frame[from..<edit.range.lowerBound])
            result += edit.bytes
            from = edit.range.upperBound
        }
        result.append(contentsOf: frame[from...])
        return result
    }

    /// A number of at most 32 bits, seven to a byte, the lowest first.
    static func varint(_ value: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func integer(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// Text behind its length.
    static func text(_ text: String, isFlexible: Bool) throws(WireError) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard let count = Int16(exactly: bytes.count) else { throw WireError(.tooLong, "Host", at: 0) }
        return (isFlexible ? varint(UInt32(count) + 1) : integer(count)) + bytes
    }
}
