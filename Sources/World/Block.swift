// A block: records in one contiguous buffer, the unit that is filled, logged and handed from stage to stage.

/// Records in one contiguous buffer: copied in once, logged as they are, read in place.
///
/// The bytes are a list of *runs*. A run is a stretch of consecutive offsets of one partition:
///
///     run     partition UInt32 | record count UInt32 | first offset Int64 | records      (little endian)
///     record  descriptor varint | [key length varint | key bytes] | value bytes
///
/// The descriptor is `zigzag(value length - value length of the record before it in the run) << 2`, plus 1 when the
/// record has a key and plus 2 when its value is null (a tombstone, length 0). Records of one size without keys
/// therefore cost one byte each.
///
/// A block may instead keep *batches as they came*, which nobody has opened yet: see ``Encoding/batches``.
///
/// A block belongs to one stage at a time; it is handed over whole and never shared, which is why it may cross threads.
public final class Block: @unchecked Sendable {
    private static let runHeaderLength = 16
    private static let longestDescriptor = 20

    /// What the bytes of a block are.
    public enum Encoding: Sendable {
        /// Runs of records, as above.
        case runs
        /// Batches of records as a broker keeps them, each with the offsets that are meant of it.
        case batches
    }

    /// What the bytes are.
    public let encoding: Encoding
    /// Whether a reader that comes to the limit of records within a batch adds the whole of it all the same, so that no
    /// batch is in two blocks. Of a block of batches only.
    public var takesWholeBatches = false

    // Nothing is called from within an access to these, and the check would cost more than the access: per record.
    @exclusivity(unchecked) private var storage: UnsafeMutableRawBufferPointer
    /// The bytes in use.
    @exclusivity(unchecked) public internal(set) var byteCount = 0
    /// The records in the block.
    @exclusivity(unchecked) public internal(set) var recordCount = 0
    /// The bytes of keys and values in the block, without any framing: what was ingested. Of batches, which nobody has
    /// looked into, their own bytes.
    @exclusivity(unchecked) public internal(set) var payloadByteCount = 0

    /// CRC-32C of the first ``Checked/byteCount`` bytes, where whoever fills the block knows it: it saves the log from going
    /// through them again.
    public struct Checked: Sendable {
        /// The checksum.
        public var checksum: UInt32
        /// Of how many bytes, from the first on.
        public var byteCount: Int

        /// Makes it.
        public init(checksum: UInt32 = 0, byteCount: Int = 0) {
            self.checksum = checksum
            self.byteCount = byteCount
        }
    }

    /// What is known of the bytes' checksum.
    public var checked = Checked()

    /// CRC-32C of all bytes; nil where it is not known.
    public var checksum: UInt32? { checked.byteCount == byteCount ? checked.checksum : nil }

    /// The runs before the open one; of a block of batches, all stretches.
    var closedRuns: [OffsetRange] = []
    @exclusivity(unchecked) private var openRunStart = -1
    @exclusivity(unchecked) private var openRunPartition: Partition = 0
    @exclusivity(unchecked) private var openRunFirst: Offset = 0
    @exclusivity(unchecked) private var openRunCount: UInt32 = 0
    @exclusivity(unchecked) private var nextOffset: Offset = 0
    @exclusivity(unchecked) private var previousValueLength = 0

    /// Where the bytes come from and go to; nil: the system.
    private let memory: BlockMemory?

    /// Makes an empty block with room for `capacity` bytes, from `memory` where there is one; it grows when a record does
    /// not fit.
    public init(capacity: Int = 64 * 1024, memory: BlockMemory? = nil, encoding: Encoding = .runs) {
        self.memory = memory
        self.encoding = encoding
        storage = memory?.take(capacity) ?? BlockMemory.allocate(capacity)
    }

    deinit { giveBack(storage) }

    /// Makes a block from the bytes of another, checking that they are well formed.
    ///
    /// - Throws: ``BlockFormatError`` naming the byte at which the format is broken.
    public convenience init(copying bytes: UnsafeRawBufferPointer) throws {
        let encoding = Block.encoding(of: bytes)
        self.init(capacity: bytes.count, encoding: encoding)
        storage.copyMemory(from: bytes)
        byteCount = bytes.count
        guard encoding == .runs else {
            try learnStretches(of: bytes)
            return
        }
        var records = 0
        var payload = 0
        try Block.walk(bytes) { partition, offset, key, value in
            records += 1
            payload += (key?.count ?? 0) + (value?.count ?? 0)
            note(OffsetRange(partition: partition, from: offset, until: offset + 1))
        }
        recordCount = records
        payloadByteCount = payload
    }

    /// Adds a stretch of offsets to those before it.
    func note(_ stretch: OffsetRange) {
        if let last = closedRuns.last, last.partition == stretch.partition, last.until == stretch.from {
            closedRuns[closedRuns.count - 1].until = stretch.until
        } else {
            closedRuns.append(stretch)
        }
    }

    /// The bytes in use; valid during `body`.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(rebasing: storage[..<byteCount]))
    }

    /// Empties the block and keeps its memory.
    public func removeAll() {
        byteCount = 0
        checked = Checked()
        recordCount = 0
        payloadByteCount = 0
        closedRuns.removeAll(keepingCapacity: true)
        openRunStart = -1
    }

    /// Copies one record in. Offsets of a partition are expected to rise; a gap starts a new run. A block made from
    /// bytes is complete and takes no more.
    public func append(
        partition: Partition, offset: Offset, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) {
        let keyLength = key?.count ?? 0
        let valueLength = value?.count ?? 0
        reserve(Block.runHeaderLength + Block.longestDescriptor + keyLength + valueLength)
        if openRunStart < 0 || partition != openRunPartition || offset != nextOffset {
            openRun(partition: partition, offset: offset)
        }
        let difference = Int64(valueLength - previousValueLength)
        var descriptor = UInt64(bitPattern: (difference << 1) ^ (difference >> 63)) << 2
        if key != nil { descriptor |= 1 }
        if value == nil { descriptor |= 2 }
        appendVarint(descriptor)
        if let key {
            appendVarint(UInt64(keyLength))
            appendBytes(key)
        }
        if let value { appendBytes(value) }
        previousValueLength = valueLength
        nextOffset = offset + 1
        openRunCount += 1
        storage.storeBytes(of: openRunCount.littleEndian, toByteOffset: openRunStart + 4, as: UInt32.self)
        recordCount += 1
        payloadByteCount += keyLength + valueLength
    }

    /// Calls `body` with each record in order; the pointers are valid during the call.
    @inlinable
    public func forEachRecord(
        _ body: (Partition, Offset, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) throws -> Void
    ) rethrows {
        precondition(encoding == .runs, "block: batches that nobody has opened have no records yet")
        try withBytes { bytes in
            do {
                try Block.walk(bytes, body)
            } catch let error as BlockFormatError {
                // Every block was filled here or checked by init(copying:), so this can only be our own bug.
                fatalError("block: \(error)")
            }
        }
    }

    /// The stretches of consecutive offsets in the block, in order; gaps are not part of any.
    public var offsetRanges: [OffsetRange] {
        guard openRunStart >= 0 else { return closedRuns }
        return closedRuns + [OffsetRange(partition: openRunPartition, from: openRunFirst, until: nextOffset)]
    }

    private func openRun(partition: Partition, offset: Offset) {
        precondition(encoding == .runs, "block: a record for a block of batches")
        if openRunStart >= 0 {
            closedRuns.append(OffsetRange(partition: openRunPartition, from: openRunFirst, until: nextOffset))
        }
        openRunFirst = offset
        openRunStart = byteCount
        openRunPartition = partition
        openRunCount = 0
        previousValueLength = 0
        storage.storeBytes(of: UInt32(bitPattern: partition).littleEndian, toByteOffset: byteCount, as: UInt32.self)
        storage.storeBytes(of: 0, toByteOffset: byteCount + 4, as: UInt32.self)
        storage.storeBytes(of: offset.littleEndian, toByteOffset: byteCount + 8, as: Int64.self)
        byteCount += Block.runHeaderLength
    }

    func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            storage[byteCount] = UInt8(truncatingIfNeeded: rest) | 0x80
            byteCount += 1
            rest >>= 7
        }
        storage[byteCount] = UInt8(rest)
        byteCount += 1
    }

    func appendBytes(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: storage[byteCount...]).copyMemory(from: bytes)
        byteCount += bytes.count
    }

    func reserve(_ more: Int) {
        guard byteCount + more > storage.count else { return }
        let wanted = max(storage.count * 2, byteCount + more)
        let larger = memory?.take(wanted) ?? BlockMemory.allocate(wanted)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<byteCount]))
        giveBack(storage)
        storage = larger
    }

    private func giveBack(_ bytes: UnsafeMutableRawBufferPointer) {
        if let memory { memory.giveBack(bytes) } else { bytes.deallocate() }
    }
}

/// Bytes that are not a block: the rule that is broken and where.
public struct BlockFormatError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in words.
    public let message: String
    /// The byte, counted from the block's first, at which it shows.
    public let byteOffset: Int

    /// Makes an error.
    public init(_ message: String, at byteOffset: Int) {
        self.message = message
        self.byteOffset = byteOffset
    }

    /// The message with its place.
    public var description: String { "\(message) at byte \(byteOffset)" }
}

extension Block {
    /// Walks the records in `bytes`, which may come from anywhere.
    ///
    /// - Throws: ``BlockFormatError``, or what `body` throws.
    @inlinable
    public static func walk(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (Partition, Offset, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        var at = 0
        while at < bytes.count {
            guard bytes.count - at >= 16 else { throw BlockFormatError("run header cut short", at: at) }
            let partition = Partition(
                littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Partition.self))
            let count = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
            let first = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: Int64.self))
            guard partition >= 0 else { throw BlockFormatError("impossible partition \(partition)", at: at) }
            guard first >= 0, first <= Int64.max - Int64(count) else {
                throw BlockFormatError("impossible first offset \(first)", at: at + 8)
            }
            at += 16
            var valueLength = 0
            for index in 0..<Int64(count) {
                let descriptor = try varint(bytes, &at)
                let zigzag = descriptor >> 2
                let (length, overflow) = valueLength.addingReportingOverflow(
                    Int(Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)))
                guard !overflow, length >= 0, length <= bytes.count - at else {
                    throw BlockFormatError("impossible value length", at: at)
                }
                valueLength = length
                var key: UnsafeRawBufferPointer?
                if descriptor & 1 != 0 {
                    let keyLength = try varint(bytes, &at)
                    guard keyLength <= UInt64(bytes.count - at) else {
                        throw BlockFormatError("impossible key length", at: at)
                    }
                    key = UnsafeRawBufferPointer(rebasing: bytes[at..<at + Int(keyLength)])
                    at += Int(keyLength)
                }
                guard length <= bytes.count - at else { throw BlockFormatError("value cut short", at: at) }
                let isNull = descriptor & 2 != 0
                let value = isNull ? nil : UnsafeRawBufferPointer(rebasing: bytes[at..<at + length])
                at += length
                try body(partition, first + index, key, value)
            }
        }
    }

    @inlinable
    static func varint(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard at < bytes.count, shift < 64 else { throw BlockFormatError("varint cut short", at: at) }
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }
}
