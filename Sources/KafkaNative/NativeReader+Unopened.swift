// Hands over batches as they came, in place of the records that are in them.
internal import Checksum
internal import Compression
internal import KafkaWire
internal import World

extension NativeReader {
    /// As a fetch into a block of runs, with whole batches and the offsets that are meant of each. What no reader may see,
    /// records of aborted transactions and the markers that end transactions, is left out here, and so never logged.
    func fetchBatches(
        _ place: PartitionPlace, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        var added = 0
        var deadline: ContinuousClock.Instant?
        while added < limit, place.position < until {
            let before = added
            try takeBatches(place, until: until, limit: limit, into: block, added: &added)
            if added > before || place.waiting > 0 || place.position >= until { continue }
            guard try waitForMore(of: place, added: added, &deadline, timeout) else { break }
        }
        return (added, min(place.position, until))
    }

    private func takeBatches(
        _ place: PartitionPlace, until: Offset, limit: Int, into block: Block, added: inout Int
    ) throws {
        do {
            while added < limit, place.position < until, try place.findBatch() {
                let header = place.header
                if header.baseOffset >= until {
                    place.position = until
                    place.deliveredUntil = max(place.deliveredUntil, min(place.position, until))
                    return
                }
                let batch = place.batch
                if settings.checksBatches, !place.isVerified {
                    try header.verify(batch)
                    place.isVerified = true
                }
                let room = block.takesWholeBatches ? Int.max : limit - added
                added += try take(batch, of: place, until: until, room: room, into: block)
                place.deliveredUntil = place.position
                if place.position > header.lastOffset { _ = place.finishBatch() }
            }
        } catch {
            place.forget()
            throw failure(error, "fetch", place)
        }
    }

    /// Adds what is wanted of a batch to the block, and moves behind it.
    private func take(
        _ batch: UnsafeRawBufferPointer, of place: PartitionPlace, until: Offset, room: Int, into block: Block
    ) throws -> Int {
        let header = place.header
        let count = Int(header.recordCount)
        // A record at each offset: nothing has to be opened to know that.
        guard count == Int(header.lastOffsetDelta) + 1, place.position <= header.baseOffset,
            until > header.lastOffset, count <= room
        else {
            return try takeSome(batch, of: place, until: until, room: room, into: block)
        }
        block.append(
            batch: batch, of: place.partition, CollectionOfOne(header.baseOffset..<header.lastOffset + 1),
            ingested: batch.count)
        if place.isVerified { note(header, in: block) }
        place.position = header.lastOffset + 1
        return count
    }

    /// Notes the checksum of the block, to which a batch was added whose own checksum is right: of a large one that is as
    /// good as its bytes.
    private func note(_ header: BatchHeader, in block: Block) {
        let known = block.checked
        let checkedFrom = block.byteCount - header.checkedByteCount
        guard known.byteCount <= checkedFrom, header.checkedByteCount >= NativeReader.leastJoined else { return }
        let checksum = block.withBytes {
            CRC32C.checksum(
                UnsafeRawBufferPointer(rebasing: $0[known.byteCount..<checkedFrom]), continuing: known.checksum)
        }
        block.checked = Block.Checked(
            checksum: CRC32C.joined(checksum, header.checksum, count: header.checkedByteCount),
            byteCount: block.byteCount)
    }

    /// Bytes of a batch below which going through them is as fast.
    private static let leastJoined = 64 << 10

    /// As above, of a batch that compaction has left gaps in, or of which a part is wanted: its records say where they
    /// are. The part becomes a batch of its own, so that what is logged of a batch is never more than it has.
    private func takeSome(
        _ batch: UnsafeRawBufferPointer, of place: PartitionPlace, until: Offset, room: Int, into block: Block
    ) throws -> Int {
        let header = place.header
        let isPacked = header.attributes.codec != .some(.none)
        var cursor = try place.cursor ?? header.records(in: batch, isPacked ? unpacker(for: place) : idleUnpacker)
        var start = cursor
        var stretches: [Range<Offset>] = []
        var count = 0
        var isOver = false
        while count < room {
            let before = cursor
            guard let record = try cursor.next() else {
                isOver = true
                break
            }
            if record.offset < place.position { continue }
            if record.offset >= until {
                cursor = before
                break
            }
            if let last = stretches.last, last.upperBound == record.offset {
                stretches[stretches.count - 1] = last.lowerBound..<record.offset + 1
            } else if stretches.last.map({ $0.upperBound < record.offset }) ?? true {
                if stretches.isEmpty { start = before }
                stretches.append(record.offset..<record.offset + 1)
            } else {
                throw WireError(.number, "OffsetDelta", at: 0)
            }
            count += 1
        }
        let ingested = batch.count * count / max(1, Int(header.recordCount))
        if count == Int(header.recordCount) {
            block.append(batch: batch, of: place.partition, stretches, ingested: ingested)
        } else if count > 0 {
            let slice = header.slice(start.bytes(upTo: cursor), count: count)
            slice.withUnsafeBytes { block.append(batch: $0, of: place.partition, stretches, ingested: ingested) }
        }
        place.cursor = isOver ? nil : cursor
        let end = stretches.last?.upperBound ?? place.position
        place.position = isOver ? header.lastOffset + 1 : count < room ? until : end
        return count
    }
}
