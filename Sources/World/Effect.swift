// The catalogue of effects: everything the engine does to the world, each with a crash point before and after it.

/// One kind of effect on the world. Its crash points are named `NAME.before`, `NAME.after` and, where bytes can be
/// cut short, `NAME.torn`.
public enum Effect: String, CaseIterable, Sendable {
    // Receiver: from the broker to the log.
    case receiverPoll = "receiver.poll"
    case receiverBlockCut = "receiver.block.cut"
    case receiverWalAppend = "receiver.wal.append"
    case receiverWalSync = "receiver.wal.sync"
    case receiverEventAppend = "receiver.event.append"
    case receiverEventSync = "receiver.event.sync"
    case receiverOffsetsCommit = "receiver.offsets.commit"

    // Batch: from the plan to its completion.
    case batchPlan = "batch.plan"
    case batchAllocationAppend = "batch.allocation.append"
    case batchAllocationSync = "batch.allocation.sync"
    case batchLogWrite = "batch.log.write"
    case batchLogSync = "batch.log.sync"
    case batchLogRename = "batch.log.rename"
    case batchSubmit = "batch.submit"
    case taskRead = "task.read"
    case sinkWrite = "sink.write"
    case sinkSync = "sink.sync"
    case batchCompleteWrite = "batch.complete.write"
    case batchCompleteSync = "batch.complete.sync"
    case batchCompleteRename = "batch.complete.rename"

    // Checkpoint: written by a stage of its own, later than what it describes.
    case generationCheckpointWrite = "checkpoint.generation.write"
    case generationCheckpointSync = "checkpoint.generation.sync"
    case generationCheckpointRename = "checkpoint.generation.rename"
    case completionCheckpointWrite = "checkpoint.completion.write"
    case completionCheckpointSync = "checkpoint.completion.sync"
    case completionCheckpointRename = "checkpoint.completion.rename"

    // Cleanup: what no recovery can need any more.
    case cleanupEventAppend = "cleanup.event.append"
    case cleanupEventSync = "cleanup.event.sync"
    case cleanupRemove = "cleanup.remove"

    /// Everything has been read, written and recorded: nothing is in flight.
    case engineIdle = "engine.idle"

    /// The effect's place in the catalogue, below 64.
    public var index: Int { Effect.indices[self] ?? 0 }

    private static let indices: [Effect: Int] = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })

    /// Whether the effect writes bytes that a crash can cut short.
    public var canTear: Bool {
        switch self {
        case .receiverWalAppend, .receiverEventAppend, .batchAllocationAppend, .batchLogWrite, .batchCompleteWrite,
            .generationCheckpointWrite, .completionCheckpointWrite, .cleanupEventAppend, .receiverOffsetsCommit:
            true
        default: false
        }
    }
}
