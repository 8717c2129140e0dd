// How much there is to work out for a crash: the closed forms go through every block, batch and task of the load.
internal import Engine
package import Ingestion
package import Judgement
internal import World

/// The size of a closed form.
package enum ClosedFormSize {
    /// Blocks, or tasks and their writes, of a load whose crashes can be worked out in a few seconds.
    package static let most = 100_000

    /// Refuses a load that has more of them.
    ///
    /// - Throws: ``Diagnosis`` naming what the load is cut into, and what to change.
    package static func check(_ shape: LoadShape, _ strategy: Strategy) throws(Diagnosis) {
        let (pieces, name, key): (Int, String, String)
        if strategy.isReceiver {
            (pieces, name, key) = (shape.records / shape.blockRecords, "blocks", "block-records")
        } else {
            // At least one record of each partition is in a batch, as far as it has any.
            let perBatch = max(shape.batchRecords, shape.partitions)
            let tasks = shape.records / perBatch * min(shape.partitions, perBatch)
            (pieces, name, key) = (tasks + shape.records / shape.chunkRecords, "tasks", "batch-records")
        }
        guard pieces > most else { return }
        throw Diagnosis(
            cause:
                "\(strategy.rawValue): \(shape.records) records are \(pieces) \(name), and what a crash does is worked out "
                + "for at most \(most)",
            fix: "use fewer records, raise \(key), or leave out the crash", exitCode: .usage)
    }
}
