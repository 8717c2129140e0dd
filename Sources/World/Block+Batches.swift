// Batches of records as a broker keeps them, in a block that nobody has opened yet.

/// One batch of a block, and which of its records are meant.
///
/// A broker hands out whole batches around the offset that was asked for, and a block may end within one. So a block of
/// batches says of each which offsets count:
///
///     block    marker Int32 -1 | entries                                (a partition is never negative)
///     entry    partition varint | byte count varint | first offset varint | stretches varint
///              | length varint | (gap varint | length varint) for each further stretch | the batch's bytes
///
/// A stretch is as many consecutive offsets as its length says, each with a record; a gap lies between two of them.
public struct BatchEntry {
    /// The partition.
    public var partition: Partition
    /// The first stretch.
    public var first: Range<Offset>
    /// Further ones; nearly always none, as only compaction leaves gaps within a batch.
    public var others: [Range<Offset>]
    /// The batch, as it came.
    public var bytes: UnsafeRawBufferPointer

    /// Makes an entry; no stretch is empty, and they rise.
    public init(
        partition: Partition, first: Range<Offset>, others: [Range<Offset>] = [], bytes: UnsafeRawBufferPointer
    ) {
        self.partition = partition
        self.first = first
        self.others = others
        self.bytes = bytes
    }

    /// The records that are meant.
    public var recordCount: Int { others.reduce(first.count) { $0 + $1.count } }
    /// The offset behind the last of them.
    public var until: Offset { others.last?.upperBound ?? first.upperBound }
}

/// Opens batches that blocks keep as they came. One thread uses it at a time.
public protocol BatchOpener: AnyObject {
    /// Calls `body` with the records that are meant, at most ``RecordBatch/capacity`` at a time, where they lie.
    ///
    /// - Throws: ``BlockFormatError`` for bytes that are no batch, or not one with records at those offsets, or what `body`
    ///   throws.
    func lend(_ entry: BatchEntry, into batch: RecordBatch, _ body: () throws -> Void) throws

    /// Appends the records that are meant to a block of runs.
    ///
    /// - Throws: ``BlockFormatError``.
    func open(_ entry: BatchEntry, into block: Block) throws
}

extension Block {
    private static let batchMarker: Int32 = -1
    private static let longestVarint = 10

    /// What bytes are that may be a block's.
    static func encoding(of bytes: UnsafeRawBufferPointer) -> Encoding {
        guard bytes.count >= 4 else { return .runs }
        return Int32(littleEndian: bytes.loadUnaligned(as: Int32.self)) == batchMarker ? .batches : .runs
    }

    /// Copies a batch in, as it came; `ingested` is the part of its bytes that counts as ingested.
    ///
    /// - Precondition: The block is one of batches, and no stretch is empty.
    public func append(
        batch: UnsafeRawBufferPointer, of partition: Partition, _ stretches: some Collection<Range<Offset>>,
        ingested: Int
    ) {
        precondition(encoding == .batches, "block: a batch for a block of runs")
        guard let first = stretches.first else { return }
        reserve(4 + Block.longestVarint * (4 + 2 * stretches.count) + batch.count)
        if byteCount == 0 {
            withUnsafeBytes(of: Block.batchMarker.littleEndian) { appendBytes($0) }
        }
        appendVarint(UInt64(partition))
        appendVarint(UInt64(batch.count))
        appendVarint(UInt64(first.lowerBound))
        appendVarint(UInt64(stretches.count))
        var end = first.lowerBound
        for stretch in stretches {
            if stretch.lowerBound > end { appendVarint(UInt64(stretch.lowerBound - end)) }
            appendVarint(UInt64(stretch.count))
            end = stretch.upperBound
            recordCount += stretch.count
            note(OffsetRange(partition: partition, from: stretch.lowerBound, until: stretch.upperBound))
        }
        appendBytes(batch)
        payloadByteCount += ingested
    }

    /// Calls `body` with each batch in order; its bytes are valid during the call.
    public func forEachBatch(_ body: (BatchEntry) throws -> Void) throws {
        try withBytes { if !$0.isEmpty { try Block.walkBatches($0, body) } }
    }

    /// Takes over what entries say, in the block's own bytes.
    ///
    /// - Throws: ``BlockFormatError``.
    func learnStretches(of bytes: UnsafeRawBufferPointer) throws {
        try Block.walkBatches(bytes) { entry in
            recordCount += entry.recordCount
            payloadByteCount += entry.bytes.count
            note(OffsetRange(partition: entry.partition, from: entry.first.lowerBound, until: entry.first.upperBound))
            for other in entry.others {
                note(OffsetRange(partition: entry.partition, from: other.lowerBound, until: other.upperBound))
            }
        }
    }

    /// Walks the batches in `bytes`, which may come from anywhere; the batches themselves are not looked into.
    ///
    /// - Throws: ``BlockFormatError``, or what `body` throws.
    public static func walkBatches(_ bytes: UnsafeRawBufferPointer, _ body: (BatchEntry) throws -> Void) throws {
        guard encoding(of: bytes) == .batches else { throw BlockFormatError("no block of batches", at: 0) }
        var at = 4
        while at < bytes.count {
            let start = at
            let partition = try varint(bytes, &at)
            let count = try varint(bytes, &at)
            let from = try varint(bytes, &at)
            let stretches = try varint(bytes, &at)
            guard partition <= UInt64(Partition.max) else { throw BlockFormatError("impossible partition", at: start) }
            guard let first = Offset(exactly: from) else { throw BlockFormatError("impossible offset", at: start) }
            // Each has a byte at least.
            guard stretches >= 1, stretches <= UInt64(bytes.count - at) else {
                throw BlockFormatError("impossible number of stretches", at: start)
            }
            var entry = BatchEntry(
                partition: Partition(partition), first: first..<first, others: [],
                bytes: UnsafeRawBufferPointer(start: nil, count: 0))
            entry.first = try stretch(bytes, &at, behind: first)
            for _ in 1..<stretches {
                let gap = try varint(bytes, &at)
                let (start, overflow) = UInt64(entry.until).addingReportingOverflow(gap)
                guard gap > 0, !overflow, let start = Offset(exactly: start) else {
                    throw BlockFormatError("impossible gap", at: at)
                }
                entry.others.append(try stretch(bytes, &at, behind: start))
            }
            guard count <= UInt64(bytes.count - at) else { throw BlockFormatError("batch cut short", at: at) }
            entry.bytes = UnsafeRawBufferPointer(rebasing: bytes[at..<at + Int(count)])
            at += Int(count)
            try body(entry)
        }
    }

    /// The stretch whose length stands at `at`, from `start` on.
    private static func stretch(
        _ bytes: UnsafeRawBufferPointer, _ at: inout Int, behind start: Offset
    ) throws -> Range<Offset> {
        let length = try varint(bytes, &at)
        let (end, overflow) = UInt64(start).addingReportingOverflow(length)
        // Sums of records are made of these.
        guard length > 0, length <= UInt64(Int32.max), !overflow, let end = Offset(exactly: end) else {
            throw BlockFormatError("impossible stretch", at: at)
        }
        return start..<end
    }
}
