// One life of the engine: opens the pipeline of its strategy and steps it until the input is processed.
internal import Evidence
public import Ingestion
internal import World

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
    private var pipeline: Pipeline
    /// How the engine was asked to leave; nil: it was not.
    public private(set) var stopped: Stop?

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
        let recovers = configuration.strategy.hasOutput
        if recovers { try seams.crash.before(.recoveryOpen) }
        let seams = try configuration.job.bound(to: seams, configuration)
        self.seams = seams
        pipeline = try configuration.strategy.open(
            Pipeline.Life(configuration: configuration, seams: seams, counters: counters))
        counters[.recoveredAt] = seams.clock.now()
        if !pipeline.hasReplay() { counters[.replayedAt] = counters[.recoveredAt] }
        if recovers { try seams.crash.after(.recoveryOpen) }
    }

    /// Whether all input is processed; before that, a step without work is a wait.
    public func isFinished() -> Bool { pipeline.isFinished() }

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
        if stopped != nil { try pipeline.commitAtLast() }
    }

    private func leaveIfAsked() throws {
        guard stopped == nil, let stop = seams.stop() else { return }
        stopped = stop
        try pipeline.beginToLeave(stop)
    }

    /// What this driver has to say of others that worked, or wanted to work, on the same state.
    public var notes: [String] { pipeline.notes() }

    /// Gives back what the stages hold, and leaves the group; what was durable stays so. ``run()`` does it by itself.
    public func close() {
        for close in pipeline.closers { close() }
        pipeline.closers = []
    }

    /// Lets the first stage that has something to do take one step. False: none has.
    public func step() throws -> Bool {
        if var random = interleaving {
            pipeline.stages.shuffle(using: &random)
            interleaving = random
        }
        for stage in pipeline.stages where try stage() { return true }
        return false
    }
}
