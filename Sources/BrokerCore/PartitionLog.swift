// One partition's log: batches of records as they came, found by offset and by time.
package import Compression
package import KafkaWire

/// Memory or a file that batches of one log lie in, one behind the other.
package protocol LogSegment {
    /// Where the segments of one log are made.
    associatedtype Home = Void
    /// A segment with room for so much, whose first batch has this offset.
    init(byteCapacity: Int, baseOffset: Int64, in home: Home) throws(StorageFailure)
    var byteCount: Int { get }
    /// Copies a batch to the end and gives it its place; false when there is no room for it.
    mutating func append(
        _ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32
    ) throws(StorageFailure) -> Bool
    /// The bytes of `range`; none where they cannot be read.
    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
    /// What is behind so many bytes is lost. Nothing is appended any more.
    func cut(to byteCount: Int)
    /// An empty segment for what stays of this one and those that follow it up to `last`. It takes its place for good
    /// when this one is discarded.
    func successor(byteCapacity: Int, through last: Self) throws(StorageFailure) -> Self
    /// The log has given it up. Where it was the last one, the log goes on at `logEnd`.
    func discard(logEnd: Int64?)
}

extension LogSegment {
    package func cut(to byteCount: Int) {}
    package func discard(logEnd: Int64?) {}
}

/// Segments cannot be written: the disk is full, or it fails.
package struct StorageFailure: Error, Equatable, Sendable {
    /// What the system says.
    package var reason: String

    package init(reason: String) { self.reason = reason }
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

/// A log, stepped by one thread. ``LogState`` says what is in it.
package final class PartitionLog<Segment: LogSegment> {
    /// Where a batch lies.
    struct Entry {
        var baseOffset: Int64
        var lastOffset: Int64
        var maxTimestamp: Int64
        var range: Range<Int>
    }

    struct Piece {
        var segment: Segment
        var entries: [Entry] = []
        var maxTimestamp = Int64.min
        /// Whether nothing comes behind what is there.
        var isSealed = false

        var lastOffset: Int64 { entries.last?.lastOffset ?? -1 }
        var byteCount: Int { entries.last?.range.upperBound ?? 0 }

        /// Takes a batch into account that lies behind the others.
        mutating func add(_ header: BatchHeader, baseOffset: Int64) {
            let start = entries.last?.range.upperBound ?? 0
            entries.append(
                Entry(
                    baseOffset: baseOffset, lastOffset: baseOffset + Int64(header.lastOffsetDelta),
                    maxTimestamp: header.maxTimestamp, range: start..<start + header.byteCount))
            maxTimestamp = max(maxTimestamp, header.maxTimestamp)
        }
    }

    var pieces: [Piece] = []
    var producers = ProducerSequences()
    let home: Segment.Home
    package internal(set) var state: LogState
    /// The size that a segment does not exceed, unless one batch does.
    package var segmentBytes = SegmentSize.largest
    /// Before this offset there is nothing left to compact.
    var compactedTo: Int64 = 0
    /// When tombstones go that compaction has met, by the first offset of their batch.
    var tombstonesUntil: [Int64: Int64] = [:]

    package init(leaderEpoch: Int32 = 0, home: Segment.Home) {
        state = LogState(leaderEpoch: leaderEpoch)
        self.home = home
    }

    /// The first offset that can be read.
    package var startOffset: Int64 { state.startOffset }
    /// The offset of the next record.
    package var endOffset: Int64 { state.endOffset }
    /// The end of what readers see.
    package var highWatermark: Int64 { state.highWatermark }
    package var leaderEpoch: Int32 { state.leaderEpoch }
    /// The greatest time of a batch that is there; nil without any.
    private var latestTimestamp: Int64? {
        let reachable = pieces.lazy.flatMap(\.entries).filter { $0.lastOffset >= self.startOffset }
        return reachable.map(\.maxTimestamp).max()
    }

    // MARK: Appending

    /// Appends all batches or none of them, but for those before one that cannot be written. Their bytes stay; only
    /// place and epoch are written.
    ///
    /// `rules` are those of the topic; `time`, in milliseconds since 1970, becomes that of its records where they say so.
    /// `mayBegin`: whether a producer, by id and epoch, has a transaction that this partition belongs to; asked where none
    /// is open here.
    package func append(
        _ records: UnsafeRawBufferPointer, rules: TopicRules = .standard, time: Int64 = 0,
        mayBegin: (Int64, Int16) -> ErrorCode = { _, _ in .invalidTxnState }
    ) -> AppendOutcome {
        var batches: [(header: BatchHeader, bytes: UnsafeRawBufferPointer)] = []
        do throws(WireError) {
            var cursor = BatchCursor(records, mayBeCutShort: false)
            while let (header, bytes) = try cursor.next() {
                if let code = Self.refusal(header) { return .refused(code) }
                guard bytes.count <= rules.largestBatch else { return .refused(.messageTooLarge) }
                try header.verify(bytes)
                batches.append((header, bytes))
            }
        } catch {
            return .refused(error.code == .format ? .unsupportedForMessageFormat : .corruptMessage)
        }
        guard let first = batches.first else { return .refused(.invalidRecord) }
        // A producer that counts sends one batch at a time.
        guard batches.count == 1 || batches.allSatisfy({ $0.header.producerId < 0 }) else {
            return .refused(.invalidRecord)
        }
        if first.header.producerId >= 0 {
            switch producers.judge(first.header) {
            case .next: break
            case .duplicate(let baseOffset): return .duplicate(baseOffset: baseOffset)
            case .refused(let code): return .refused(code)
            }
            let code = transactionRefusal(first.header, mayBegin)
            guard code == .none else { return .refused(code) }
        }
        let baseOffset = endOffset
        segmentBytes = rules.segmentBytes
        do throws(StorageFailure) {
            for (header, bytes) in batches {
                if rules.stampsAppendTime {
                    try stamp(header, bytes, time)
                } else {
                    try store(header, bytes, baseOffset: endOffset, leaderEpoch: leaderEpoch)
                }
                note(header)
            }
        } catch {
            return .refused(.kafkaStorageError)
        }
        return .appended(baseOffset: baseOffset)
    }

    /// Inside of a transaction a producer sends nothing else, and it begins none that the coordinator does not know.
    private func transactionRefusal(_ header: BatchHeader, _ mayBegin: (Int64, Int16) -> ErrorCode) -> ErrorCode {
        if state.isOpen(header.producerId) { return header.isTransactional ? .none : .invalidTxnState }
        return header.isTransactional ? mayBegin(header.producerId, header.producerEpoch) : .none
    }

    /// Takes a batch of records into account that begins at the end.
    private func note(_ header: BatchHeader) {
        if header.producerId >= 0 { producers.note(header, baseOffset: endOffset) }
        let count = Int64(header.lastOffsetDelta) + 1
        if header.isTransactional {
            state.append(count, inTransactionOf: header.producerId)
        } else {
            state.append(count)
        }
    }

    /// Appends the marker that ends the transaction of a producer here, at `timestamp` in milliseconds since 1970; returns
    /// its offset, nil when it cannot be written.
    @discardableResult
    package func appendMarker(
        _ marker: ControlMarker, producerId: Int64, producerEpoch: Int16, timestamp: Int64
    ) -> Int64? {
        let batch = try? marker.batch(
            offset: endOffset, timestamp: timestamp, producerId: producerId, producerEpoch: producerEpoch)
        guard let batch, let header = batch.withUnsafeBytes({ try? BatchHeader($0) }) else {
            // Our own bug: one short record fits into a batch at any offset.
            preconditionFailure("partition log: no marker at \(endOffset)")
        }
        let isStored = batch.withUnsafeBytes { bytes in
            (try? store(header, bytes, baseOffset: endOffset, leaderEpoch: leaderEpoch)) != nil
        }
        guard isStored else { return nil }
        producers.end(producerId, epoch: producerEpoch)
        return state.endTransaction(of: producerId, aborts: marker.kind == .abort)
    }

    /// Aborts what is open in a log that was left, but for transactions of producers that the coordinator knows.
    package func abortOpenTransactions(timestamp: Int64, except known: Set<Int64> = []) {
        let marker = ControlMarker(.abort, coordinatorEpoch: 0)
        for open in state.open where !known.contains(open.producerId) {
            appendMarker(
                marker, producerId: open.producerId, producerEpoch: producers.epoch(of: open.producerId),
                timestamp: timestamp)
        }
    }

    /// What a producer may not send.
    private static func refusal(_ header: BatchHeader) -> ErrorCode? {
        if header.attributes.codec == nil { return .unsupportedCompressionType }
        if header.isTransactional && header.producerId < 0 { return .invalidRecord }
        let isWhole = header.recordCount > 0 && Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1
        return isWhole && !header.isControl ? nil : .invalidRecord
    }

    /// Stores a batch with the broker's time.
    private func stamp(
        _ header: BatchHeader, _ batch: UnsafeRawBufferPointer, _ time: Int64
    ) throws(StorageFailure) {
        var (stamped, bytes) = (header, Array(batch))
        stamped.attributes.insert(.logAppendTime)
        stamped.maxTimestamp = time
        bytes.withUnsafeMutableBytes { stamped.write(to: $0) }
        let (base, epoch) = (endOffset, leaderEpoch)
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(StorageFailure) in try store(stamped, bytes, baseOffset: base, leaderEpoch: epoch) }
        }.get()
    }

    func store(
        _ header: BatchHeader, _ batch: UnsafeRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32
    ) throws(StorageFailure) {
        let last = pieces.count - 1
        // No second batch begins beyond the largest size, also where the first has made a segment larger.
        let limit = min(segmentBytes, SegmentSize.largest)
        let fits =
            last >= 0 && !pieces[last].isSealed && pieces[last].segment.byteCount + batch.count <= limit
        let isStored =
            fits ? try pieces[last].segment.append(batch, baseOffset: baseOffset, leaderEpoch: leaderEpoch) : false
        if !isStored {
            let capacity = max(2 * (last < 0 ? 0 : pieces[last].segment.byteCount), SegmentSize.smallest)
            var segment = try Segment(
                byteCapacity: max(min(capacity, limit), batch.count), baseOffset: baseOffset, in: home)
            do throws(StorageFailure) {
                guard try segment.append(batch, baseOffset: baseOffset, leaderEpoch: leaderEpoch) else {
                    // Our own bug: it was made at least as large as the batch.
                    preconditionFailure("partition log: a new segment of \(segment.byteCount) B has no room")
                }
            } catch {
                segment.discard(logEnd: pieces.isEmpty ? endOffset : nil)
                throw error
            }
            pieces.append(Piece(segment: segment))
        }
        pieces[pieces.count - 1].add(header, baseOffset: baseOffset)
    }

    // MARK: Taking over

    /// Takes over what is known of a log that was left: where it began, and where it goes on at least.
    package func resume(startOffset: Int64, endOffset: Int64, leaderEpoch: Int32) {
        if pieces.isEmpty { state = LogState(startOffset: startOffset, leaderEpoch: leaderEpoch) }
        state.skip(to: max(startOffset, endOffset))
        state.resume(leaderEpoch: leaderEpoch)
        if startOffset > state.startOffset { _ = deleteRecords(before: startOffset) }
    }

    /// Takes over a segment that was found, which goes on behind those before it, or where the log was resumed; `batches`
    /// are all that lie in it.
    package func adopt(_ segment: Segment, _ batches: [BatchHeader]) {
        guard !batches.isEmpty else { return }
        pieces.append(Piece(segment: segment))
        for header in batches {
            state.skip(to: header.baseOffset)
            state.resume(leaderEpoch: header.leaderEpoch)
            pieces[pieces.count - 1].add(header, baseOffset: header.baseOffset)
            guard header.isControl else {
                note(header)
                continue
            }
            let marker = segment.withBytes(pieces[pieces.count - 1].entries.last?.range ?? 0..<0) { bytes in
                try? ControlMarker(batch: bytes)
            }
            producers.end(header.producerId, epoch: header.producerEpoch)
            state.endTransaction(of: header.producerId, aborts: marker?.kind != .commit)
        }
    }

    // MARK: Reading

    /// Whole batches that follow each other.
    package struct Read {
        package var slices: [(segment: Segment, range: Range<Int>)] = []
        package var byteCount = 0
        /// The offset behind the last batch.
        package var endOffset: Int64
    }

    /// The batches from the one on that holds `offset`, of at most `maxBytes`, but for the first if there must be one;
    /// nil for an offset that is not there.
    ///
    /// `isCommitted`: whether it ends where the oldest open transaction begins. What was aborted is there.
    package func read(from offset: Int64, maxBytes: Int, atLeastOne: Bool, isCommitted: Bool = false) -> Read? {
        guard offset >= startOffset, offset <= endOffset else { return nil }
        var read = Read(endOffset: offset)
        let limit = isCommitted ? state.lastStableOffset : endOffset
        var index = pieces.firstIndexOrdered { $0.lastOffset >= offset }
        while index < pieces.count {
            let piece = pieces[index]
            let first = read.slices.isEmpty ? piece.entries.firstIndexOrdered { $0.lastOffset >= offset } : 0
            guard piece.entries[first].baseOffset < limit else { break }
            let start = piece.entries[first].range.lowerBound
            var behind = piece.entries.firstIndexOrdered {
                $0.range.upperBound - start > maxBytes - read.byteCount || $0.baseOffset >= limit
            }
            if behind <= first {
                guard atLeastOne, read.slices.isEmpty else { break }
                behind = first + 1
            }
            let range = start..<piece.entries[behind - 1].range.upperBound
            read.slices.append((piece.segment, range))
            read.byteCount += range.count
            read.endOffset = piece.entries[behind - 1].lastOffset + 1
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
        state.forget(before: offset)
        dropFirst(pieces.firstIndexOrdered { $0.lastOffset >= startOffset })
        return startOffset
    }

    /// Gives up the oldest segments.
    func dropFirst(_ count: Int) {
        for (index, piece) in pieces[..<count].enumerated() {
            piece.segment.discard(logEnd: index == pieces.count - 1 ? endOffset : nil)
        }
        pieces.removeFirst(count)
    }

    /// Gives up all that a log has which nobody asks for any more.
    package func discard() {
        for piece in pieces { piece.segment.discard(logEnd: nil) }
        pieces = []
    }
}

extension PartitionLog where Segment.Home == Void {
    package convenience init(leaderEpoch: Int32 = 0) { self.init(leaderEpoch: leaderEpoch, home: ()) }
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
