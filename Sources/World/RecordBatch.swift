// Records lent by a reader: where they lie, for whoever can do with them before the next call.

/// Records of one partition that stay where a reader has them. What is in the batch is valid until the reader, or the
/// batch, is used again. One thread uses a batch at a time.
public final class RecordBatch {
    /// A record's place and value.
    @frozen public struct Record {
        /// The offset in the batch's partition.
        public var offset: Offset
        /// The value; nil for a tombstone.
        public var value: UnsafeRawBufferPointer?

        /// Names a record.
        @inlinable
        public init(offset: Offset, value: UnsafeRawBufferPointer?) {
            self.offset = offset
            self.value = value
        }
    }

    /// The most records a batch holds: few enough that they are still in the processor's cache when they are looked at.
    public static let capacity = 1024

    /// The records of the batch; `count` of them are there.
    @usableFromInline let records: UnsafeMutablePointer<Record>
    /// How many records there are.
    public private(set) var count = 0
    /// The bytes of their keys and values.
    public private(set) var payloadByteCount = 0
    /// Holds the records where a reader can only copy.
    let block = Block()

    /// Makes an empty batch.
    public init() { records = .allocate(capacity: RecordBatch.capacity) }

    deinit { records.deallocate() }

    /// The records, in the order of their offsets.
    public var contents: UnsafeBufferPointer<Record> { UnsafeBufferPointer(start: records, count: count) }

    /// Lets `body` fill the batch anew from its start; it returns how many records and payload bytes it has put there.
    public func refill(_ body: (UnsafeMutablePointer<Record>) throws -> (count: Int, bytes: Int)) rethrows {
        count = 0
        payloadByteCount = 0
        (count, payloadByteCount) = try body(records)
    }
}

extension RecordReader {
    /// Fetches into the batch's own block, for a reader that has nothing to lend.
    ///
    /// - Throws: ``BrokerError``, as a fetch.
    public func lend(
        _ partition: Partition, until: Offset, limit: Int, into batch: RecordBatch, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        batch.block.removeAll()
        batch.refill { _ in (0, 0) }
        let result = try fetch(
            partition, until: until, limit: min(limit, RecordBatch.capacity), into: batch.block, timeout: timeout)
        batch.refill { records in
            var count = 0
            batch.block.forEachRecord { _, offset, _, value in
                records[count] = RecordBatch.Record(offset: offset, value: value)
                count += 1
            }
            return (count, batch.block.payloadByteCount)
        }
        return result
    }
}
