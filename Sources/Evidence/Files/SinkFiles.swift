// How the files are named in which a sink keeps its rows.

/// The names of a sink's files.
package enum SinkFiles {
    private static let rows = ".rows"
    private static let slots = ".slots"

    /// The rows of an append sink; tasks that run at once have a file each.
    package static func append(slot: Int) -> String { "append" + (slot == 0 ? "" : "-\(slot)") + rows }
    /// The rows that a task wrote for a batch.
    package static func batch(_ batch: Int64, task: String) -> String { "batch-\(batch)-\(task)" + rows }
    /// The slots of a partition.
    package static func partition(_ partition: Int) -> String {
        let digits = "\(partition)"
        return "partition-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + slots
    }
    /// The database of a transactional sink.
    package static let database = "transactional.sqlite"
    /// What stands for the topic of a Kafka-transactional sink.
    package static let topic = "output-topic"

    package static func isAppend(_ name: String) -> Bool { name.hasPrefix("append") && name.hasSuffix(rows) }
    package static func isBatch(_ name: String) -> Bool { name.hasPrefix("batch-") && name.hasSuffix(rows) }
    package static func isPartition(_ name: String) -> Bool { name.hasPrefix("partition-") && name.hasSuffix(slots) }
}
