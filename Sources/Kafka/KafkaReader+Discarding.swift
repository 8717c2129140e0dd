// Discards records uncopied, from one queue that all partitions lead to: the speed of the library itself.
internal import CRdKafka
internal import World

extension KafkaReader {
    /// Takes up to `limit` records of any partitions and drops them uncopied: the speed of the library itself. Waits
    /// for a first record, then takes what is there.
    ///
    /// For this all partitions lead to one queue; the next fetch leads them back, which costs a seek.
    ///
    /// - Returns: the records and their value bytes; fewer than `limit` says nothing about the end of the log.
    /// - Throws: ``BrokerError``.
    public func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int) {
        if sharedQueue == nil { enterSharedQueue() }
        takeBack()
        let deadline = clock.now + timeout
        var count = 0
        var bytes = 0
        for slot in slots where !slot.batch.isEmpty && count < limit {
            try drop(&slot.batch, limit: limit, count: &count, bytes: &bytes)
        }
        while count < limit {
            if sharedBatch.isEmpty {
                sharedBatch.fill(from: sharedQueue, limit: limit - count, timeout: 0)
            }
            if sharedBatch.isEmpty {
                let left = deadline - clock.now
                if count > 0 || left <= .zero { break }
                let brief = min(KafkaReader.patienceBeforeWaking, left.milliseconds)
                sharedBatch.fill(from: sharedQueue, limit: 1, timeout: brief)
                if !sharedBatch.isEmpty { continue }
                wakeNextLeader()
                let rest = max(0, min(100, (deadline - clock.now).milliseconds))
                sharedBatch.fill(from: sharedQueue, limit: 1, timeout: rest)
                if sharedBatch.isEmpty { try handle.throwIfDown() }
            }
            try drop(&sharedBatch, limit: limit, count: &count, bytes: &bytes)
        }
        if count > 0 { handle.noteAnswer() }
        // Of a queue that is nearly empty nobody sleeps.
        if rd_kafka_queue_length(sharedQueue) > KafkaReader.prefetchRecords / 8, isTimeToLook(after: bytes) {
            wakeNextLeader()
        }
        return (count, bytes)
    }

    /// Drops a batch and moves the positions; a stretch of one partition is looked up once.
    private func drop(_ batch: inout MessageBatch, limit: Int, count: inout Int, bytes: inout Int) throws {
        var current: PartitionSlot?
        var position: Offset = 0
        defer { current?.position = position }
        while count < limit, let message = batch.first {
            let partition = message.pointee.partition
            let code = message.pointee.err
            if code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__PARTITION_EOF {
                if !code.isTransient {
                    if count > 0 { return }
                    batch.passFirst()
                    guard places.indices.contains(Int(partition)) else {
                        throw handle.failure(code, doing: "fetch", location: topic)
                    }
                    throw failure(code, "fetch", partition, slot(of: partition).position)
                }
                batch.passFirst()
                continue
            }
            if current?.partition != partition {
                current?.position = position
                let next = slot(of: partition)
                current = next
                position = next.position
            }
            let offset = message.pointee.offset
            if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                position = max(position, offset)
            } else if offset >= position {
                count += 1
                bytes += message.pointee.len
                position = offset + 1
            }
            batch.passFirst()
        }
    }

    private func enterSharedQueue() {
        let queue = rd_kafka_queue_new(handle.pointer)
        for slot in slots { rd_kafka_queue_forward(slot.queue, queue) }
        sharedQueue = queue
    }

    func leaveSharedQueue() throws {
        for slot in slots { rd_kafka_queue_forward(slot.queue, nil) }
        sharedBatch.removeAll()
        for slot in slots {
            slot.batch.removeAll()
            slot.emptyBelow = 0
        }
        if let sharedQueue { rd_kafka_queue_destroy(sharedQueue) }
        sharedQueue = nil
        // What was prefetched into the shared queue went with it; fetch it again.
        try seekLibrary(slots)
    }

    /// Wakes the leader of one partition after the other.
    private func wakeNextLeader() {
        turn = (turn + 1) % slots.count
        waker?.wake(for: slots[turn].partition)
    }
}
