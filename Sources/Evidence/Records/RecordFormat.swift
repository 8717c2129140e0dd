// The record that kbench produces: who made it, which one it is, and a checksum over all of it.
internal import Checksum

/// A record's value as kbench produces it.
///
///     magic "kbr1" | producer UInt32 | sequence UInt64 | CRC-32C UInt32 | filler     (little endian)
///
/// The checksum covers everything but itself. The filler is made of the letters a to p, drawn from the seed and the
/// sequence number: it compresses about two to one, as text does.
public enum RecordFormat {
    /// The bytes before the filler: the smallest record there can be.
    public static let minimumLength = 20

    private static let magic: UInt32 = 0x3172_626b

    /// What a record says of itself.
    public struct Identity: Equatable, Sendable {
        /// Who produced it.
        public var producer: UInt32
        /// Its number among that producer's records, from 0.
        public var sequence: UInt64

        /// Makes an identity.
        public init(producer: UInt32, sequence: UInt64) {
            self.producer = producer
            self.sequence = sequence
        }
    }

    /// Fills `buffer`, at least ``minimumLength`` bytes, with one record.
    public static func write(_ identity: Identity, seed: UInt64, into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= minimumLength, "a record has at least \(minimumLength) bytes")
        buffer.storeBytes(of: magic.littleEndian, as: UInt32.self)
        buffer.storeBytes(of: identity.producer.littleEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: identity.sequence.littleEndian, toByteOffset: 8, as: UInt64.self)
        var state = seed &+ identity.sequence &* 0x9e37_79b9_7f4a_7c15
        var at = minimumLength
        while at < buffer.count {
            state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9 &+ 0x94d0_49bb_1331_11eb
            var letters = ((state >> 4) & 0x0f0f_0f0f_0f0f_0f0f) &+ 0x6161_6161_6161_6161
            if buffer.count - at >= 8 {
                buffer.storeBytes(of: letters.littleEndian, toByteOffset: at, as: UInt64.self)
                at += 8
            } else {
                while at < buffer.count {
                    buffer[at] = UInt8(truncatingIfNeeded: letters)
                    letters >>= 8
                    at += 1
                }
            }
        }
        buffer.storeBytes(of: checksum(UnsafeRawBufferPointer(buffer)).littleEndian, toByteOffset: 16, as: UInt32.self)
    }

    /// Reads and checks a record; nil when it is not one of ours or its checksum does not match.
    @inline(__always)
    public static func read(_ value: UnsafeRawBufferPointer) -> Identity? {
        guard value.count >= minimumLength,
            UInt32(littleEndian: value.loadUnaligned(as: UInt32.self)) == magic,
            UInt32(littleEndian: value.loadUnaligned(fromByteOffset: 16, as: UInt32.self)) == checksum(value)
        else { return nil }
        return Identity(
            producer: UInt32(littleEndian: value.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
            sequence: UInt64(littleEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    private static func checksum(_ record: UnsafeRawBufferPointer) -> UInt32 {
        let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: record[..<16]))
        return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: record[minimumLength...]), continuing: head)
    }
}
