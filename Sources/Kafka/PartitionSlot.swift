// What a reader knows about one of its partitions.
internal import CRdKafka
internal import World

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
    var batch = MessageBatch(capacity: 1024)

    init(_ partition: Partition, at position: Offset, queue: OpaquePointer) {
        self.partition = partition
        self.position = position
        self.queue = queue
    }

    /// Steps over what is known to hold no record, as far as `until`.
    func passGap(until: Offset) { position = max(position, min(emptyBelow, until)) }
}
