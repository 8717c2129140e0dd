// Puts the stages of a strategy together and steps them until the input is processed.
internal import Evidence
public import Ingestion
internal import World
internal import WriteAheadLog

/// One life of the engine: opening it recovers what an earlier life left, running it processes all input.
///
/// The stages are stepped by one thread in a fixed order of preference: checkpoints before batches, batches before
/// blocks, blocks before polling. With cuts by count every life is therefore the same sequence of effects, which is
/// what lets a crash point's outcome be known beforehand. What is promised holds in any order: with
/// ``Seams/interleaving`` each step asks the stages in an order of its own.
public final class IngestionEngine {
    private let seams: Seams
    private let counters: EngineCounters
    /// Draws the stages' order at each step; nil: it stays as it is.
    private var interleaving: SeededRandom?
    /// In order of preference; each returns whether it did something.
    private var stages: [() throws -> Bool] = []
    /// Whether all input is processed; before that, a step without work is a wait.
    public private(set) var isFinished: () -> Bool = { true }
    /// Whether batches of earlier lives have to run again first.
    private var hasReplay: () -> Bool = { false }
    private var closers: [() -> Void] = []
    private var readNotes: () -> [String] = { [] }
    /// How the engine was asked to leave; nil: it was not.
    public private(set) var stopped: Stop?
    private var beginToLeave: (Stop) throws -> Void = { _ in }
    /// What is committed once all that is still to be done is done.
    private var commitAtLast: () throws -> Void = {}

    /// Opens an engine and recovers its state.
    ///
    /// - Throws: ``EngineError``, ``BrokerError``, ``DiskError`` or the log's own error.
    public init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.counters = counters
        interleaving = seams.interleaving
        // These belong to one life, not to all of them.
        let moments: [EngineCounters.Counter] = [
            .recoveredAt, .replayedAt, .askedAt, .refetchedAt, .firstOutputAt, .firstFreshOutputAt, .idleAt,
        ]
        for moment in moments { counters[moment] = 0 }
        counters[.openedAt] = seams.clock.now()
        let recovers = configuration.strategy != .raw
        if recovers { try seams.crash.before(.recoveryOpen) }
        let seams = try configuration.job.bound(to: seams, configuration)
        self.seams = seams
        switch configuration.strategy {
        case .raw:
            let loop = try RawLoop(configuration: configuration, seams: seams, counters: counters)
            stages = [loop.step]
            closers = [loop.close]
        case .directLogFirst:
            let source = try LogFirstSource(configuration: configuration, seams: seams, counters: counters)
            let loop = try addBatchLoop(source, configuration: configuration)
            source.tasksRun = { [unowned loop] in loop.tasksRun }
            stages.insert(source.writePlanIfDue, at: 0)
            isFinished = { loop.isFinished }
            readNotes = { source.notes }
        case .direct:
            let (store, writer) = try checkpoints(configuration)
            let source = try DriftSource(
                configuration: configuration, seams: seams, counters: counters, store: store, writer: writer)
            writer.didWrite = { checkpoint in
                seams.observer?.reached(.durable, checkpoint.ranges.map(\.range))
                counters.raise(.stateBytesPeak, to: store.bytes)
                try store.removeOld()
            }
            let loop = try addBatchLoop(source, configuration: configuration, writer: writer)
            source.tasksRun = { [unowned loop] in loop.tasksRun }
            isFinished = { loop.isFinished && writer.isEmpty }
        case .directCommit:
            let source = try CommitSource(configuration: configuration, seams: seams, counters: counters)
            let loop = try addBatchLoop(source, configuration: configuration)
            isFinished = { loop.isFinished }
            commitAtLast = source.commitOutput
        case .directTransactional where seams.output != nil:
            // The operation stands in for the database that keeps offsets with results.
            let source = try TransactionalSource(configuration: configuration, seams: seams, counters: counters)
            let loop = try addBatchLoop(source, configuration: configuration)
            isFinished = { loop.isFinished }
        case .directTransactional:
            guard configuration.strategy.canWrite(to: configuration.sink) else {
                throw EngineError(
                    .impossibleSink,
                    "direct-transactional cannot write to a sink that is \(configuration.sink.rawValue)",
                    location: configuration.directory)
            }
            let sink = try TransactionalSink(
                directory: RunFolder.sink(of: configuration.outputFolder), strategy: configuration.strategy,
                seams: seams)
            // First take over, then look: nobody moves an offset in between.
            let before = try sink.takeOver()
            let source = try TransactionalSource(
                configuration: configuration, seams: seams, counters: counters, sink: sink)
            let loop = try addBatchLoop(source, configuration: configuration, sink: sink)
            isFinished = { loop.isFinished }
            readNotes = {
                before.map {
                    ["\(seams.driverName) took over from driver \($0.number) (\($0.name)) at the stored offsets"]
                }
                    ?? []
            }
        case .receiver, .receiverReliable, .receiverWal:
            let (store, writer) = try checkpoints(configuration)
            let restored = try store.restore()
            let log = try BlockLog(
                configuration: configuration, seams: seams, counters: counters, restored: restored,
                isNewest: store.restoredNewest)
            let receiver = try Receiver(configuration: configuration, seams: seams, counters: counters)
            try log.compare(with: receiver.committed)
            receiver.waiting = { [unowned log] in (log.tracker.waiting.count, log.tracker.waitingRecords) }
            let pusher = BlockPusher(configuration: configuration, seams: seams, receiver: receiver, log: log)
            let source = try ReceiverSource(
                configuration: configuration, seams: seams, counters: counters, log: log, receiver: receiver,
                restored: restored, store: store, writer: writer)
            let loop = try addBatchLoop(source, configuration: configuration, writer: writer, readBlock: log.read)
            source.tasksRun = { [unowned loop] in loop.tasksRun }
            beginToLeave = { [fidelity = configuration.fidelity, strategy = configuration.strategy] stop in
                let closesLog = fidelity.has(.closesLogFirst)
                let leavesBlocks = stop == .term && strategy == .receiverWal && !closesLog
                try receiver.stop(keepsPolled: !leavesBlocks)
                loop.stop(replays: !leavesBlocks, plans: !leavesBlocks && !closesLog)
            }
            if configuration.strategy == .receiver { commitAtLast = receiver.commitPolled }
            stages += [pusher.step, receiver.step]
            closers += [receiver.close, log.close]
            isFinished = { loop.isFinished && writer.isEmpty }
        }
        counters[.recoveredAt] = seams.clock.now()
        if !hasReplay() { counters[.replayedAt] = counters[.recoveredAt] }
        if recovers { try seams.crash.after(.recoveryOpen) }
    }

    /// Processes all input, then notes that the engine is idle.
    ///
    /// - Throws: as the initialiser; what was durable stays so.
    public func run() throws {
        defer { close() }
        let workedBefore = counters[.workingNanoseconds]
        let fetchedBefore = counters[.recordsFetched]
        var startedAt: Nanoseconds?
        var batches = counters[.batchesCompleted]
        var hasWork = true
        while hasWork {
            try leaveIfAsked()
            let stepBegan = seams.clock.now()
            hasWork = try step()
            if startedAt == nil, counters[.recordsFetched] > fetchedBefore {
                // From when they were asked for: what a client fetches ahead comes before the first step, and a load that
                // is all of that would seem to take no time.
                // In a group it is the group that decides when.
                startedAt = counters[.askedAt] > 0 ? counters[.askedAt] : max(stepBegan, counters[.refetchedAt])
            }
            // Without batches the work is over when nothing more comes; with them what follows the last one is tidying up.
            if let startedAt, counters[.batchesCompleted] != batches || (!hasWork && batches == 0) {
                batches = counters[.batchesCompleted]
                counters[.workingNanoseconds] = workedBefore + seams.clock.now() - startedAt
            }
            if !hasWork, !isFinished() {
                // Nothing to do yet: a batch by time that is not due, or records that have not arrived.
                seams.clock.sleep(1_000_000)
                hasWork = true
            }
        }
        if stopped == nil {
            try seams.crash.before(.engineIdle)
            counters[.idleAt] = seams.clock.now()
            try seams.crash.after(.engineIdle)
            try leaveIfAsked()
        }
        if stopped != nil { try commitAtLast() }
    }

    private func leaveIfAsked() throws {
        guard stopped == nil, let stop = seams.stop() else { return }
        stopped = stop
        try beginToLeave(stop)
    }

    /// What this driver has to say of others that worked, or wanted to work, on the same state.
    public var notes: [String] { readNotes() }

    /// Gives back what the stages hold, and leaves the group; what was durable stays so. ``run()`` does it by itself.
    public func close() {
        for close in closers { close() }
        closers = []
    }

    /// Lets the first stage that has something to do take one step. False: none has.
    public func step() throws -> Bool {
        if var random = interleaving {
            stages.shuffle(using: &random)
            interleaving = random
        }
        for stage in stages where try stage() { return true }
        return false
    }

    private func checkpoints(_ configuration: EngineConfiguration) throws -> (CheckpointStore, CheckpointWriter) {
        if !configuration.fidelity.has(.skipsDriverFence) {
            let lock = try DriverLock(directory: configuration.directory, seams: seams)
            closers.append(lock.release)
            readNotes = { lock.notes }
        }
        let store = try CheckpointStore(
            directory: RunFolder.checkpoints(of: configuration.directory), program: configuration.programVersion,
            seams: seams, counters: counters)
        return (store, CheckpointWriter(store: store, lagTasks: configuration.checkpointLagTasks))
    }

    private func addBatchLoop(
        _ source: any BatchSource, configuration: EngineConfiguration, writer: CheckpointWriter? = nil,
        sink: (any Sink)? = nil,
        // Our own bug: only a receiver has blocks to read back, and it passes its log.
        readBlock: @escaping (ReceivedBlock) throws -> Block = { _ in preconditionFailure("no log to read from") }
    ) throws -> BatchLoop {
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
        beginToLeave = { stop in loop.stop(replays: stop == .drain, plans: false) }
        hasReplay = { loop.hasReplay }
        closers += [slots.close, evidence.close]
        return loop
    }
}
