// Opens batches that blocks keep as they came: what a log gives back may be anything, and is checked on the way.
internal import Compression
package import World

/// Opens Kafka's batches. Checksums of batches are not asked again: whoever received one has, and a log has its own.
package final class RecordOpener: BatchOpener {
    private let unpacker = Unpacker()

    package init() {}

    /// Lends the records that are meant.
    ///
    /// - Throws: `BlockFormatError`, or what `body` throws.
    package func lend(_ entry: BatchEntry, into batch: RecordBatch, _ body: () throws -> Void) throws {
        var place = (cursor: try cursor(of: entry), stretches: Stretches(entry))
        var isOver = false
        while !isOver {
            try batch.refill { records in
                // Copies, which stay in registers while they are gone through.
                var (cursor, stretches) = place
                var (count, bytes) = (0, 0)
                while count < RecordBatch.capacity {
                    guard let record = try RecordOpener.next(&cursor) else {
                        isOver = true
                        break
                    }
                    guard try stretches.takes(record.offset) else { continue }
                    records[count] = RecordBatch.Record(offset: record.offset, value: record.value)
                    bytes += (record.key?.count ?? 0) + (record.value?.count ?? 0)
                    count += 1
                }
                place = (cursor, stretches)
                return (count, bytes)
            }
            if batch.count > 0 { try body() }
        }
        try place.stretches.checkThatAllCame()
    }

    /// Copies the records that are meant into a block of runs.
    ///
    /// - Throws: `BlockFormatError`.
    package func open(_ entry: BatchEntry, into block: Block) throws {
        var cursor = try cursor(of: entry)
        var stretches = Stretches(entry)
        while let record = try RecordOpener.next(&cursor) {
            guard try stretches.takes(record.offset) else { continue }
            block.append(partition: entry.partition, offset: record.offset, key: record.key, value: record.value)
        }
        try stretches.checkThatAllCame()
    }

    private func cursor(of entry: BatchEntry) throws -> RecordCursor {
        do {
            let header = try BatchHeader(entry.bytes)
            guard header.byteCount == entry.bytes.count else {
                throw BlockFormatError("a batch of another length than its entry says", at: 8)
            }
            return try header.records(in: entry.bytes, unpacker)
        } catch let error as WireError {
            throw BlockFormatError("no batch of records: \(error)", at: error.byteOffset)
        }
    }

    @inline(__always)
    private static func next(_ cursor: inout RecordCursor) throws -> RecordView? {
        do {
            return try cursor.next()
        } catch {
            throw BlockFormatError("no record of a batch: \(error)", at: error.byteOffset)
        }
    }
}

/// Goes through the offsets that are meant, as the records come.
private struct Stretches {
    private var current: Range<Offset>
    private var others: ArraySlice<Range<Offset>>
    /// The next offset that has to come.
    private var next: Offset

    init(_ entry: BatchEntry) {
        current = entry.first
        others = entry.others[...]
        next = current.lowerBound
    }

    /// Whether the record at this offset is meant. Each that is has to come, in order.
    @inline(__always)
    mutating func takes(_ offset: Offset) throws -> Bool {
        if offset == next, offset < current.upperBound {
            next += 1
            return true
        }
        return try steps(to: offset)
    }

    /// As ``takes(_:)``, for whatever is not the next record of a stretch.
    @inline(never)
    private mutating func steps(to offset: Offset) throws -> Bool {
        if next == current.upperBound, let following = others.first, offset >= following.lowerBound {
            current = following
            others = others.dropFirst()
            next = current.lowerBound
            if offset == next {
                next += 1
                return true
            }
        }
        // Before the first one, between two, or behind the last one.
        if offset < current.lowerBound || next == current.upperBound { return false }
        throw BlockFormatError("a batch without the record at offset \(next)", at: 0)
    }

    func checkThatAllCame() throws {
        guard next == current.upperBound, others.isEmpty else {
            throw BlockFormatError("a batch without the record at offset \(next)", at: 0)
        }
    }
}
