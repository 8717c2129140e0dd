// The stages of one life, put together: what each strategy opens, and what the engine steps.
internal import Evidence
internal import Ingestion
internal import World

/// What a strategy opens for one life of the engine. Each puts its own together beside its source of batches.
struct Pipeline {
    /// What a pipeline is opened with.
    struct Life {
        let configuration: EngineConfiguration
        let seams: Seams
        let counters: EngineCounters
    }

    /// In order of preference; each returns whether it did something.
    var stages: [() throws -> Bool] = []
    var closers: [() -> Void] = []
    /// Whether all input is processed; before that, a step without work is a wait.
    var isFinished: () -> Bool = { true }
    /// Whether batches of earlier lives have to run again first.
    private(set) var hasReplay: () -> Bool = { false }
    /// What this driver has to say of others that worked, or wanted to work, on the same state.
    var notes: () -> [String] = { [] }
    /// Takes nothing in any more.
    var beginToLeave: (Stop) throws -> Void = { _ in }
    /// What is committed once all that is still to be done is done.
    var commitAtLast: () throws -> Void = {}

    /// Makes a checkpoint's store and its writer, behind the lock that keeps other drivers away.
    mutating func openCheckpoints(_ life: Life) throws -> (CheckpointStore, CheckpointWriter) {
        let configuration = life.configuration
        if !configuration.fidelity.has(.skipsDriverFence) {
            let lock = try DriverLock(directory: configuration.directory, seams: life.seams)
            closers.append(lock.release)
            notes = { lock.notes }
        }
        let store = try CheckpointStore(
            directory: RunFolder.checkpoints(of: configuration.directory), program: configuration.programVersion,
            seams: life.seams, counters: life.counters)
        return (store, CheckpointWriter(store: store, lagTasks: configuration.checkpointLagTasks))
    }

    /// Adds the batch loop of a source, with the writer of its checkpoints before it; to a sink that is open already, or
    /// to the one configured.
    mutating func addBatchLoop(
        _ source: any BatchSource, _ life: Life, writer: CheckpointWriter? = nil, sink: (any Sink)? = nil,
        // Our own bug: only a receiver has blocks to read back, and it passes its log.
        readBlock: @escaping (ReceivedBlock) throws -> Block = { _ in preconditionFailure("no log to read from") }
    ) throws -> BatchLoop {
        let (configuration, seams, counters) = (life.configuration, life.seams, life.counters)
        let slots = try TaskSlots(
            configuration: configuration, seams: seams, counters: counters, sink: sink, readBlock: readBlock)
        let evidence = try BatchEvidence(directory: RunFolder.evidence(of: configuration.outputFolder), seams: seams)
        let loop = try BatchLoop(
            source: source, slots: slots, evidence: evidence, seams: seams, counters: counters)
        if let writer {
            stages.append(writer.cleanUp)
            stages.append { try writer.step(tasksRun: loop.tasksRun, batchIsRunning: loop.isRunning) }
        }
        stages.append(loop.step)
        isFinished = { loop.isFinished && writer?.isEmpty != false }
        beginToLeave = { stop in loop.stop(replays: stop == .drain, plans: false) }
        hasReplay = { loop.hasReplay }
        closers.append(slots.close)
        closers.append(evidence.close)
        return loop
    }
}

extension Strategy {
    /// Opens the strategy's pipeline, which recovers what an earlier life left.
    func open(_ life: Pipeline.Life) throws -> Pipeline {
        switch self {
        case .raw: try RawLoop.open(life)
        case .receiver, .receiverReliable, .receiverWal: try ReceiverSource.open(life)
        case .direct: try DriftSource.open(life)
        case .directLogFirst: try LogFirstSource.open(life)
        case .directCommit: try CommitSource.open(life)
        case .directTransactional: try TransactionalSource.open(life)
        }
    }
}
