// Makes checksums right again after a change, so that what lies behind them is reached.
internal import Checksum

/// Checksums that are worked out anew.
enum Repair {
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        Array(bytes).withUnsafeBytes { CRC32C.checksum($0) }
    }

    private static func put(_ value: UInt32, at place: Int, in bytes: inout [UInt8]) {
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }

    private static func integer(at place: Int, in bytes: [UInt8]) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    /// A text file whose last line is the checksum of those before.
    static func lines(_ bytes: [UInt8]) -> [UInt8] {
        let newline = UInt8(ascii: "\n")
        var body = bytes
        if body.last == newline { body.removeLast() }
        let end = body.lastIndex(of: newline).map { $0 + 1 } ?? 0
        body.removeSubrange(end...)
        let digits = String(checksum(body[...]), radix: 16)
        return body + Array("crc32c \(String(repeating: "0", count: 8 - digits.count))\(digits)\n".utf8)
    }

    /// A segment of a log whose frames are checked: headers, payloads and end markers, as far as lengths lead.
    static func segment(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var at = 32
        while at + 44 <= bytes.count {
            let stored = integer(at: at + 4, in: bytes)
            let end = at + 40 + stored
            guard stored <= bytes.count, end + 4 <= bytes.count else { break }
            bytes[at] = 0xb7
            put(checksum(bytes[at + 40..<end]), at: at + 28, in: &bytes)
            put(checksum(bytes[at..<at + 32]), at: at + 32, in: &bytes)
            put(0x5244_4857, at: at + 36, in: &bytes)
            put(0x444e_4557, at: end, in: &bytes)
            at = end + 4
        }
        return bytes
    }

    /// Batches of records: their checksums, as far as lengths lead.
    static func batches(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var at = 0
        while at + 61 <= bytes.count {
            let end = at + 12 + (8..<12).reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
            guard end >= at + 61, end <= bytes.count else { break }
            put(checksum(bytes[at + 21..<end]).byteSwapped, at: at + 17, in: &bytes)
            at = end
        }
        return bytes
    }
}
