// Runs an engine in the simulated world: produces records, crashes where told, restarts, judges.
public import Engine
public import World

/// One topic, one disk, one run folder, and as many lives of an engine as are asked for. Nothing in it is real but the
/// engine: a crash is a thrown error, after which everything written is still there.
public final class SimulatedRun {
    /// Thrown by an armed crash in place of SIGKILL.
    private struct Killed: Error {}

    /// The disk that outlives the engine.
    public let disk = SimulatedDisk()
    /// The broker that outlives the engine.
    public let broker: SimulatedBroker
    /// How the next life of the engine is set up.
    public private(set) var configuration: EngineConfiguration
    /// The load.
    public let shape: LoadShape
    /// Records produced so far.
    public private(set) var produced = 0
    private let seed: UInt64
    private let clock = SimulatedClock()
    private let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)

    /// Makes a topic that holds the whole load.
    public init(
        strategy: Strategy, sink: SinkKind, shape: LoadShape, fidelity: Fidelity = .sound, seed: UInt64 = 1,
        walSegmentBytes: Int64 = 64 << 20, walCompressionLevel: Int32? = nil, taskAttempts: Int = 4
    ) {
        self.shape = shape
        self.seed = seed
        broker = SimulatedBroker(topic: "simulated", partitions: shape.partitions)
        configuration = EngineConfiguration(
            strategy: strategy, sink: sink, directory: "/run", group: "kbench",
            starts: Array(repeating: 0, count: shape.partitions), ends: Array(repeating: 0, count: shape.partitions),
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords),
            groupCommitBlocks: shape.groupCommitBlocks, walCompressionLevel: walCompressionLevel,
            walSegmentBytes: walSegmentBytes,
            checkpointLagTasks: shape.checkpointLagTasks,
            fidelity: fidelity, autoCommitBlocks: shape.autoCommitBlocks, chunkRecords: shape.chunkRecords,
            taskAttempts: taskAttempts)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
        produce(shape.records)
    }

    deinit { storage.deallocate() }

    /// What all lives together counted.
    public var counters: EngineCounters { EngineCounters(storage: storage) }

    /// One life, until the input is processed or the crash fires; a failure that is armed lets it live on.
    ///
    /// - Returns: whether the crash, or the failure, fired.
    /// - Throws: what the engine throws of itself.
    @discardableResult
    public func live(crash: ArmedCrash? = nil) throws -> Bool {
        var fired = false
        let crashSwitch = crash.map { armed in
            CrashSwitch(armed: armed) { point, _ in
                fired = true
                guard point.isDeath else { throw TaskFailure(at: point) }
                throw Killed()
            }
        }
        do {
            try run(crashSwitch ?? CrashSwitch())
        } catch is Killed {}
        return fired
    }

    /// What happens between a death and the next life, which from then on is set up accordingly.
    ///
    /// - Returns: whether there was anything to damage, where damage is part of it.
    /// - Throws: ``DiskError``, or the log's own error.
    @discardableResult
    public func endure(_ outage: Outage) throws -> Bool {
        produce(outage.arrivals)
        if outage.reset == .latest { configuration.starts = configuration.ends }
        configuration.firstBatchIsUnlimited = outage.restartBatch == .unlimited
        return try outage.damage?.strike(configuration, disk: disk) ?? true
    }

    /// A life without a crash.
    ///
    /// - Returns: the crash points it passed, in order.
    /// - Throws: what the engine throws of itself.
    public func trace() throws -> [CrashPoint] {
        var points: [CrashPoint] = []
        try run(CrashSwitch(observing: { point, _ in points.append(point) }))
        return points
    }

    /// Compares the sink with what was produced.
    ///
    /// - Throws: ``DiskError``.
    public func verdict() throws -> Verdict {
        try Verdict(
            produced: produced, sink: configuration.sink, runDirectory: configuration.directory, disk: disk)
    }

    /// Produces records, numbered on from those before and spread by turns.
    private func produce(_ count: Int) {
        var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength + 4)
        for sequence in produced..<produced + count {
            value.withUnsafeMutableBytes {
                RecordFormat.write(.init(producer: 0, sequence: UInt64(sequence)), seed: seed, into: $0)
            }
            let partition = sequence % shape.partitions
            broker.produce(to: Partition(partition), value: value)
            configuration.ends[partition] += 1
        }
        produced += count
    }

    private func run(_ crash: CrashSwitch) throws {
        // Time passes between two lives, as it does between two processes.
        clock.sleep(1_000_000_000)
        let seams = Seams(broker: broker, disk: disk, clock: clock, crash: crash)
        try IngestionEngine(configuration: configuration, seams: seams, counters: counters).run()
    }
}
