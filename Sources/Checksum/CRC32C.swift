// CRC-32C, the checksum of records, frames and checkpoints.
internal import CChecksum

/// CRC-32C (Castagnoli polynomial), computed in hardware where the processor can and by table otherwise.
public enum CRC32C {
    /// The checksum of `bytes`, continued from `previous` (0 to begin).
    public static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return previous }
        return kbench_crc32c(previous, base, bytes.count)
    }

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
        // The Castagnoli polynomial, bits reversed: the difference that the very last bit makes.
        let polynomial: UInt32 = 0x82f6_3b78
        var change = polynomial
        for _ in 0..<byteCount * 8 {
            if change == difference { return true }
            change = change >> 1 ^ (change & 1 == 0 ? 0 : polynomial)
        }
        return false
    }
}
