// The offset-store seam: who keeps the offsets that a consumer group has committed.

/// A place that keeps committed offsets by group, as a Kafka cluster does. Calls block.
public protocol OffsetStore: AnyObject {
    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: the store's own error, such as ``BrokerError``.
    func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?]

    /// Commits, for each partition, the offset of the next record the group wants; returns once the store has it.
    ///
    /// - Throws: the store's own error, such as ``BrokerError``.
    func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws
}
