// What a sink stores of each record: its identity, where it came from, and which work put it there.
internal import Checksum
public import World

/// One row of a sink.
///
///     sequence UInt64 | producer UInt32 | flags UInt32 | offset UInt64 | partition UInt32 | CRC-32C UInt32 |
///     batch UInt64 | ingest UInt64                                                        (48 bytes, little endian)
///
/// The identity job stores no payload: the row says which record it was and whether its checksum matched.
public struct SinkEntry: Equatable, Sendable {
    /// The bytes of a row.
    public static let byteCount = 48

    /// What the record's value said of itself; meaningless when ``isCorrupted``.
    public var identity: RecordFormat.Identity
    /// Whether the record's checksum did not match.
    public var isCorrupted: Bool
    /// The partition it was read from.
    public var partition: Partition
    /// Its offset there.
    public var offset: Offset
    /// The batch that wrote it.
    public var batch: Int64
    /// What brought it into the engine: a receiver's block, or a batch of direct ranges. Two rows of one record with
    /// different ingests mean that its offset reached the engine twice.
    public var ingest: Int64

    private static let present: UInt32 = 1
    private static let corrupted: UInt32 = 2

    /// Makes a row.
    public init(
        identity: RecordFormat.Identity, isCorrupted: Bool, partition: Partition, offset: Offset, batch: Int64,
        ingest: Int64
    ) {
        self.identity = identity
        self.isCorrupted = isCorrupted
        self.partition = partition
        self.offset = offset
        self.batch = batch
        self.ingest = ingest
    }

    /// Writes the row at the start of `row`, which has at least ``byteCount`` bytes.
    @inline(__always)
    package func write(to row: UnsafeMutableRawPointer) {
        row.storeBytes(of: identity.sequence.littleEndian, as: UInt64.self)
        row.storeBytes(of: identity.producer.littleEndian, toByteOffset: 8, as: UInt32.self)
        let flags = isCorrupted ? SinkEntry.present | SinkEntry.corrupted : SinkEntry.present
        row.storeBytes(of: flags.littleEndian, toByteOffset: 12, as: UInt32.self)
        row.storeBytes(of: offset.littleEndian, toByteOffset: 16, as: Int64.self)
        row.storeBytes(of: partition.littleEndian, toByteOffset: 24, as: Int32.self)
        row.storeBytes(of: 0, toByteOffset: 28, as: UInt32.self)
        row.storeBytes(of: batch.littleEndian, toByteOffset: 32, as: Int64.self)
        row.storeBytes(of: ingest.littleEndian, toByteOffset: 40, as: Int64.self)
        let checksum = CRC32C.checksum(UnsafeRawBufferPointer(start: row, count: SinkEntry.byteCount))
        row.storeBytes(of: checksum.littleEndian, toByteOffset: 28, as: UInt32.self)
    }

    /// Reads the row at the start of `row`; nil when there is none (an empty slot) or it is damaged.
    package static func read(_ row: UnsafeRawBufferPointer) -> SinkEntry? {
        let flags = UInt32(littleEndian: row.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        guard flags & present != 0 else { return nil }
        var checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: row[..<28]))
        withUnsafeBytes(of: UInt32(0)) { checksum = CRC32C.checksum($0, continuing: checksum) }
        checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: row[32..<byteCount]), continuing: checksum)
        guard UInt32(littleEndian: row.loadUnaligned(fromByteOffset: 28, as: UInt32.self)) == checksum else {
            return nil
        }
        return SinkEntry(
            identity: RecordFormat.Identity(
                producer: UInt32(littleEndian: row.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
                sequence: UInt64(littleEndian: row.loadUnaligned(as: UInt64.self))),
            isCorrupted: flags & corrupted != 0,
            partition: Int32(littleEndian: row.loadUnaligned(fromByteOffset: 24, as: Int32.self)),
            offset: Int64(littleEndian: row.loadUnaligned(fromByteOffset: 16, as: Int64.self)),
            batch: Int64(littleEndian: row.loadUnaligned(fromByteOffset: 32, as: Int64.self)),
            ingest: Int64(littleEndian: row.loadUnaligned(fromByteOffset: 40, as: Int64.self)))
    }
}
