// A piece of a range whose records are verified where they lie, so that only their numbers are kept.
internal import World

/// What a range is read into, piece by piece.
protocol RangePiece: AnyObject {
    /// The records in the piece.
    var recordCount: Int { get }
    /// The bytes of their keys and values.
    var payloadByteCount: Int { get }
    /// The stretches of offsets in the piece.
    var offsetRanges: [OffsetRange] { get }
    /// Empties the piece.
    func removeAll()
    /// Adds records as ``RecordReader/fetch(_:until:limit:into:timeout:)`` does, and returns the new position.
    func add(
        from reader: any RecordReader, _ partition: Partition, until: Offset, limit: Int, timeout: Duration
    ) throws -> Offset
}

extension Block: RangePiece {
    func add(
        from reader: any RecordReader, _ partition: Partition, until: Offset, limit: Int, timeout: Duration
    ) throws -> Offset {
        try reader.fetch(partition, until: until, limit: limit, into: self, timeout: timeout).position
    }
}

/// Takes records in place, verifies them while they are in the processor's cache, and keeps their numbers: what a counting
/// sink needs, and no byte copied.
final class VerifiedPiece: RangePiece {
    private let numbering: RecordNumbering
    private let batch = RecordBatch()
    private var numbers: UnsafeMutablePointer<Int>
    /// The records that a piece of a range may have.
    private let most: Int
    private var capacity: Int
    private(set) var recordCount = 0
    private(set) var payloadByteCount = 0
    private(set) var offsetRanges: [OffsetRange] = []

    /// Makes a piece of at most `capacity` records.
    init(capacity: Int, numbering: RecordNumbering) {
        self.numbering = numbering
        most = capacity
        self.capacity = capacity
        numbers = .allocate(capacity: capacity)
    }

    deinit { numbers.deallocate() }

    /// The numbers of the records, in order; ``RecordNumbering/none`` for one that is none of the run's.
    var contents: UnsafeBufferPointer<Int> { UnsafeBufferPointer(start: numbers, count: recordCount) }

    func removeAll() {
        recordCount = 0
        payloadByteCount = 0
        offsetRanges.removeAll(keepingCapacity: true)
    }

    func add(
        from reader: any RecordReader, _ partition: Partition, until: Offset, limit: Int, timeout: Duration
    ) throws -> Offset {
        let room = min(limit, most - recordCount)
        let position = try reader.lend(partition, until: until, limit: room, into: batch, timeout: timeout).position
        take(batch, of: partition)
        return position
    }

    /// Verifies what is in a block. `opener` opens its batches, if it is one of those.
    ///
    /// - Throws: `BlockFormatError`.
    func add(_ block: Block, _ opener: (any BatchOpener)?) throws {
        reserve(recordCount + block.recordCount)
        guard block.encoding == .batches else { return take(block) }
        guard let opener else { throw BlockFormatError("batches as they came, and nothing here can open them", at: 0) }
        try block.forEachBatch { entry in
            try opener.lend(entry, into: batch) { take(batch, of: entry.partition) }
        }
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        let larger = UnsafeMutablePointer<Int>.allocate(capacity: max(count, capacity * 2))
        larger.initialize(from: numbers, count: recordCount)
        numbers.deallocate()
        numbers = larger
        capacity = max(count, capacity * 2)
    }

    private func take(_ block: Block) {
        var run = RecordNumbering.Run()
        var at = numbers + recordCount
        block.forEachRecord { partition, offset, _, value in
            at.pointee = numbering.number(of: partition, offset, value, &run)
            at += 1
        }
        for stretch in block.offsetRanges { note(stretch) }
        recordCount += block.recordCount
        payloadByteCount += block.payloadByteCount
    }

    private func take(_ batch: RecordBatch, of partition: Partition) {
        let records = batch.contents
        guard let first = records.first else { return }
        reserve(recordCount + records.count)
        var run = RecordNumbering.Run()
        var at = numbers + recordCount
        var stretch = OffsetRange(partition: partition, from: first.offset, until: first.offset)
        for record in records {
            at.pointee = numbering.number(of: partition, record.offset, record.value, &run)
            at += 1
            if record.offset != stretch.until {
                note(stretch)
                stretch.from = record.offset
            }
            stretch.until = record.offset + 1
        }
        note(stretch)
        recordCount += records.count
        payloadByteCount += batch.payloadByteCount
    }

    private func note(_ stretch: OffsetRange) {
        if let last = offsetRanges.last, last.partition == stretch.partition, last.until == stretch.from {
            offsetRanges[offsetRanges.count - 1].until = stretch.until
        } else {
            offsetRanges.append(stretch)
        }
    }
}
