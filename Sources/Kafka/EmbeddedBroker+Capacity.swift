// How much the embedded broker keeps, worked out before anything is produced.

extension EmbeddedBroker {
    /// Whether a load fits into the embedded broker.
    public enum Capacity: Equatable, Sendable {
        /// It does.
        case fits
        /// It does not: the oldest records would be dropped silently. With this many partitions it would.
        case needs(partitions: Int)
        /// No number of partitions helps: one record is too large for any.
        case never
    }

    /// The bytes of record batches, headers included, above which a partition drops its oldest batch. It also drops it
    /// above 100,000 batches, which is never reached: so many of the smallest are larger than this.
    static let partitionBytes = 5 * 1024 * 1024

    /// The bytes in front of the records of a batch.
    private static let batchHeaderBytes = 61

    /// Whether records spread evenly over the partitions all stay in the log.
    ///
    /// - Parameters:
    ///   - records: The number of records.
    ///   - recordBytes: The bytes of one record's key and value together.
    ///   - partitions: The number of partitions.
    ///   - recordsPerBatch: The records of a batch on average, at least. ``KafkaProducer`` fills batches with a hundred
    ///     or thousands when it produces at full speed; 1 is right for any producer and any rate.
    /// - Returns: Whether it fits, and if not, how many partitions it takes.
    public static func capacity(
        records: Int, recordBytes: Int, partitions: Int, recordsPerBatch: Int = 32
    ) -> Capacity {
        precondition(records >= 0 && recordBytes >= 0 && partitions > 0 && recordsPerBatch > 0)
        // In front of its key and value a record has attributes, the differences of time (up to 8 s) and offset (up to
        // 10,000 records in a batch) to the first of its batch, the two lengths, and the number of its headers.
        let body = 1 + 2 + 3 + 2 * varintBytes(recordBytes) + 1 + recordBytes
        let record = varintBytes(body) + body
        let perBatch = max(1, min(recordsPerBatch, KafkaProducer.smallestBatchBytes / record))
        let batch = batchHeaderBytes + perBatch * record
        let batches = partitionBytes / batch
        // A last batch that is smaller may still fit.
        let rest = partitionBytes - batches * batch - batchHeaderBytes
        let perPartition = batches * perBatch + max(0, rest / record)
        if records == 0 { return .fits }
        if perPartition == 0 { return .never }
        let needed = (records + perPartition - 1) / perPartition
        return needed <= partitions ? .fits : .needs(partitions: needed)
    }

    /// The bytes of a length as a signed varint.
    private static func varintBytes(_ length: Int) -> Int {
        // Signed lengths take a bit more than unsigned ones.
        var rest = length >> 6
        var count = 1
        while rest > 0 {
            rest >>= 7
            count += 1
        }
        return count
    }
}
