// CRC-32C, the checksum of records, frames and checkpoints.
internal import CChecksum

/// CRC-32C (Castagnoli polynomial), computed in hardware where the processor can and by table otherwise.
public enum CRC32C {
    /// The checksum of `bytes`, continued from `previous` (0 to begin).
    public static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return previous }
        return kbench_crc32c(previous, base, bytes.count)
    }

    /// The checksum of bytes of which the first ones have `first` and the last `count` ones have `second`: without looking at
    /// them again, in some fifty steps for each bit of `count`.
    public static func joined(_ first: UInt32, _ second: UInt32, count: Int) -> UInt32 {
        precondition(count >= 0, "a checksum of \(count) bytes")
        // The state is a polynomial of which the highest bit is the coefficient of 1; a byte of zeros multiplies by x^8.
        var power: UInt32 = 1 << 23
        var shift: UInt32 = 1 << 31
        var left = count
        while left > 0 {
            if left & 1 == 1 { shift = product(power, shift) }
            power = product(power, power)
            left >>= 1
        }
        return product(shift, first) ^ second
    }

    /// The product of two polynomials, modulo the Castagnoli polynomial.
    private static func product(_ one: UInt32, _ other: UInt32) -> UInt32 {
        var result: UInt32 = 0
        var other = other
        for bit in (0..<32).reversed() {
            if one >> UInt32(bit) & 1 == 1 { result ^= other }
            other = other >> 1 ^ (other & 1 == 0 ? 0 : polynomial)
        }
        return result
    }

    /// The Castagnoli polynomial, bits reversed.
    private static let polynomial: UInt32 = 0x82f6_3b78

    /// The same as ``checksum(_:continuing:)``, by table on every processor; exists to test the hardware form.
    public static func portableChecksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return previous }
        return kbench_crc32c_portable(previous, base, bytes.count)
    }

    /// Whether ``checksum(_:continuing:)`` uses the processor's own instruction here.
    public static var isInHardware: Bool { kbench_crc32c_in_hardware() == 1 }

    /// Whether some `byteCount` bytes with the one checksum differ in exactly one bit from bytes with the other.
    ///
    /// The checksum is linear: a flipped bit changes it by what depends on nothing but the number of bits behind it. Takes
    /// time in proportion to the bytes, eight steps for each.
    public static func isOneBitApart(_ checksum: UInt32, _ other: UInt32, byteCount: Int) -> Bool {
        let difference = checksum ^ other
        // The difference that the very last bit makes.
        var change = polynomial
        for _ in 0..<byteCount * 8 {
            if change == difference { return true }
            change = change >> 1 ^ (change & 1 == 0 ? 0 : polynomial)
        }
        return false
    }
}
