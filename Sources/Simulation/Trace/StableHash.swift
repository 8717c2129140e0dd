// A hash that is the same on every machine, in every process and in every build.

/// A running 64-bit hash; not for secrets.
public struct StableHash: Hashable, Sendable {
    /// The hash of what was added so far.
    public private(set) var value: UInt64

    /// A hash of nothing.
    public init() { value = 0x6b62_656e_6368_2031 }

    /// Adds a number.
    @inline(__always)
    public mutating func add(_ number: UInt64) {
        var mixed = (value ^ number) &* 0x9e37_79b9_7f4a_7c15
        mixed ^= mixed >> 32
        value = mixed &* 0xd6e8_feb8_6659_fd93 ^ (mixed >> 29)
    }

    /// Adds a number.
    public mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

    /// Adds bytes and how many they are.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        var at = 0
        while at + 8 <= bytes.count {
            add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at += 8
        }
        var rest: UInt64 = 0
        while at < bytes.count {
            rest = rest << 8 | UInt64(bytes[at])
            at += 1
        }
        add(rest)
    }

    /// Adds a text.
    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// 16 hexadecimal digits.
    public var text: String { StableHash.text(of: value) }

    /// A hash's 16 hexadecimal digits.
    public static func text(of value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
