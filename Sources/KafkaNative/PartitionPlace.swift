// One partition of a reader: what has come of it, how far it was read, and what stands in its way.
internal import KafkaWire
internal import World

/// Where a reader is in a partition.
final class PartitionPlace {
    let partition: World.Partition
    /// The offset of the next record to deliver.
    var position: Offset
    /// Behind the last record that was delivered: between this and the position nothing is to be seen.
    var deliveredUntil: Offset
    /// The offset to ask for next: behind all that has come.
    var fetchFrom: Offset
    /// Where the log was last said to end, for who reads committed records.
    var knownEnd: Offset = 0
    /// Changes with each jump, so that answers to what was asked before are known.
    var version = 0
    private(set) var fetched: [FetchedBatches] = []
    /// The election in which the last batch was written that has come; -1: none has, or nobody says.
    var lastEpoch: Int32 = -1
    /// The last election whose leader is known to have it.
    var leaderEpoch: Int32 = -1
    /// The batch that is open.
    var cursor: RecordCursor?
    /// Its header.
    var header = BatchHeader()
    /// Whether its checksum was held against its bytes.
    var isVerified = false
    /// Why the partition can give no more, until somebody asks again.
    var failure: (any Error)?
    /// The most bytes to ask for; more than usual where a batch needs it.
    var mostBytes: Int
    /// Whether the leader is to be found out anew, and when.
    var looksForLeaderAt: ContinuousClock.Instant?
    var pause = Pause()
    /// Since when brokers say that there is no such partition.
    var unknownSince: ContinuousClock.Instant?
    /// Keeps the memory of what was lent.
    var lent: Answer?

    init(_ partition: World.Partition, at position: Offset, mostBytes: Int) {
        self.partition = partition
        self.position = position
        self.mostBytes = mostBytes
        deliveredUntil = position
        fetchFrom = position
    }

    /// Answers that have batches which were not read.
    var waiting: Int { fetched.count }

    func append(_ batches: FetchedBatches) { fetched.append(batches) }

    /// Moves to `offset`; keeps what has come where that goes on there.
    func move(to offset: Offset) {
        failure = nil
        if offset >= deliveredUntil, offset <= position { return }
        if offset > position, offset <= fetchFrom {
            position = offset
            deliveredUntil = offset
            return
        }
        position = offset
        deliveredUntil = offset
        lastEpoch = -1
        forget()
    }

    /// Drops what has come and was not read: it is asked for again.
    func forget() {
        fetched.removeAll()
        isVerified = false
        cursor = nil
        version += 1
        fetchFrom = position
    }

    /// Whether the next batch has records to show; its header is ``header`` then. Steps past those that have none.
    func findBatch() throws -> Bool {
        while !fetched.isEmpty {
            guard let (header, isVisible) = try fetched[0].next() else {
                fetched.removeFirst()
                continue
            }
            if isVisible, header.lastOffset >= position, header.recordCount > 0 {
                self.header = header
                return true
            }
            position = max(position, header.lastOffset + 1)
            isVerified = false
            cursor = nil
            fetched[0].drop(header)
        }
        return false
    }

    /// The bytes of the batch that was found.
    var batch: UnsafeRawBufferPointer { fetched[0].bytes(of: header) }
    /// The answer that it is in.
    var answer: Answer? { fetched.first?.answer }

    /// The open batch is done.
    ///
    /// - Returns: Whether another one follows in the same answer.
    func finishBatch() -> Bool {
        cursor = nil
        isVerified = false
        fetched[0].drop(header)
        guard fetched[0].isEmpty else { return true }
        fetched.removeFirst()
        return false
    }
}
