// What a log loses: old segments, records that newer ones of their key replace, and the end that a new leader lacks.
package import Compression
internal import KafkaWire

extension PartitionLog {
    // MARK: Retention

    /// Gives up the oldest segments, as the rules say, at `time` in milliseconds since 1970; returns whether it did.
    @discardableResult
    package func retain(_ rules: TopicRules, at time: Int64) -> Bool {
        guard rules.deletes, rules.retentionTime != nil || rules.retentionBytes != nil else { return false }
        var size = pieces.reduce(0) { $0 + Int64($1.byteCount) }
        var count = 0
        for piece in pieces {
            let isOld = rules.retentionTime.map { piece.maxTimestamp < time - $0 } ?? false
            // The last one is never too much.
            let isTooMuch =
                count < pieces.count - 1
                && rules.retentionBytes.map { size - Int64(piece.byteCount) >= $0 } ?? false
            guard isOld || isTooMuch else { break }
            size -= Int64(piece.byteCount)
            count += 1
        }
        guard count > 0 else { return false }
        state.forget(before: count < pieces.count ? pieces[count].entries[0].baseOffset : endOffset)
        dropFirst(count)
        return true
    }

    // MARK: Compaction

    /// Whether all records have a key, without which they have no place in a compacted topic.
    package static func haveKeys(_ records: UnsafeRawBufferPointer, _ unpacker: Unpacker) -> Bool {
        do throws(WireError) {
            var batches = BatchCursor(records, mayBeCutShort: false)
            while let (header, bytes) = try batches.next() {
                var cursor = try header.records(in: bytes, unpacker)
                while let record = try cursor.next() {
                    if record.key == nil { return false }
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// Whether compaction is due: of what it may touch, the share that it has not seen yet is above
    /// min.cleanable.dirty.ratio, or waits for longer than max.compaction.lag.ms, or the time of a tombstone is over.
    ///
    /// `time`: milliseconds since 1970.
    package func isDirty(_ rules: TopicRules, at time: Int64) -> Bool {
        guard let end = compactionEnd(rules, at: time) else { return false }
        if tombstonesUntil.values.contains(where: { $0 <= time }) { return true }
        guard end > compactedTo else { return false }
        var (clean, dirty) = (0, 0)
        var oldest: Int64?
        for piece in pieces where !piece.entries.isEmpty {
            let seen = piece.entries.firstIndexOrdered { $0.lastOffset >= compactedTo }
            let behind = piece.entries.firstIndexOrdered { $0.lastOffset >= end }
            let begin = seen == 0 ? 0 : piece.entries[seen - 1].range.upperBound
            clean += begin
            guard behind > seen else { continue }
            dirty += piece.entries[behind - 1].range.upperBound - begin
            oldest = oldest ?? piece.entries[seen].maxTimestamp
        }
        if let oldest, oldest < time - rules.longestLag { return true }
        return Double(dirty) > rules.dirtyRatio * Double(clean + dirty)
    }

    /// Keeps the newest record of each key; returns whether others were there.
    ///
    /// As in Kafka, offsets stay, records without a key go, and a tombstone goes at the first compaction that comes
    /// `delete.retention.ms` after the one that met it. The newest batch stays as it is, like Kafka's newest segment, and
    /// so does whatever an open transaction holds back. Markers stay.
    ///
    /// `time`: milliseconds since 1970. It throws for a batch whose records are not what its header says, and where what
    /// is left cannot be written; what stands behind stays as it is then.
    @discardableResult
    package func compact(_ rules: TopicRules, at time: Int64, _ unpacker: Unpacker) throws -> Bool {
        guard let end = compactionEnd(rules, at: time) else { return false }
        guard end > compactedTo || tombstonesUntil.values.contains(where: { $0 <= time }) else { return false }
        let newest = try newestOffsets(before: end, unpacker)
        var hasChanged = false
        var waiting: [Int64: Int64] = [:]
        // Small neighbours become one segment. Each is replaced in one step, the oldest first, so that at no time a record
        // is gone and an older one of its key is there.
        var done = 0
        var ahead: [(header: BatchHeader, bytes: [UInt8])]?
        while done < pieces.count {
            var rest: [(header: BatchHeader, bytes: [UInt8])] = []
            var (size, next, isSame) = (0, done, true)
            while next < pieces.count {
                let kept =
                    try ahead ?? kept(of: pieces[next], before: end, newest, rules, at: time, &waiting, unpacker)
                ahead = kept
                let count = kept.reduce(0) { $0 + $1.bytes.count }
                let limit = min(rules.segmentBytes, SegmentSize.largest)
                // What nothing is left of goes with what follows, and there is always more: the newest batch.
                guard size == 0 || size + count <= limit else { break }
                isSame = isSame && count == pieces[next].byteCount
                ahead = nil
                rest += kept
                size += count
                next += 1
            }
            if !isSame || next > done + 1 {
                try replace(done..<next, with: rest, byteCount: size)
                hasChanged = hasChanged || !isSame
            }
            done += 1
        }
        compactedTo = end
        tombstonesUntil = waiting
        return hasChanged
    }

    /// What stays of a segment.
    private func kept(
        of piece: Piece, before end: Int64, _ newest: [[UInt8]: Int64], _ rules: TopicRules, at time: Int64,
        _ waiting: inout [Int64: Int64], _ unpacker: Unpacker
    ) throws(WireError) -> [(header: BatchHeader, bytes: [UInt8])] {
        var kept: [(header: BatchHeader, bytes: [UInt8])] = []
        for entry in piece.entries {
            let batch = piece.segment.withBytes(entry.range) { Array($0) }
            let header = try BatchHeader.read(batch)
            guard entry.lastOffset < end, !header.isControl else {
                kept.append((header, batch))
                continue
            }
            let deadline = tombstonesUntil[entry.baseOffset] ?? time + min(rules.tombstoneTime, .max - time)
            let isGone = isAborted(header)
            var hasTombstone = false
            let rest = try header.filtered(batch, unpacker) { record in
                guard !isGone, let key = record.key, newest[Array(key)] == record.offset else { return false }
                if record.value == nil, deadline <= time { return false }
                hasTombstone = hasTombstone || record.value == nil
                return true
            }
            if hasTombstone { waiting[entry.baseOffset] = deadline }
            if let rest { kept.append((try BatchHeader.read(rest), rest)) }
        }
        return kept
    }

    /// Puts one segment in the place of several.
    private func replace(
        _ range: Range<Int>, with batches: [(header: BatchHeader, bytes: [UInt8])], byteCount: Int
    ) throws(StorageFailure) {
        let old = pieces[range]
        guard let first = old.first, let last = old.last else { return }
        var new = Piece(segment: try first.segment.successor(byteCapacity: byteCount, through: last.segment))
        do throws(StorageFailure) {
            for (header, batch) in batches {
                let isStored = try batch.withUnsafeBytes { bytes in
                    Result { () throws(StorageFailure) in
                        try new.segment.append(
                            bytes, baseOffset: header.baseOffset, leaderEpoch: header.leaderEpoch)
                    }
                }.get()
                // Our own bug: it was made as large as all of them.
                precondition(isStored, "partition log: a segment of \(byteCount) B has no room")
                new.add(header, baseOffset: header.baseOffset)
            }
        } catch {
            new.segment.discard(logEnd: nil)
            throw error
        }
        new.isSealed = last.isSealed
        pieces.replaceSubrange(range, with: [new])
        for piece in old { piece.segment.discard(logEnd: nil) }
    }

    /// Batches that end before this offset are compacted; nil for none.
    private func compactionEnd(_ rules: TopicRules, at time: Int64) -> Int64? {
        guard rules.compacts, let last = pieces.last?.entries.last else { return nil }
        var end = min(last.baseOffset, state.lastStableOffset)
        guard rules.compactionLag > 0 else { return end }
        for entry in pieces.lazy.flatMap(\.entries) where entry.maxTimestamp > time - rules.compactionLag {
            end = min(end, entry.baseOffset)
            break
        }
        return end
    }

    private func isAborted(_ header: BatchHeader) -> Bool {
        header.isTransactional
            && state.aborted(in: header.baseOffset..<header.lastOffset + 1).contains {
                $0.producerId == header.producerId && $0.firstOffset <= header.baseOffset
            }
    }

    private func newestOffsets(before end: Int64, _ unpacker: Unpacker) throws(WireError) -> [[UInt8]: Int64] {
        var newest: [[UInt8]: Int64] = [:]
        for piece in pieces {
            for entry in piece.entries where entry.lastOffset < end {
                let batch = piece.segment.withBytes(entry.range) { Array($0) }
                let header = try BatchHeader.read(batch)
                if header.isControl || isAborted(header) { continue }
                _ = try header.filtered(batch, unpacker) { record in
                    if let key = record.key { newest[Array(key)] = record.offset }
                    return true
                }
            }
        }
        return newest
    }

    // MARK: Elections

    /// A new leader takes over, which lacks the newest `count` offsets: none, if the election is clean.
    package func elect(losing count: Int64 = 0, _ unpacker: Unpacker) {
        if count > 0 { cut(to: max(startOffset, endOffset - min(count, endOffset)), unpacker) }
        state.elect(losing: count)
    }

    /// Loses what is at `end` and behind.
    private func cut(to end: Int64, _ unpacker: Unpacker) {
        while let last = pieces.indices.last, (pieces[last].entries.first?.baseOffset ?? end) >= end {
            pieces[last].segment.discard(logEnd: last == 0 ? end : nil)
            pieces.removeLast()
        }
        if let last = pieces.indices.last, let behind = pieces[last].entries.lastIndex(where: { $0.lastOffset < end }) {
            rest(from: behind + 1, of: last, end, unpacker)
        } else if let last = pieces.indices.last {
            rest(from: 0, of: last, end, unpacker)
        }
        compactedTo = min(compactedTo, end)
        producers = ProducerSequences()
        for piece in pieces {
            for entry in piece.entries {
                let header = piece.segment.withBytes(entry.range) { try? BatchHeader($0) }
                guard let header, header.producerId >= 0 else { continue }
                if header.isControl {
                    producers.end(header.producerId, epoch: header.producerEpoch)
                } else {
                    producers.note(header, baseOffset: entry.baseOffset)
                }
            }
        }
    }

    /// Cuts the last segment off at its batch `index`, of which the records before `end` stay.
    private func rest(from index: Int, of last: Int, _ end: Int64, _ unpacker: Unpacker) {
        guard index < pieces[last].entries.count else { return }
        let entry = pieces[last].entries[index]
        let batch = pieces[last].segment.withBytes(entry.range) { Array($0) }
        pieces[last].entries.removeSubrange(index...)
        pieces[last].segment.cut(to: entry.range.lowerBound)
        pieces[last].isSealed = true
        pieces[last].maxTimestamp = pieces[last].entries.map(\.maxTimestamp).max() ?? .min
        if index == 0 {
            pieces[last].segment.discard(logEnd: nil)
            pieces.removeLast()
        }
        guard entry.baseOffset < end else { return }
        // A batch that cannot be read is lost as a whole, and its offsets are a gap.
        let part = try? BatchHeader.read(batch).filtered(batch, lastOffset: end - 1, unpacker) {
            $0.offset < end
        }
        guard let part, let header = try? BatchHeader.read(part) else { return }
        part.withUnsafeBytes {
            try? store(header, $0, baseOffset: header.baseOffset, leaderEpoch: header.leaderEpoch)
        }
    }
}

extension BatchHeader {
    fileprivate static func read(_ batch: [UInt8]) throws(WireError) -> BatchHeader {
        try batch.withUnsafeBytes { bytes in Result { () throws(WireError) in try BatchHeader(bytes) } }.get()
    }

    /// The batch with those of its records that are wanted, as it is where all are; nil where none is. It ends at
    /// `lastOffset`; nil: where it ended before.
    fileprivate func filtered(
        _ batch: [UInt8], lastOffset: Int64? = nil, _ unpacker: Unpacker, _ isWanted: (RecordView) -> Bool
    ) throws(WireError) -> [UInt8]? {
        var builder = BatchBuilder(
            baseOffset: baseOffset, attributes.codec ?? .none,
            producer: .init(id: producerId, epoch: producerEpoch, baseSequence: baseSequence),
            isTransactional: isTransactional, leaderEpoch: leaderEpoch)
        let found = batch.withUnsafeBytes { bytes in
            Result { () throws(WireError) in
                var records = try records(in: bytes, unpacker)
                while let record = try records.next() {
                    if isWanted(record) { try builder.append(record) }
                }
            }
        }
        try found.get()
        if builder.count == Int(recordCount) && lastOffset == nil { return batch }
        return builder.count == 0 ? nil : try builder.finished(lastOffset: lastOffset ?? self.lastOffset)
    }
}

extension BatchBuilder {
    fileprivate mutating func append(_ record: RecordView) throws(WireError) {
        var headers: [(name: String, value: [UInt8]?)] = []
        var cursor = record.headers
        while let header = try cursor.next() {
            headers.append((String(decoding: header.name, as: UTF8.self), header.value.map { Array($0) }))
        }
        try append(
            offset: record.offset, timestamp: record.timestamp, key: record.key.map { Array($0) },
            value: record.value.map { Array($0) }, headers: headers)
    }
}
