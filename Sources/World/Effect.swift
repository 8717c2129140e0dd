// The catalogue of effects: what the engine does to the world and a recovery can tell, with crash points around each.

/// One kind of effect on the world. Its crash points are named `NAME.before`, `NAME.after` and, where bytes can be
/// cut short, `NAME.torn`; where a task can fail and be run again, `NAME.fails`.
public enum Effect: UInt8, CaseIterable, Sendable {
    // Recovery: from a new process to an engine that knows all that is durable.
    case recoveryOpen
    case recoveryRemove
    case recoveryTruncate

    // Receiver: from the broker to the log.
    case receiverPoll
    case receiverBlockCut
    case receiverWalAppend
    case receiverWalSync
    case receiverEventAppend
    case receiverEventSync
    case receiverOffsetsCommit
    case receiverAutoCommit

    // Batch: from the plan to its completion.
    case batchPlan
    case batchOffsetsCommit
    case batchAllocationAppend
    case batchAllocationSync
    case batchLogWrite
    case batchLogSync
    case batchLogRename
    case batchSubmit
    case taskRead
    case sinkWrite
    case sinkCommit
    case sinkSync
    case stateWrite
    case stateSync
    case stateRename
    case batchCompleteWrite
    case batchCompleteSync
    case batchCompleteRename

    // Checkpoint: written by a stage of its own, later than what it describes.
    case generationCheckpointWrite
    case generationCheckpointSync
    case generationCheckpointRename
    case completionCheckpointWrite
    case completionCheckpointSync
    case completionCheckpointRename

    // Cleanup: what no recovery can need any more.
    case cleanupEventAppend
    case cleanupEventSync
    case cleanupRemove

    /// Everything has been read, written and recorded: nothing is in flight.
    case engineIdle

    // A task's transaction in a sink that is a topic. Behind all others, whose numbers stand in traces.
    case sinkBegin
    case sinkOffsets

    /// The effect's place in the catalogue, below 64.
    @inlinable public var index: Int { Int(rawValue) }

    /// The effect's name.
    public var name: String {
        switch self {
        case .recoveryOpen: "recovery.open"
        case .recoveryRemove: "recovery.remove"
        case .recoveryTruncate: "recovery.truncate"
        case .receiverPoll: "receiver.poll"
        case .receiverBlockCut: "receiver.block.cut"
        case .receiverWalAppend: "receiver.wal.append"
        case .receiverWalSync: "receiver.wal.sync"
        case .receiverEventAppend: "receiver.event.append"
        case .receiverEventSync: "receiver.event.sync"
        case .receiverOffsetsCommit: "receiver.offsets.commit"
        case .receiverAutoCommit: "receiver.auto.commit"
        case .batchPlan: "batch.plan"
        case .batchOffsetsCommit: "batch.offsets.commit"
        case .batchAllocationAppend: "batch.allocation.append"
        case .batchAllocationSync: "batch.allocation.sync"
        case .batchLogWrite: "batch.log.write"
        case .batchLogSync: "batch.log.sync"
        case .batchLogRename: "batch.log.rename"
        case .batchSubmit: "batch.submit"
        case .taskRead: "task.read"
        case .sinkBegin: "sink.begin"
        case .sinkWrite: "sink.write"
        case .sinkOffsets: "sink.offsets"
        case .sinkCommit: "sink.commit"
        case .sinkSync: "sink.sync"
        case .stateWrite: "state.write"
        case .stateSync: "state.sync"
        case .stateRename: "state.rename"
        case .batchCompleteWrite: "batch.complete.write"
        case .batchCompleteSync: "batch.complete.sync"
        case .batchCompleteRename: "batch.complete.rename"
        case .generationCheckpointWrite: "checkpoint.generation.write"
        case .generationCheckpointSync: "checkpoint.generation.sync"
        case .generationCheckpointRename: "checkpoint.generation.rename"
        case .completionCheckpointWrite: "checkpoint.completion.write"
        case .completionCheckpointSync: "checkpoint.completion.sync"
        case .completionCheckpointRename: "checkpoint.completion.rename"
        case .cleanupEventAppend: "cleanup.event.append"
        case .cleanupEventSync: "cleanup.event.sync"
        case .cleanupRemove: "cleanup.remove"
        case .engineIdle: "engine.idle"
        }
    }

    /// Finds the effect called `name`; nil when there is none.
    public init?(named name: String) {
        guard let effect = Effect.allCases.first(where: { $0.name == name }) else { return nil }
        self = effect
    }

    /// Whether the effect can fail in a way that its task survives by being run again.
    public var canFail: Bool { self == .taskRead || self == .sinkWrite }

    /// Whether the effect writes bytes that a crash can cut short.
    public var canTear: Bool {
        switch self {
        case .receiverWalAppend, .receiverEventAppend, .batchAllocationAppend, .batchLogWrite, .batchCompleteWrite,
            .generationCheckpointWrite, .completionCheckpointWrite, .cleanupEventAppend, .receiverOffsetsCommit,
            .stateWrite:
            true
        default: false
        }
    }
}
