// Loads that are small enough to try everything on.
import Engine
import Evidence
import Judgement

extension LoadShape {
    /// A small load; what a test does not care about has a default.
    static func small(
        records: Int = 60, partitions: Int = 3, block: Int = 5, batch: Int = 20, group: Int = 1, lag: Int = 0,
        autoCommit: Int = 3, chunk: Int = 1000, pattern: LoadPattern = LoadPattern()
    ) -> LoadShape {
        LoadShape(
            records: records, partitions: partitions, blockRecords: block, batchRecords: batch,
            groupCommitBlocks: group, checkpointLagTasks: lag, autoCommitBlocks: autoCommit, chunkRecords: chunk,
            pattern: pattern)
    }
}
