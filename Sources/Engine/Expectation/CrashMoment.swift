// How far a life had come when it died: the parameters of the closed forms.

/// A moment in a life with cuts by count.
struct CrashMoment: Equatable {
    /// The batch under way or, between batches, the one completed last, from 0; nil before the first.
    var batch: Int?
    /// N: the records of that batch.
    var batchRecords = 0
    /// The records of the batch before it.
    var previousRecords = 0
    /// k: records of the batch that the sink holds.
    var output = 0
    /// Records of the batch that a task has read and handed to the sink, and the sink does not show yet.
    var unshown = 0
    /// Records of all earlier batches, which the sink holds.
    var earlierOutput = 0
    /// Whether a checkpoint that knows the batch is in force.
    var generationIsDurable = false
    /// Whether the record of the batch's completion is in force.
    var completionIsDurable = false
    /// Whether the state of a job that keeps one holds the batch; for other jobs without meaning.
    var stateIsDurable = false
    /// For `direct-commit`: whether the offsets of the batch before have been committed.
    var previousIsCommitted = false

    /// Whether what the completion of the batch makes superfluous is noted in the event log.
    var isCleanedUp = false
    /// For a failing task: the records it has handed to the sink, and those of its first piece.
    var written = 0
    var firstPiece = 0

    /// Blocks that batches have taken.
    var blocksAllocated = 0
    /// Blocks that are whole in the block log.
    var blocksStored = 0
    /// Blocks cut, from the first one on.
    var blocksCut = 0
    /// Blocks whose events are in the log.
    var blocksAnnounced = 0
    /// Blocks whose offsets are committed.
    var blocksCommitted = 0
    /// Blocks after those of which half of the partitions are committed.
    var partialCommitBlocks = 0
    /// For `receiver`: the commit that the last block cut made due has not happened.
    var isAutoCommitUnderWay = false

    /// The moment as a sink would see it that shows every write at once: what has been read is out.
    var asJournaled: CrashMoment {
        var moment = self
        moment.output += unshown
        moment.unshown = 0
        return moment
    }

    /// Whether any checkpoint is in force.
    var hasCheckpoint: Bool {
        guard let batch else { return false }
        return batch > 0 || generationIsDurable || completionIsDurable
    }

    /// For `direct-commit`: whether any offsets have been committed, which the plan of the second batch is the first to do.
    var hasCommitted: Bool {
        guard let batch else { return false }
        return batch > 1 || (batch == 1 && previousIsCommitted)
    }

    /// The same with so many blocks whole in the block log.
    func storing(_ blocks: Int) -> CrashMoment {
        var moment = self
        moment.blocksStored = blocks
        return moment
    }
}
