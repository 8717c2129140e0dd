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
    var batch = MessageBatch(capacity: 1024)

    init(_ partition: Partition, at position: Offset, queue: OpaquePointer) {
        self.partition = partition
        self.position = position
        self.queue = queue
    }
}
