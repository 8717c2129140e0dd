// Runs an engine in the simulated world: produces records, crashes where told, restarts, judges.
public import Engine
public import World

/// One topic, one disk, one run folder, and as many lives of an engine as are asked for. Nothing in it is real but the
/// engine: a crash is a thrown error, after which everything written is still there.
public final class SimulatedRun {
    /// Thrown by an armed crash in place of SIGKILL.
    private struct Killed: Error {}

    /// The disk that outlives the engine.
    public let disk: SimulatedDisk
    /// The broker that outlives the engine.
    public let broker: SimulatedBroker
    /// How every life of the engine is set up.
    public let configuration: EngineConfiguration
    /// The load.
    public let shape: LoadShape
    private let clock: SimulatedClock
    private let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)

    /// Makes a topic that holds the whole load.
    public init(
        strategy: Strategy, sink: SinkKind, shape: LoadShape, fidelity: Fidelity = .sound, seed: UInt64 = 1,
        walSegmentBytes: Int64 = 64 << 20, walCompressionLevel: Int32? = nil
    ) {
        self.shape = shape
        disk = SimulatedDisk()
        clock = SimulatedClock()
        broker = SimulatedBroker(topic: "simulated", partitions: shape.partitions)
        var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength + 4)
        for sequence in 0..<shape.records {
            value.withUnsafeMutableBytes {
                RecordFormat.write(.init(producer: 0, sequence: UInt64(sequence)), seed: seed, into: $0)
            }
            broker.produce(to: Partition(sequence % shape.partitions), value: value)
        }
        configuration = EngineConfiguration(
            strategy: strategy, sink: sink, directory: "/run", group: "kbench",
            starts: Array(repeating: 0, count: shape.partitions), ends: shape.recordsByPartition,
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords),
            groupCommitBlocks: shape.groupCommitBlocks, walCompressionLevel: walCompressionLevel,
            walSegmentBytes: walSegmentBytes,
            checkpointLagTasks: shape.checkpointLagTasks,
            fidelity: fidelity, autoCommitBlocks: shape.autoCommitBlocks, chunkRecords: shape.chunkRecords)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
    }

    private init(forking original: SimulatedRun) {
        disk = original.disk.copy()
        broker = original.broker.copy()
        clock = original.clock.copy()
        configuration = original.configuration
        shape = original.shape
        storage.copyMemory(from: original.storage, byteCount: EngineCounters.byteCount)
    }

    /// A run that has come exactly as far and goes its own way from now on: one life can be followed by many others.
    public func fork() -> SimulatedRun { SimulatedRun(forking: self) }

    /// All that a life can find of those before it. Two runs of one configuration that have come to the same go on alike.
    public struct Remains: Hashable, Sendable {
        private let files: [String: [UInt8]]
        private let committed: [String: [Offset?]]

        fileprivate init(disk: SimulatedDisk, broker: SimulatedBroker) {
            files = disk.contents
            committed = broker.groups
        }
    }

    /// What is left of the lives so far.
    public var remains: Remains { Remains(disk: disk, broker: broker) }

    deinit { storage.deallocate() }

    /// What all lives together counted.
    public var counters: EngineCounters { EngineCounters(storage: storage) }

    /// One life, until the input is processed or the crash fires.
    ///
    /// - Returns: whether the crash fired.
    /// - Throws: what the engine throws of itself.
    @discardableResult
    public func live(crash: ArmedCrash? = nil) throws -> Bool {
        var fired = false
        let crashSwitch = crash.map { armed in
            CrashSwitch(armed: armed) { _, _ in
                fired = true
                throw Killed()
            }
        }
        do {
            try run(crashSwitch ?? CrashSwitch())
        } catch is Killed {}
        return fired
    }

    /// One life for each of `crashes`, which dies of it, and one more that processes what is left.
    ///
    /// - Returns: whether all of them fired.
    /// - Throws: what the engine throws of itself.
    public func live(crashes: [ArmedCrash]) throws -> Bool {
        var fired = true
        for crash in crashes { fired = try live(crash: crash) && fired }
        try live()
        return fired
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
            produced: shape.records, sink: configuration.sink, runDirectory: configuration.directory, disk: disk)
    }

    private func run(_ crash: CrashSwitch) throws {
        // Time passes between two lives, as it does between two processes.
        clock.sleep(1_000_000_000)
        let seams = Seams(broker: broker, disk: disk, clock: clock, crash: crash)
        try IngestionEngine(configuration: configuration, seams: seams, counters: counters).run()
    }
}
