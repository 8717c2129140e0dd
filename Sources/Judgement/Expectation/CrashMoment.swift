// How far a life had come when it died: the parameters of the closed forms.
internal import Ingestion

/// A moment in a life with cuts by count.
struct CrashMoment: Equatable {
    /// The batch under way or, between batches, the one completed last, by its place in the life, from 0; nil before the
    /// first.
    var batch: Int?
    /// N: the records of that batch.
    var batchRecords = 0
    /// The records of the batch before it in this life.
    var previousRecords = 0
    /// k: records of the batch that the sink holds and that it got, or would have got again, from this life.
    var output = 0
    /// Tasks of the batch all of whose output the sink shows.
    var tasksOut = 0
    /// Records of all earlier batches of this life, which the sink holds.
    var earlierOutput = 0
    /// Records of the batch that a task has read and handed to the sink, and the sink does not show yet.
    var unshown = 0
    /// Whether the batch's plan can be found by a restart: its blocks in the event log, or its ranges in the offset log.
    var isPlanned = false
    /// Whether a checkpoint that knows the batch is in force.
    var generationIsDurable = false
    /// Whether the record of the batch's completion is in force.
    var completionIsDurable = false
    /// Whether the cleanup event that follows the completion is in the log.
    var cleanupIsDurable = false
    /// Whether the state of a job that keeps one holds the batch; for other jobs without meaning.
    var stateIsDurable = false
    /// For `direct-commit`: whether the offsets of the batch before have been committed.
    var previousIsCommitted = false

    /// For a failing task: the records it has handed to the sink, and those of its first piece.
    var written = 0
    var firstPiece = 0

    /// Blocks that batches of this life have taken.
    var blocksAllocated = 0
    /// Blocks of this life that are whole in the block log.
    var blocksStored = 0
    /// Blocks that this life has cut.
    var blocksCut = 0
    /// Those of them whose events are in the log.
    var blocksAnnounced = 0
    /// Those of them whose offsets are committed.
    var blocksCommitted = 0
    /// Blocks after those of which half of the partitions are committed.
    var partialCommitBlocks = 0
    /// For `receiver`: the commit that the last block cut made due has not happened.
    var isAutoCommitUnderWay = false

    /// Whether the life left in order, and committed what it had polled, or its last batch, at last.
    var isCommittedAtLast = false

    /// What the next life has to tidy up before anything else.
    var leftover = Leftover.nothing

    /// The moment as a sink would see it that shows every write at once: what has been read is out.
    var asJournaled: CrashMoment {
        var moment = self
        moment.output += unshown
        moment.unshown = 0
        return moment
    }

    /// Whether any checkpoint is in force, in a first life.
    var hasCheckpoint: Bool {
        guard let batch else { return false }
        return batch > 0 || generationIsDurable || completionIsDurable
    }

    /// For `direct` and `direct-log-first`: whether anything says where to go on, in a first life.
    func hasStored(_ strategy: Strategy) -> Bool {
        strategy == .direct ? hasCheckpoint : (batch ?? 0) > 0 || isPlanned || completionIsDurable
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

/// What a crash in the middle of a write leaves; the next life that gets as far removes it while it opens.
enum Leftover: Hashable {
    case nothing
    /// A frame cut short at the end of a log.
    case tornTail
    /// A file that never got its real name.
    case halfWrittenFile
}
