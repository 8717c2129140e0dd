// Reads exact ranges of several partitions from answers that stay as they came: records are looked at where they lie.
internal import Compression
internal import KafkaWire
internal import World

/// Reads records of a topic without a group. Transactions that were aborted never show.
///
/// There is no thread of its own: a question is sent before the answer to the last one is read, so that the broker and
/// the system's buffers work ahead.
final class NativeReader: RecordReader {
    let topic: String
    let settings: NativeSettings
    let cluster: ClusterView
    let pool: BufferPool
    /// For answers about one partition; see ``FetchLane``.
    let smallPool = BufferPool(usual: 2 * FetchLane.leastBytes, most: 8)
    let clock = ContinuousClock()
    private(set) var places: [PartitionPlace] = []
    /// The place of each partition; -1 for those not read.
    private var indexes: [Int] = []
    var lanes: [Int32: FetchLane] = [:]
    /// Where the next question begins.
    var turn = 0
    /// The most bytes to ask of a partition, unless one of its batches needs more: as much as lets all be in an answer,
    /// and never less than the largest batch so far. What is larger comes only where it is the first of an answer.
    var share: Int
    /// What has come so far: bytes, and the offsets that they cover.
    var taken = (bytes: 0.0, offsets: 0.0)
    /// The view of the cluster in which all logs were known to have what was read of them.
    var confirmedView = 0
    private var unpackers: [(unpacker: Unpacker, owner: PartitionPlace?)] = []
    private var nextUnpacker = 0
    private var lender: PartitionPlace?

    /// Batches that may be open at once and unpacked; beyond this, one that is half read is unpacked again.
    private static let mostUnpackers = 8

    init(_ settings: NativeSettings, topic: String, positions: [(partition: World.Partition, offset: Offset)]) throws {
        self.settings = settings
        self.topic = topic
        cluster = ClusterView(settings, topic: topic)
        pool = BufferPool(usual: settings.answerBytes + (1 << 16), most: 8)
        share = min(
            settings.partitionBytes, max(FetchLane.leastBytes, settings.answerBytes / max(1, positions.count)))
        indexes = Array(repeating: -1, count: Int(positions.map(\.partition).max() ?? -1) + 1)
        for (partition, offset) in positions {
            precondition(offset >= 0 && indexes[Int(partition)] < 0, "reader: bad position \(partition)@\(offset)")
            indexes[Int(partition)] = places.count
            places.append(PartitionPlace(partition, at: offset, mostBytes: share))
        }
        try cluster.connect()
        try cluster.retrying("open reader", topic) { try cluster.refresh() }
    }

    deinit { close() }

    func close() {
        for lane in lanes.values { lane.close() }
        lanes = [:]
        cluster.close()
    }

    func place(of partition: World.Partition) -> PartitionPlace {
        guard partition >= 0, Int(partition) < indexes.count, indexes[Int(partition)] >= 0 else {
            // Our own bug: the engine reads only the partitions it opened.
            preconditionFailure("reader: partition \(partition) was not opened")
        }
        return places[indexes[Int(partition)]]
    }

    func position(of partition: World.Partition) -> Offset { place(of: partition).position }

    func seek(_ partition: World.Partition, to offset: Offset) {
        precondition(offset >= 0, "reader: seek to \(offset)")
        takeBack()
        place(of: partition).move(to: offset)
    }

    // MARK: Reading

    func fetch(
        _ partition: World.Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        takeBack()
        let place = place(of: partition)
        if block.encoding == .batches {
            return try fetchBatches(place, until: until, limit: limit, into: block, timeout: timeout)
        }
        var added = 0
        var deadline: ContinuousClock.Instant?
        while added < limit, place.position < until {
            let before = added
            try deliver(place, until: until, limit: limit, added: &added, lends: false) { record, _ in
                block.append(partition: partition, offset: record.offset, key: record.key, value: record.value)
            }
            // Where nothing is to be seen before the range ends, nothing is waited for.
            if added > before || place.waiting > 0 || place.position >= until { continue }
            guard try waitForMore(of: place, added: added, &deadline, timeout) else { break }
        }
        return (added, min(place.position, until))
    }

    func lend(
        _ partition: World.Partition, until: Offset, limit: Int, into batch: RecordBatch, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        takeBack()
        let place = place(of: partition)
        lender = place
        var added = 0
        var deadline: ContinuousClock.Instant?
        let most = min(limit, RecordBatch.capacity)
        try batch.refill { records in
            var bytes = 0
            while added == 0, most > 0, place.position < until {
                try deliver(place, until: until, limit: most, added: &added, lends: true) { record, at in
                    records[at] = RecordBatch.Record(offset: record.offset, value: record.value)
                    bytes += (record.key?.count ?? 0) + (record.value?.count ?? 0)
                }
                if added > 0 || place.waiting > 0 || place.position >= until { continue }
                guard try waitForMore(of: place, added: added, &deadline, timeout) else { break }
            }
            return (added, bytes)
        }
        return (added, min(place.position, until))
    }

    func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int) {
        takeBack()
        var count = 0
        var bytes = 0
        let deadline = clock.now + timeout
        while limit > 0 {
            for place in places where count < limit && place.waiting > 0 {
                try deliver(place, until: .max, limit: limit, added: &count, lends: false) { record, _ in
                    bytes += record.value?.count ?? 0
                }
            }
            if count > 0 { break }
            if places.contains(where: { $0.waiting > 0 }) { continue }
            if let stuck = places.first(where: { $0.failure != nil }) { throw taken(stuck) }
            guard try more(of: nil, until: deadline) else { break }
        }
        return (count, bytes)
    }

    /// False: the time is over, or what was added is handed over before a failure is told.
    func waitForMore(
        of place: PartitionPlace, added: Int, _ deadline: inout ContinuousClock.Instant?, _ timeout: Duration
    ) throws -> Bool {
        if place.failure != nil {
            if added > 0 { return false }
            throw taken(place)
        }
        // The clock is asked only when there is nothing to do anyway.
        let end = deadline ?? clock.now + timeout
        deadline = end
        return try more(of: place, until: end)
    }

    /// Works off what has come of a partition, calling `take` with each record and its place among those added.
    @inline(__always)
    private func deliver(
        _ place: PartitionPlace, until: Offset, limit: Int, added: inout Int, lends: Bool,
        take: (RecordView, _ at: Int) -> Void
    ) throws {
        while added < limit, place.position < until {
            guard var cursor = try place.cursor ?? open(place) else { return }
            let isPacked = place.header.attributes.codec != .some(.none)
            if lends { place.lent = place.answer }
            var position = place.position
            var isOver = false
            do {
                while added < limit, position < until {
                    guard let record = try cursor.next() else {
                        isOver = true
                        break
                    }
                    if record.offset < position { continue }
                    if record.offset >= until {
                        // It is found again from the batch's beginning, as the range ended in a gap.
                        place.cursor = nil
                        place.position = until
                        place.deliveredUntil = max(place.deliveredUntil, min(position, until))
                        return
                    }
                    take(record, added)
                    position = record.offset + 1
                    added += 1
                }
            } catch {
                place.position = position
                place.forget()
                throw failure(error, "fetch", place)
            }
            if position > place.position { place.deliveredUntil = position }
            place.position = position
            place.cursor = cursor
            if isOver || position > place.header.lastOffset {
                place.position = max(position, place.header.lastOffset + 1)
                let goesOn = place.finishBatch()
                // What was lent is valid as long as neither its answer nor its unpacker is used for something else.
                if lends, added > 0, isPacked || !goesOn { return }
            }
        }
    }

    /// Opens the next batch that has records to show; nil: none has come.
    private func open(_ place: PartitionPlace) throws -> RecordCursor? {
        do {
            guard try place.findBatch() else { return nil }
            let batch = place.batch
            if settings.checksBatches { try place.header.verify(batch) }
            let isPacked = place.header.attributes.codec != .some(.none)
            return try place.header.records(in: batch, isPacked ? unpacker(for: place) : idleUnpacker)
        } catch {
            place.forget()
            throw failure(error, "fetch", place)
        }
    }

    /// An unpacker that keeps what it has unpacked until the partition's next batch, or until others need it.
    func unpacker(for place: PartitionPlace) -> Unpacker {
        if let known = unpackers.first(where: { $0.owner === place }) { return known.unpacker }
        if unpackers.count < NativeReader.mostUnpackers {
            unpackers.append((Unpacker(), place))
            return unpackers[unpackers.count - 1].unpacker
        }
        nextUnpacker = (nextUnpacker + 1) % unpackers.count
        unpackers[nextUnpacker].owner?.cursor = nil
        unpackers[nextUnpacker].owner = place
        return unpackers[nextUnpacker].unpacker
    }

    /// For batches that are not compressed.
    let idleUnpacker = Unpacker()

    /// Gives back what was lent.
    private func takeBack() {
        lender?.lent = nil
        lender = nil
    }

    // MARK: Failures

    private func taken(_ place: PartitionPlace) -> BrokerError {
        let error = place.failure ?? NoAnswer()
        // What is gone stays gone, until somebody jumps.
        if !(error is CutShort) { place.failure = nil }
        return failure(error, "fetch", place)
    }

    /// The error of a fetch; an offset out of range is told with the watermarks it is out of.
    func failure(_ error: any Error, _ doing: String, _ place: PartitionPlace?) -> BrokerError {
        let where_ = place.map { "\(topic)/\($0.partition)@\($0.position)" } ?? topic
        var told = Failures.brokerError(error, doing: doing, location: "\(settings.bootstrap) \(where_)")
        guard told.code == .offsetOutOfRange, let place else { return told }
        told.message = "offset \(place.position) of \(topic)/\(place.partition) is not in the log"
        if let low = try? cluster.ends(of: [place.partition], -2)[0],
            let high = try? cluster.ends(of: [place.partition], -1)[0]
        {
            told.message += ", which has \(low) up to \(high)"
        }
        return told
    }
}
