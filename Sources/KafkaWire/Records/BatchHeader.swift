// What a batch of records says of itself, in its first 61 bytes; the records are not looked at.
package import Compression
internal import Checksum

/// A batch's header, format 2.
package struct BatchHeader: Equatable, Sendable {
    /// The header's bytes.
    package static let length = 61
    /// Offset and length, which the length does not count.
    static let prefixLength = 12
    /// Where the bytes begin that the checksum covers.
    static let checkedFrom = 21

    /// The offset of the first record, also when compaction has taken it away.
    package var baseOffset: Int64 = 0
    /// The bytes of the whole batch.
    package var byteCount = BatchHeader.length
    package var leaderEpoch: Int32 = -1
    package var checksum: UInt32 = 0
    package var attributes = Attributes()
    /// The last offset less the first.
    package var lastOffsetDelta: Int32 = 0
    package var baseTimestamp: Int64 = -1
    package var maxTimestamp: Int64 = -1
    /// -1 without idempotence.
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = -1
    package var baseSequence: Int32 = -1
    package var recordCount: Int32 = 0

    package init() {}

    /// Flags, and the codec in the lowest three bits.
    package struct Attributes: OptionSet, Sendable {
        package var rawValue: Int16
        package init(rawValue: Int16) { self.rawValue = rawValue }
        package init(_ codec: Codec) { rawValue = Int16(codec.rawValue) }

        /// Times are the broker's, and the batch has one: its largest timestamp.
        package static let logAppendTime = Attributes(rawValue: 1 << 3)
        package static let transactional = Attributes(rawValue: 1 << 4)
        /// The one record says that a transaction ends.
        package static let control = Attributes(rawValue: 1 << 5)

        /// nil for a number that no codec has.
        package var codec: Codec? { Codec(rawValue: UInt8(rawValue & 7)) }
    }

    /// The offset of the last record.
    package var lastOffset: Int64 { baseOffset + Int64(lastOffsetDelta) }
    package var isControl: Bool { attributes.contains(.control) }
    package var isTransactional: Bool { attributes.contains(.transactional) }

    /// The bytes of the batch that begins at `start`; nil when not all of them are there.
    package static func byteCount(
        _ bytes: UnsafeRawBufferPointer, at start: Int = 0
    ) throws(WireError) -> Int? {
        try byteCount(bytes, at: start, left: bytes.count - start)
    }

    private static func byteCount(
        _ bytes: UnsafeRawBufferPointer, at start: Int, left: Int
    ) throws(WireError) -> Int? {
        guard left >= prefixLength else { return nil }
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: Int32.self)))
        // The format's number is in the same place in all formats.
        if left > 16, bytes[start + 16] != 2 { throw WireError(.format, "Magic", at: start + 16) }
        guard length >= BatchHeader.length - prefixLength else {
            throw WireError(.length, "BatchLength", at: start + 8)
        }
        return length <= left - prefixLength ? length + prefixLength : nil
    }

    /// Reads the header of the batch that begins at `start` and is there as a whole.
    package init(_ bytes: UnsafeRawBufferPointer, at start: Int = 0) throws(WireError) {
        try self.init(bytes, at: start, left: bytes.count - start)
    }

    /// Reads the header of the batch that begins at `start`, in bytes that need not go on behind it; `left` are there.
    package init(_ bytes: UnsafeRawBufferPointer, at start: Int, left: Int) throws(WireError) {
        guard bytes.count - start >= Self.length, let byteCount = try Self.byteCount(bytes, at: start, left: left)
        else {
            throw WireError(.truncated, "BatchLength", at: start + 8)
        }
        func load<I: FixedWidthInteger>(_ place: Int) -> I {
            I(bigEndian: bytes.loadUnaligned(fromByteOffset: start + place, as: I.self))
        }
        self.byteCount = byteCount
        baseOffset = load(0)
        leaderEpoch = load(12)
        checksum = load(17)
        attributes = Attributes(rawValue: load(21))
        lastOffsetDelta = load(23)
        baseTimestamp = load(27)
        maxTimestamp = load(35)
        producerId = load(43)
        producerEpoch = load(51)
        baseSequence = load(53)
        recordCount = load(57)
        // Readers go on behind it, so that offset has to be a number too.
        guard baseOffset >= 0, lastOffsetDelta >= 0, baseOffset < .max - Int64(lastOffsetDelta) else {
            throw WireError(.number, "LastOffsetDelta", at: start + 23)
        }
        guard recordCount >= 0, Int64(recordCount) <= Int64(lastOffsetDelta) + 1 else {
            throw WireError(.number, "RecordsCount", at: start + 57)
        }
    }

    /// Refuses a batch whose bytes are not those of its checksum.
    package func verify(_ batch: UnsafeRawBufferPointer) throws(WireError) {
        guard Self.checksum(batch) == checksum else { throw WireError(.checksum, "CRC", at: 17) }
    }

    /// The bytes that the checksum is of: the last ones of the batch.
    package var checkedByteCount: Int { byteCount - Self.checkedFrom }

    static func checksum(_ batch: UnsafeRawBufferPointer) -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: batch[checkedFrom...]))
    }

    // MARK: Writing

    /// Writes the header over the first bytes of `batch`, with the checksum of those behind it.
    package func write(to batch: UnsafeMutableRawBufferPointer) {
        func store(_ value: some FixedWidthInteger, _ place: Int) {
            withUnsafeBytes(of: value.bigEndian) {
                UnsafeMutableRawBufferPointer(rebasing: batch[place..<place + $0.count]).copyMemory(from: $0)
            }
        }
        store(Int32(truncatingIfNeeded: batch.count - Self.prefixLength), 8)
        store(2 as Int8, 16)
        store(attributes.rawValue, 21)
        store(lastOffsetDelta, 23)
        store(baseTimestamp, 27)
        store(maxTimestamp, 35)
        store(producerId, 43)
        store(producerEpoch, 51)
        store(baseSequence, 53)
        store(recordCount, 57)
        store(Self.checksum(UnsafeRawBufferPointer(batch)), 17)
        Self.place(batch, baseOffset: baseOffset, leaderEpoch: leaderEpoch)
    }

    /// Gives a batch its place in a log: the only fields that its checksum leaves out.
    package static func place(_ batch: UnsafeMutableRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32) {
        withUnsafeBytes(of: baseOffset.bigEndian) { batch.copyMemory(from: $0) }
        withUnsafeBytes(of: leaderEpoch.bigEndian) {
            UnsafeMutableRawBufferPointer(rebasing: batch[12..<16]).copyMemory(from: $0)
        }
    }
}

/// Goes through batches that follow each other.
package struct BatchCursor {
    private let bytes: UnsafeRawBufferPointer
    private let mayBeCutShort: Bool
    /// Where the next batch begins.
    package private(set) var position = 0

    /// The last batch of an answer to Fetch may be cut short; it is left out then.
    package init(_ bytes: UnsafeRawBufferPointer, mayBeCutShort: Bool) {
        self.bytes = bytes
        self.mayBeCutShort = mayBeCutShort
    }

    /// The next batch, whole; nil behind the last one.
    package mutating func next() throws(WireError) -> (header: BatchHeader, bytes: UnsafeRawBufferPointer)? {
        guard position < bytes.count else { return nil }
        if mayBeCutShort, try BatchHeader.byteCount(bytes, at: position) == nil { return nil }
        let header = try BatchHeader(bytes, at: position)
        let start = position
        position += header.byteCount
        return (header, UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    }
}
