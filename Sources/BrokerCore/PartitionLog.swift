// One partition's log: batches of records as they came, found by offset and by time.
package import Compression
package import KafkaWire

/// Memory that batches of one log lie in, one behind the other.
package protocol LogSegment {
    init(byteCapacity: Int)
    var byteCount: Int { get }
    /// Copies a batch to the end and gives it its place; false when there is no room for it.
    mutating func append(_ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32) -> Bool
    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

/// How large segments are.
package enum SegmentSize {
    /// The first of a log; each is twice as large as the one before has become.
    package static let smallest = 16 << 10
    /// The largest, unless one batch is larger.
    package static let largest = 8 << 20
}

/// What became of batches that were to be appended.
package enum AppendOutcome: Equatable, Sendable {
    case appended(baseOffset: Int64)
    /// An idempotent producer sent them before, and they lie where they were put then.
    case duplicate(baseOffset: Int64)
    case refused(ErrorCode)
}

/// A log, stepped by one thread.
///
/// There is one replica, so the high watermark is the end.
package final class PartitionLog<Segment: LogSegment> {
    /// Where a batch lies.
    private struct Entry {
        var baseOffset: Int64
        var lastOffset: Int64
        var maxTimestamp: Int64
        var range: Range<Int>
    }

    private struct Piece {
        var segment: Segment
        var entries: [Entry] = []
        var maxTimestamp = Int64.min

        var lastOffset: Int64 { entries.last?.lastOffset ?? -1 }
    }

    private var pieces: [Piece] = []
    private var producers = ProducerSequences()
    /// The first offset that can be read.
    package private(set) var startOffset: Int64 = 0
    /// The offset of the next record.
    package private(set) var endOffset: Int64 = 0
    package private(set) var leaderEpoch: Int32

    package init(leaderEpoch: Int32 = 0) { self.leaderEpoch = leaderEpoch }

    /// The end of what readers see.
    package var highWatermark: Int64 { endOffset }
    /// The greatest time of a batch that is there; nil without any.
    private var latestTimestamp: Int64? {
        let reachable = pieces.lazy.flatMap(\.entries).filter { $0.lastOffset >= self.startOffset }
        return reachable.map(\.maxTimestamp).max()
    }

    /// Somebody else leads now, who has all that was there.
    package func beginEpoch() { leaderEpoch += 1 }

    // MARK: Appending

    /// Appends all batches or none of them. Their bytes stay; only place and epoch are written.
    package func append(_ records: UnsafeRawBufferPointer) -> AppendOutcome {
        var batches: [(header: BatchHeader, bytes: UnsafeRawBufferPointer)] = []
        do throws(WireError) {
            var cursor = BatchCursor(records, mayBeCutShort: false)
            while let (header, bytes) = try cursor.next() {
                if let code = Self.refusal(header) { return .refused(code) }
                try header.verify(bytes)
                batches.append((header, bytes))
            }
        } catch {
            return .refused(error.code == .format ? .unsupportedForMessageFormat : .corruptMessage)
        }
        guard let first = batches.first else { return .refused(.invalidRecord) }
        if first.header.producerId >= 0 {
            // A producer that counts sends one batch at a time.
            guard batches.count == 1 else { return .refused(.invalidRecord) }
            switch producers.judge(first.header) {
            case .next: producers.note(first.header, baseOffset: endOffset)
            case .duplicate(let baseOffset): return .duplicate(baseOffset: baseOffset)
            case .refused(let code): return .refused(code)
            }
        }
        let baseOffset = endOffset
        for (header, bytes) in batches { store(header, bytes) }
        return .appended(baseOffset: baseOffset)
    }

    /// What a producer may not send.
    private static func refusal(_ header: BatchHeader) -> ErrorCode? {
        if header.attributes.codec == nil { return .unsupportedCompressionType }
        if header.isTransactional { return .invalidTxnState }
        let isWhole = header.recordCount > 0 && Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1
        return isWhole && !header.isControl ? nil : .invalidRecord
    }

    private func store(_ header: BatchHeader, _ batch: UnsafeRawBufferPointer) {
        let last = pieces.count - 1
        // No second batch begins beyond the largest size, also where the first has made a segment larger.
        let fits = last >= 0 && pieces[last].segment.byteCount + batch.count <= SegmentSize.largest
        if !fits || !pieces[last].segment.append(batch, baseOffset: endOffset, leaderEpoch: leaderEpoch) {
            let capacity = min(2 * (last < 0 ? 0 : pieces[last].segment.byteCount), SegmentSize.largest)
            var segment = Segment(byteCapacity: max(capacity, SegmentSize.smallest, batch.count))
            guard segment.append(batch, baseOffset: endOffset, leaderEpoch: leaderEpoch) else {
                // Our own bug: it was made at least as large as the batch.
                preconditionFailure("partition log: a new segment of \(segment.byteCount) B has no room")
            }
            pieces.append(Piece(segment: segment))
        }
        let end = pieces[pieces.count - 1].segment.byteCount
        let lastOffset = endOffset + Int64(header.lastOffsetDelta)
        pieces[pieces.count - 1].entries.append(
            Entry(
                baseOffset: endOffset, lastOffset: lastOffset, maxTimestamp: header.maxTimestamp,
                range: end - batch.count..<end))
        pieces[pieces.count - 1].maxTimestamp = max(pieces[pieces.count - 1].maxTimestamp, header.maxTimestamp)
        endOffset = lastOffset + 1
    }

    // MARK: Reading

    /// Whole batches that follow each other.
    package struct Read {
        package var slices: [(segment: Segment, range: Range<Int>)] = []
        package var byteCount = 0
    }

    /// The batches from the one on that holds `offset`, of at most `maxBytes`, but for the first if there must be one;
    /// nil for an offset that is not there.
    package func read(from offset: Int64, maxBytes: Int, atLeastOne: Bool) -> Read? {
        guard offset >= startOffset, offset <= endOffset else { return nil }
        var read = Read()
        var index = pieces.firstIndexOrdered { $0.lastOffset >= offset }
        while index < pieces.count {
            let piece = pieces[index]
            let first = read.slices.isEmpty ? piece.entries.firstIndexOrdered { $0.lastOffset >= offset } : 0
            let start = piece.entries[first].range.lowerBound
            var behind = piece.entries.firstIndexOrdered { $0.range.upperBound - start > maxBytes - read.byteCount }
            if behind <= first {
                guard atLeastOne, read.slices.isEmpty else { break }
                behind = first + 1
            }
            let range = start..<piece.entries[behind - 1].range.upperBound
            read.slices.append((piece.segment, range))
            read.byteCount += range.count
            guard behind == piece.entries.count else { break }
            index += 1
        }
        return read
    }

    /// The first record of this time or a later one; nil when there is none.
    package func record(from timestamp: Int64, _ unpacker: Unpacker) throws(WireError) -> RecordPlace? {
        for piece in pieces where piece.maxTimestamp >= timestamp {
            for entry in piece.entries where entry.maxTimestamp >= timestamp && entry.lastOffset >= startOffset {
                let found = piece.segment.withBytes(entry.range) { batch in
                    Result { () throws(WireError) -> RecordPlace? in
                        try place(from: timestamp, in: batch, unpacker)
                    }
                }
                if let place = try found.get() { return place }
            }
        }
        return nil
    }

    /// The first of the records that have the greatest time; nil in an empty log.
    package func latestRecord(_ unpacker: Unpacker) throws(WireError) -> RecordPlace? {
        guard let latestTimestamp else { return nil }
        return try record(from: latestTimestamp, unpacker)
    }

    private func place(
        from timestamp: Int64, in batch: UnsafeRawBufferPointer, _ unpacker: Unpacker
    ) throws(WireError) -> RecordPlace? {
        let header = try BatchHeader(batch)
        var records = try header.records(in: batch, unpacker)
        while let record = try records.next() {
            guard record.timestamp < timestamp || record.offset < startOffset else {
                return RecordPlace(offset: record.offset, timestamp: record.timestamp)
            }
        }
        return nil
    }

    // MARK: Deleting

    /// Forgets the records before `offset`, -1 for all; returns what may be read first then, or nil beyond the end.
    package func deleteRecords(before offset: Int64) -> Int64? {
        let offset = offset == -1 ? highWatermark : offset
        guard offset >= 0, offset <= highWatermark else { return nil }
        startOffset = max(startOffset, offset)
        pieces.removeFirst(pieces.firstIndexOrdered { $0.lastOffset >= startOffset })
        return startOffset
    }
}

/// A record's offset and time.
package struct RecordPlace: Equatable, Sendable {
    package var offset: Int64
    package var timestamp: Int64

    package init(offset: Int64, timestamp: Int64) {
        self.offset = offset
        self.timestamp = timestamp
    }
}

extension Array {
    /// The first index from which on `isBehind` holds, by bisection.
    fileprivate func firstIndexOrdered(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
