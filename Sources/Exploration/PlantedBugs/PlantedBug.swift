// The bugs that can be planted in an engine, to see whether exploration finds them.

/// A mistake that an engine could have. Only exploration can plant one; a worker process never has one.
public enum PlantedBug: String, CaseIterable, Codable, Sendable {
    // Durability: what was to be made durable is not.
    case blockLogNeverSynced = "block-log-never-synced"
    case eventLogNeverSynced = "event-log-never-synced"
    case checkpointNeverSynced = "checkpoint-never-synced"
    case offsetLogNeverSynced = "offset-log-never-synced"
    case sinkNeverSynced = "sink-never-synced"
    case checkpointNameNeverSynced = "checkpoint-rename-without-directory-sync"
    case offsetLogNameNeverSynced = "offset-log-rename-without-directory-sync"
    case blockSegmentNameNeverSynced = "block-segment-without-directory-sync"
    case eventSegmentNameNeverSynced = "event-segment-without-directory-sync"
    case sinkNameNeverSynced = "sink-file-without-directory-sync"
    case syncErrorIgnored = "sync-error-ignored"
    case syncRetried = "sync-retried-after-error"
    case fullDiskIgnored = "full-disk-ignored"
    case copiesInsteadOfRenaming = "copy-instead-of-rename"
    // State: what is found again is not what is true.
    case staleCheckpoint = "stale-checkpoint-reused"
    case staleOffsetLog = "stale-offset-log-reused"
    case neededSegmentRemoved = "needed-segment-removed"
    case commitBeforeLog = "commit-before-log"
    case logReplayedOnlyWithCheckpoint = "log-replayed-only-with-checkpoint"
    case lastBatchRunAgain = "last-batch-run-again"
    case numbersByClock = "batches-numbered-by-clock"
    case planAfterSubmit = "plan-durable-after-job"
    // Offsets: one too many, one too few.
    case rangeEndOffByOne = "range-end-off-by-one"
    case rangeBeginOffByOne = "range-begin-off-by-one"
    case lastOffsetCommitted = "last-offset-committed"
    case offsetBeyondCommitted = "offset-beyond-next-committed"
    case partitionForgottenInCommit = "partition-forgotten-in-commit"
    case committedOffsetsIgnored = "committed-offsets-ignored"
    // Sinks: what keeps records apart does not.
    case partitionsShareSlots = "offset-key-without-partition"
    case offsetsInTransactionOfTheirOwn = "offsets-in-a-transaction-of-their-own"
    case batchKeyOnDriftingPlan = "batch-key-on-a-drifting-plan"
}
