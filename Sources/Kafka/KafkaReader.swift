// Reads exact ranges of several partitions through one consumer, one queue per partition.
internal import CRdKafka
public import World

/// Reads records of a topic without a group: every partition is assigned by hand and starts where it is told to.
public final class KafkaReader: RecordReader {
    /// What makes reading exact; see ``KafkaConfiguration``, which refuses other values.
    static let exactness = [
        KafkaProperty(name: "enable.auto.commit", value: "false"),
        KafkaProperty(name: "enable.auto.offset.store", value: "false"),
        KafkaProperty(name: "enable.partition.eof", value: "true"),
        KafkaProperty(name: "auto.offset.reset", value: "error"),
        KafkaProperty(name: "isolation.level", value: "read_committed"),
        KafkaProperty(name: "allow.auto.create.topics", value: "false"),
    ]

    let topic: String
    let handle: KafkaHandle
    var slots: [PartitionSlot] = []
    /// The place of each partition in `slots`; -1 for those not read.
    var places: [Int] = []
    /// The queue all partitions lead to while records are discarded, and what was taken from it.
    var sharedQueue: OpaquePointer?
    var sharedBatch: MessageBatch
    /// The partition whose records are lent.
    private var lender: PartitionSlot?
    var waker: FetchWaker?
    /// Bytes that may be taken before the library's fetching is looked after again, and how many were.
    private let bytesPerLook = KafkaReader.prefetchBytes / 4
    private var bytesSinceLook = 0
    /// The place of the partition whose leader was woken last while records are discarded.
    var turn = 0
    /// How long a fetch waits for records before it wakes the library, in milliseconds.
    static let patienceBeforeWaking: Int32 = 5
    private var isOpen = true
    let clock = ContinuousClock()

    /// Opens a reader.
    ///
    /// - Parameters:
    ///   - configuration: The cluster.
    ///   - topic: The topic, which must exist.
    ///   - positions: The partitions to read and where each begins.
    ///   - sharesOneQueue: Whether records are only to be discarded, from one queue that has all of the prefetch.
    /// - Throws: ``BrokerError``.
    public convenience init(
        _ configuration: KafkaConfiguration, topic: String, positions: [(partition: Partition, offset: Offset)],
        sharesOneQueue: Bool = false
    ) throws {
        let handle = try KafkaHandle(
            .consumer, configuration, defaults: KafkaReader.throughput(queues: sharesOneQueue ? 1 : positions.count),
            // The library insists on a group name for any assignment; it is never joined nor committed to.
            fixed: KafkaReader.exactness + [KafkaProperty(name: "group.id", value: "kbench-reader")])
        self.init(handle, topic: topic)
        do {
            try assign(positions)
        } catch {
            close()
            throw error
        }
    }

    /// A reader of nothing, on a client that it closes at its end.
    init(_ handle: KafkaHandle, topic: String) {
        self.topic = topic
        self.handle = handle
        sharedBatch = MessageBatch(capacity: 10_000, returns: handle.returns)
    }

    /// Reads these partitions, each from its offset on, where none was read before.
    func assign(_ positions: [(partition: Partition, offset: Offset)]) throws {
        places = Array(repeating: -1, count: Int(positions.map(\.partition).max() ?? -1) + 1)
        for (partition, offset) in positions {
            precondition(offset >= 0 && places[Int(partition)] < 0, "reader: bad position \(partition)@\(offset)")
            guard let queue = rd_kafka_queue_get_partition(handle.pointer, topic, partition) else {
                throw failure(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "open reader", partition, offset)
            }
            // Without this the assignment would lead the partition's messages to the queue of the whole consumer.
            rd_kafka_queue_forward(queue, nil)
            places[Int(partition)] = slots.count
            slots.append(PartitionSlot(partition, at: offset, queue: queue, returns: handle.returns))
        }
        let assignment = TopicPartitionList(topic: topic, positions.map { ($0.partition, $0.offset) })
        let code = rd_kafka_assign(handle.pointer, assignment.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw handle.failure(code, doing: "assign \(topic)", location: topic)
        }
        waker = FetchWaker(handle.pointer, topic: topic)
    }

    /// Reads nothing any more; what was prefetched is dropped.
    func unassign() throws {
        dropSlots()
        let code = rd_kafka_assign(handle.pointer, nil)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw handle.failure(code, doing: "give up \(topic)", location: topic)
        }
    }

    /// Gives back what belongs to the partitions; none is read afterwards.
    func dropSlots() {
        waker?.close()
        waker = nil
        lender = nil
        sharedBatch.removeAll()
        if let sharedQueue { rd_kafka_queue_destroy(sharedQueue) }
        sharedQueue = nil
        for slot in slots {
            slot.batch.removeAll()
            rd_kafka_queue_destroy(slot.queue)
        }
        slots = []
        places = []
        // All are gone before their client is.
        handle.returns.free()
    }

    deinit { close() }

    /// Gives back the library's resources; the reader is not used afterwards.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        dropSlots()
        handle.close()
    }

    /// The bytes of records that a reader holds before they are asked for. With what is on its way, and what the library
    /// needs for each record beside its bytes, that is up to ten times as much memory for records of 200 bytes.
    static let prefetchBytes = 12 << 20
    /// The same in records, for small ones, of which each takes a few hundred bytes.
    static let prefetchRecords = 100_000

    /// Defaults for reading fast: the prefetch, divided among the queues that records are taken from. What is asked of a
    /// partition at once is at most half of its share.
    static func throughput(queues: Int) -> [KafkaProperty] {
        let queues = max(queues, 1)
        let bytes = prefetchBytes / queues
        return [
            KafkaProperty(name: "queued.min.messages", value: "\(max(100, prefetchRecords / queues))"),
            KafkaProperty(name: "queued.max.messages.kbytes", value: "\(max(64, bytes >> 10))"),
            KafkaProperty(name: "fetch.message.max.bytes", value: "\(min(max(bytes / 2, 65_536), 1 << 20))"),
            // How long a broker holds an answer back when it has nothing: a seek has to wait for that answer too.
            KafkaProperty(name: "fetch.wait.max.ms", value: "20"),
            KafkaProperty(name: "fetch.error.backoff.ms", value: "20"),
            KafkaProperty(name: "check.crcs", value: "true"),
        ]
    }

    func slot(of partition: Partition) -> PartitionSlot {
        guard partition >= 0, Int(partition) < places.count, places[Int(partition)] >= 0 else {
            // Our own bug: the engine reads only the partitions it opened.
            preconditionFailure("reader: partition \(partition) was not opened")
        }
        return slots[places[Int(partition)]]
    }

    /// The position of `partition`: the offset of the next record it will deliver.
    public func position(of partition: Partition) -> Offset { slot(of: partition).position }

    /// Moves a partition's position; costs nothing when it is there already.
    ///
    /// - Throws: ``BrokerError``.
    public func seek(_ partition: Partition, to offset: Offset) throws {
        precondition(offset >= 0, "reader: seek to \(offset)")
        let slot = slot(of: partition)
        if slot.position == offset, !slot.isStopped { return }
        // What was taken before the seek must not be delivered after it. Messages still in the library's queues carry a
        // version that the seek makes old, so the library drops those itself.
        slot.batch.removeAll()
        slot.position = offset
        slot.emptyBelow = 0
        slot.isStopped = false
        try seekLibrary([slot])
    }

    /// How long a seek may take, in milliseconds. The library waits for the answer to a fetch that is on its way, which a
    /// busy or a stopped broker holds back; whoever starts the partition anew need not wait for it.
    private static let seekTimeout: Int32 = 5_000

    func seekLibrary(_ moved: [PartitionSlot]) throws {
        let list = TopicPartitionList(topic: topic, moved.map { ($0.partition, $0.position) })
        if let error = rd_kafka_seek_partitions(handle.pointer, list.pointer, KafkaReader.seekTimeout) {
            let code = rd_kafka_error_code(error)
            rd_kafka_error_destroy(error)
            guard code == RD_KAFKA_RESP_ERR__TIMED_OUT else {
                throw handle.failure(code, doing: "seek", location: topic)
            }
            try handle.throwIfDown()
            // Nobody says which of them were moved, so all begin anew.
            return try moved.forEach(restart)
        }
        try list.forEach { element in
            if element.err == RD_KAFKA_RESP_ERR__STATE || element.err.isTransient {
                try restart(slot(of: element.partition))
            } else if element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw failure(element.err, "seek", element.partition, element.offset)
            }
        }
    }

    /// Starts a partition anew at its position: after an offset out of range the library has stopped it for good, and
    /// stopped partitions cannot seek. A seek that is carried out after all, and late, does no harm: what lies before the
    /// position is dropped.
    private func restart(_ slot: PartitionSlot) throws {
        let list = TopicPartitionList(topic: topic, [(slot.partition, slot.position)])
        for change in [rd_kafka_incremental_unassign, rd_kafka_incremental_assign] {
            if let error = change(handle.pointer, list.pointer) {
                defer { rd_kafka_error_destroy(error) }
                throw failure(rd_kafka_error_code(error), "restart", slot.partition, slot.position)
            }
        }
    }

    // MARK: Fetching

    /// Appends to `block` the records of `partition` from its position on, in order, until `limit` records were added,
    /// the position reached `until`, or `timeout` was over. Records at or past `until` are never added.
    ///
    /// - Returns: the records added, and the new position: the offset after the last record added, or `until` where the
    ///   broker has said that no record is left before it, which is how a range ends in a gap.
    /// - Throws: ``BrokerError``; `offsetOutOfRange` when the position is no longer (or not yet) in the log,
    ///   `unreachable` when no broker could be reached for as long as the configuration waits for one.
    public func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        if sharedQueue != nil { try leaveSharedQueue() }
        takeBack()
        let slot = slot(of: partition)
        let bytesBefore = block.payloadByteCount
        defer {
            slot.batch.takeBack()
            if isTimeToLook(after: block.payloadByteCount - bytesBefore) { waker?.wake(for: partition) }
        }
        var added = 0
        var deadline: ContinuousClock.Instant?
        slot.passGap(until: until)
        while added < limit, slot.position < until {
            if slot.batch.isEmpty {
                let wanted = min(limit - added, Int(clamping: until - slot.position))
                slot.batch.fill(from: slot.queue, limit: wanted, timeout: 0)
            }
            if slot.batch.isEmpty {
                // The clock is asked only when there is nothing to do anyway.
                let end = deadline ?? clock.now + timeout
                deadline = end
                // Mostly the records are on their way, and a question would only delay them.
                let brief = max(0, min(KafkaReader.patienceBeforeWaking, (end - clock.now).milliseconds))
                slot.batch.fill(from: slot.queue, limit: 1, timeout: brief)
                if !slot.batch.isEmpty { continue }
                waker?.wake(for: partition)
                let left = end - clock.now
                if left <= .zero { break }
                slot.batch.fill(from: slot.queue, limit: 1, timeout: min(100, left.milliseconds))
                if slot.batch.isEmpty, added == 0 { try handle.throwIfDown() }
            }
            let goesOn = try deliver(slot, until: until, limit: limit, added: &added) { message, _ in
                let key = message.key.map { UnsafeRawBufferPointer(start: $0, count: message.key_len) }
                let value = message.payload.map { UnsafeRawBufferPointer(start: $0, count: message.len) }
                block.append(partition: partition, offset: message.offset, key: key, value: value)
            }
            if !goesOn { break }
        }
        return (added, slot.position)
    }

    /// Lends records of `partition` where the library has them, from its position on, in order; what is there when the
    /// first has come.
    ///
    /// - Returns: as a fetch.
    /// - Throws: ``BrokerError``, as a fetch.
    public func lend(
        _ partition: Partition, until: Offset, limit: Int, into batch: RecordBatch, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        if sharedQueue != nil { try leaveSharedQueue() }
        takeBack()
        let slot = slot(of: partition)
        lender = slot
        var added = 0
        var deadline: ContinuousClock.Instant?
        let most = min(limit, RecordBatch.capacity)
        slot.passGap(until: until)
        try batch.refill { records in
            var bytes = 0
            while added == 0, slot.position < until {
                if slot.batch.isEmpty {
                    slot.batch.fill(
                        from: slot.queue, limit: min(most, Int(clamping: until - slot.position)), timeout: 0)
                }
                if slot.batch.isEmpty {
                    waker?.wake(for: partition)
                    let end = deadline ?? clock.now + timeout
                    deadline = end
                    let left = end - clock.now
                    if left <= .zero { break }
                    slot.batch.fill(from: slot.queue, limit: 1, timeout: min(100, left.milliseconds))
                    if slot.batch.isEmpty { try handle.throwIfDown() }
                }
                _ = try deliver(slot, until: until, limit: most, added: &added) { message, place in
                    records[place] = RecordBatch.Record(
                        offset: message.offset,
                        value: message.payload.map { UnsafeRawBufferPointer(start: $0, count: message.len) })
                    bytes += message.len + message.key_len
                }
            }
            if isTimeToLook(after: bytes) { waker?.wake(for: partition) }
            return (added, bytes)
        }
        return (added, slot.position)
    }

    /// Gives back what was lent.
    func takeBack() {
        lender?.batch.takeBack()
        lender = nil
    }

    /// Whether the library's fetching has to be woken after so many bytes were taken: it may have gone to sleep with all
    /// queues full, and no more than a quarter of the prefetch is taken without asking.
    func isTimeToLook(after bytes: Int) -> Bool {
        bytesSinceLook += bytes
        guard bytesSinceLook >= bytesPerLook else { return false }
        bytesSinceLook = 0
        return true
    }

    /// Works off the batch of a partition, calling `take` with each record and its place among those added.
    ///
    /// - Returns: Whether to go on; not when an error waits behind records that were added: they are handed over first.
    @inline(__always)
    func deliver(
        _ slot: PartitionSlot, until: Offset, limit: Int, added: inout Int,
        take: (borrowing rd_kafka_message_t, _ place: Int) -> Void
    ) throws -> Bool {
        var position = slot.position
        defer { slot.position = position }
        while added < limit, position < until, let message = slot.batch.first {
            // First the error: the end of a partition and failures come as messages too, with a text as their value.
            if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                    // The log ends here, so whatever lies before this offset and was not delivered is a gap.
                    slot.emptyBelow = max(slot.emptyBelow, message.pointee.offset)
                    position = max(position, min(slot.emptyBelow, until))
                } else if !message.pointee.err.isTransient {
                    if added > 0 { return false }
                    let code = message.pointee.err
                    slot.batch.passFirst()
                    slot.isStopped = true
                    throw failure(code, "fetch", slot.partition, position)
                }
            } else {
                let offset = message.pointee.offset
                if offset >= until {
                    // It stays for the next fetch: the range ended in a gap.
                    position = until
                    break
                }
                if offset >= position {
                    take(message.pointee, added)
                    position = offset + 1
                    added += 1
                }
            }
            slot.batch.passFirst()
        }
        if added > 0 { handle.noteAnswer() }
        return true
    }

    /// The error of a fetch; an offset out of range is told with the watermarks it is out of.
    func failure(
        _ code: rd_kafka_resp_err_t, _ doing: String, _ partition: Partition, _ offset: Offset
    ) -> BrokerError {
        var error = handle.failure(code, doing: doing, location: "\(topic)/\(partition)@\(offset)")
        guard error.code == .offsetOutOfRange else { return error }
        error.message = "offset \(offset) of \(topic)/\(partition) is not in the log"
        if case .success(let ends) = handle.queryWatermarks(topic, partition, timeout: 5000) {
            error.message += ", which has \(ends.low) up to \(ends.high)"
        }
        return error
    }
}

/// One partition of a reader: its queue in the library, its position, and messages taken but not yet delivered.
final class PartitionSlot {
    let partition: Partition
    let queue: OpaquePointer
    /// The offset of the next record to deliver.
    var position: Offset
    /// Whether the library has stopped the partition after an error, so that it must be started anew.
    var isStopped = false
    /// The log was once found to end here: what lies before it and has not been delivered is a gap, also for ranges that
    /// are asked for later. The library says so once.
    var emptyBelow: Offset = 0
    var batch: MessageBatch

    init(_ partition: Partition, at position: Offset, queue: OpaquePointer, returns: MessageReturns) {
        self.partition = partition
        self.position = position
        self.queue = queue
        batch = MessageBatch(capacity: 1024, returns: returns)
    }

    /// Steps over what is known to hold no record, as far as `until`.
    func passGap(until: Offset) { position = max(position, min(emptyBelow, until)) }
}
