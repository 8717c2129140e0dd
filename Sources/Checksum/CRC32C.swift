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
}
