// Runs an engine in the simulated world: produces records, crashes where told, restarts, judges.
public import Engine
internal import Evidence
public import Ingestion
public import Judgement
internal import KafkaWire
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
    /// The databases that outlive the engine.
    public let stores: SimulatedStores
    /// What the life under way, or the last one, has done.
    public let trace = Trace()
    /// Changes what an engine is given before it is opened: for engines with a bug on purpose.
    public var changeSeams: (Seams) -> Seams = { $0 }
    /// How the next life of the engine is set up.
    public var configuration: EngineConfiguration
    /// The load.
    public let shape: LoadShape
    /// Where each record lies.
    public private(set) var places: [(partition: Partition, offset: Offset)] = []
    private var production: LoadProduction
    let clock: SimulatedClock
    private static let timeOfLife: Nanoseconds = 1_000_000_000_000_000
    private let seed: UInt64
    private var lives = 0
    /// Decides, with the engine's number, in which order an engine's stages go; nil: in the engine's own order.
    public var interleaving: UInt64?
    private var opened: UInt64 = 0
    /// The faults of the next life.
    var armed: [Fault] = []
    var installed: ArmedFaults?
    /// The faults that struck in the latest life that had any, in the order they did.
    public internal(set) var struck: [Fault] = []
    /// What the life under way is asked to do.
    private var stop: Stop?
    private let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)

    /// Makes a topic that holds the whole load.
    ///
    /// `gaps` says how many offsets without a record lie before a record of that number, in its partition, and behind the
    /// last record where the number is that of the partition's next one. Of the partitions, only `partitionsAtFirst` are
    /// there until the broker is told to grow.
    public init(
        strategy: Strategy, sink: SinkKind, shape: LoadShape, fidelity: Fidelity = .sound, seed: UInt64 = 1,
        walSegmentBytes: Int64 = 64 << 20, walCompressionLevel: Int32? = nil,
        gaps: [Int: Int64] = [:], partitionsAtFirst: Int? = nil, job: Job = .identity,
        tasks: TaskSettings = TaskSettings(), taskAttempts: Int = 4
    ) {
        self.shape = shape
        disk = SimulatedDisk()
        clock = SimulatedClock()
        stores = SimulatedStores()
        self.seed = seed
        production = LoadProduction(shape.pattern, partitions: shape.partitions)
        broker = SimulatedBroker(topic: "simulated", partitions: shape.partitions)
        broker.clock = clock
        configuration = EngineConfiguration(
            strategy: strategy, sink: sink, directory: "/run", group: "kbench",
            starts: Array(repeating: 0, count: shape.partitions), ends: Array(repeating: 0, count: shape.partitions),
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords),
            groupCommitBlocks: shape.groupCommitBlocks, walCompressionLevel: walCompressionLevel,
            walSegmentBytes: walSegmentBytes,
            checkpointLagTasks: shape.checkpointLagTasks,
            fidelity: fidelity, autoCommitBlocks: shape.autoCommitBlocks, chunkRecords: shape.chunkRecords, job: job,
            tasks: tasks, taskAttempts: taskAttempts)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
        watch()
        produce(shape.records, gaps: gaps)
        for sequence in shape.records..<shape.records + shape.partitions {
            broker.skipOffsets(gaps[sequence] ?? 0, in: Partition(sequence % shape.partitions))
        }
        configuration.ends = broker.ends
        if let partitionsAtFirst { broker.hidePartitions(from: partitionsAtFirst) }
    }

    private init(forking original: SimulatedRun) {
        disk = original.disk.copy()
        broker = original.broker.copy()
        clock = original.clock.copy()
        broker.clock = clock
        armed = original.armed
        // What was armed ends with the life it was armed for.
        if original.installed != nil { disk.freeBytes = nil }
        struck = original.struck
        stores = original.stores.copy()
        places = original.places
        production = original.production
        seed = original.seed
        lives = original.lives
        interleaving = original.interleaving
        opened = original.opened
        configuration = original.configuration
        shape = original.shape
        changeSeams = original.changeSeams
        storage.copyMemory(from: original.storage, byteCount: EngineCounters.byteCount)
        watch()
    }

    private func watch() {
        disk.spare(RunFolder.evidence(of: configuration.directory))
        disk.trace = trace
        broker.trace = trace
        stores.trace = trace
    }

    /// A run that has come exactly as far and goes its own way from now on: one life can be followed by many others.
    public func fork() -> SimulatedRun { SimulatedRun(forking: self) }

    /// See ``version(after:isLast:)``.
    public struct WorldVersion: Hashable {
        fileprivate let kind: Int
        fileprivate let loss: PowerLoss?
        fileprivate let counts: [Int]
    }

    /// All that a life can find of those before it. Two runs of one configuration that have come to the same go on alike.
    public struct Remains: Hashable {
        private let disk: DiskImage.Remains
        private let committed: [String: [Offset?]]
        private let databases: [String: AnyHashable]

        fileprivate init(of run: SimulatedRun) {
            disk = run.disk.image.remains
            committed = run.broker.groups
            databases = run.stores.contents
        }
    }

    /// What is left of the lives so far.
    public var remains: Remains { Remains(of: self) }

    deinit { storage.deallocate() }

    /// What all lives together counted.
    public var counters: EngineCounters { EngineCounters(storage: storage) }

    /// One life, until the input is processed or the crash fires; a failure that is armed lets it live on. `other` sets it
    /// up in another way, `offsets` keeps its committed offsets elsewhere than in the broker.
    ///
    /// - Returns: whether the crash, or the failure, fired.
    /// - Throws: what the engine throws of itself.
    @discardableResult
    public func live(
        crash: ArmedCrash? = nil, as other: EngineConfiguration? = nil, offsets: (any OffsetStore)? = nil
    ) throws -> Bool {
        var fired = false
        let crashSwitch = crash.map { armed in
            CrashSwitch(armed: armed) { point, _ in
                fired = true
                guard point.isDeath else { throw TaskFailure(at: point) }
                throw Killed()
            }
        }
        do {
            try run(crashSwitch ?? CrashSwitch(), as: other, offsets: offsets)
        } catch is Killed {}
        return fired
    }

    /// One life that is asked to leave at `place`, and leaves in order.
    ///
    /// - Returns: whether it came to the place.
    /// - Throws: what the engine throws of itself.
    @discardableResult
    public func live(askedTo stop: Stop, at place: ArmedCrash) throws -> Bool {
        self.stop = nil
        defer { self.stop = nil }
        try run(CrashSwitch(armed: place) { [unowned self] _, _ in self.stop = stop })
        return self.stop != nil
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

    /// What happens between a death and the next life, which from then on is set up accordingly.
    ///
    /// - Returns: whether there was anything to damage, where damage is part of it.
    /// - Throws: ``DiskError``, or the log's own error.
    @discardableResult
    public func endure(_ outage: Outage) throws -> Bool {
        for event in outage.events { endure(event) }
        produce(outage.arrivals)
        configuration.onDataLoss = outage.onDataLoss
        if outage.reset == .latest { configuration.starts = configuration.ends }
        configuration.firstBatchIsUnlimited = outage.restartBatch == .unlimited
        return try outage.damage?.strike(configuration, disk: disk) ?? true
    }

    private func endure(_ event: BrokerEvent) {
        let group = configuration.group
        switch event {
        case .retention(let keep):
            for (partition, end) in broker.ends.enumerated() {
                broker.evict(below: end - keep, of: Partition(partition))
            }
        case .deleteRecords(let partition, let before):
            broker.evict(below: min(before, broker.ends[Int(partition)]), of: partition)
        case .topicAnew:
            broker.recreate()
            broker.changeOffsets(of: group) { _, _ in nil }
        case .forgetOffsets: broker.changeOffsets(of: group) { _, _ in nil }
        case .moveOffsets(let moved, let by):
            broker.changeOffsets(of: group) { partition, offset in
                moved.map { $0 == partition } ?? true ? max(0, offset + by) : offset
            }
        case .addPartitions(let count):
            broker.addPartitions(count)
            production.partitions += count
            configuration.starts += Array(repeating: 0, count: count)
        }
        configuration.ends = broker.ends
    }

    /// A life without a crash; `visit` is called at each of its crash points and may ``fork()`` the run. What it throws
    /// ends the life.
    ///
    /// - Parameters:
    ///   - tears: Whether torn points are visited too, with half of their bytes there; what the life does is the same.
    ///   - visit: Called with the point and how often it was reached, from 1.
    /// - Throws: what the engine throws of itself, or `visit`.
    public func explore(
        tears: Bool = true, _ visit: @escaping (CrashPoint, _ occurrence: Int) throws -> Void
    ) throws {
        guard tears else {
            return try run(
                CrashSwitch(observing: { [trace] point, occurrence in
                    trace.note(point, occurrence: occurrence)
                    try visit(point, occurrence)
                }))
        }
        // Half an effect is undone once it was looked at, so that the whole one follows as if nothing had been there.
        var image = disk.image
        var groups = broker.groups
        var hash = trace.hash
        let crash = CrashSwitch(
            observing: { [trace, disk, broker] point, occurrence in
                // A torn point leaves no trace in a life that goes on behind it.
                if point.moment != .torn { trace.note(point, occurrence: occurrence) }
                try visit(point, occurrence)
                if point.moment == .torn {
                    disk.image = image
                    broker.restore(groups)
                    trace.hash = hash
                }
            },
            willTear: { [trace, disk, broker] _ in
                image = disk.image
                groups = broker.groups
                hash = trace.hash
            })
        try run(crash)
    }

    /// What tells the worlds apart that a crash now can leave, of those that one life comes by.
    ///
    /// - Parameters:
    ///   - loss: What the power loss leaves; nil for a process kill, which leaves the same when nothing is unsynced.
    ///   - isLast: Whether no other crash follows, to which it would matter what is durable.
    /// - Returns: A version: worlds with equal versions are equal.
    public func version(after loss: PowerLoss?, isLast: Bool) -> WorldVersion {
        let image = disk.image
        var loss = loss
        if loss == .allKept, isLast { loss = nil }
        if loss == .namesLost, !image.hasDirtyFiles { loss = .allLost }
        let rest = [image.sparedWrites, broker.commits, stores.commits]
        if !image.isDirty || loss == .allLost {
            return WorldVersion(kind: 0, loss: nil, counts: [image.durableChanges] + rest)
        }
        guard let loss else { return WorldVersion(kind: 1, loss: nil, counts: [image.writes] + rest) }
        return WorldVersion(kind: 2, loss: loss, counts: [image.changes] + rest)
    }

    /// A life without a crash; `visit` is called at each of its crash points.
    ///
    /// - Returns: the crash points it passed, in order.
    /// - Throws: what the engine throws of itself.
    @discardableResult
    public func trace(_ visit: @escaping (CrashPoint) -> Void = { _ in }) throws -> [CrashPoint] {
        var points: [CrashPoint] = []
        let observe = { (point: CrashPoint, _: Int) in
            points.append(point)
            visit(point)
        }
        try run(CrashSwitch(observing: observe))
        return points
    }

    /// Compares the sink, or the job's state, with what was produced.
    ///
    /// - Throws: ``DiskError``, or ``EngineError`` when no state can be read.
    public func verdict() throws -> Verdict {
        let directory = configuration.directory
        let readings = Readings(ofRunsIn: [directory], disk: disk)
        if configuration.job.keepsState {
            let counted = try JobState.counted(ofRunIn: directory, disk: disk)
            return try Verdict(
                counted: counted.records,
                producedByPartition: shape.pattern.spread(places.count, partitions: shape.partitions),
                digest: counted.digest, readings: readings)
        }
        return try Verdict(
            of: [configuration.sink.deliveries(ofRunIn: directory, disk: disk, openStore: stores.open)],
            against: Production(count: places.count, place: { [places] in places[$0] }), readings: readings)
    }

    /// Produces records, numbered on from those before, in the transactions of the load's pattern.
    private func produce(_ count: Int, gaps: [Int: Int64] = [:]) {
        var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength + 4)
        func write(_ identity: RecordFormat.Identity) {
            value.withUnsafeMutableBytes { RecordFormat.write(identity, seed: seed, into: $0) }
        }
        let producer = shape.pattern.transactions.map { _ in broker.openProducer("load") }
        let aborting = shape.pattern.transactions.map { _ in broker.openProducer("load-aborted") }
        production.produce(count) { step in
            switch step {
            case .begin: break
            case .record(let number, let partition):
                write(.init(producer: 0, sequence: UInt64(number)))
                broker.skipOffsets(gaps[number] ?? 0, in: partition)
                let offset =
                    producer?.append(to: partition, key: nil, value: value)
                    ?? broker.produce(to: partition, value: value)
                places.append((partition, offset))
            case .abortedRecord(let number, let partition):
                write(.init(producer: LoadProduction.abortedProducer, sequence: UInt64(number)))
                _ = aborting?.append(to: partition, key: nil, value: value)
            case .commit: producer?.finish(aborts: false)
            case .abort: aborting?.finish(aborts: true)
            }
        }
        configuration.ends = broker.ends
    }

    /// Opens an engine beside those that are open already, to be stepped by hand: a driver called `name`.
    ///
    /// - Throws: what the engine throws of itself.
    public func open(
        named name: String, crash: CrashSwitch = CrashSwitch(), as other: EngineConfiguration? = nil,
        offsets: (any OffsetStore)? = nil
    ) throws -> IngestionEngine {
        // Time passes between two lives, as it does between two processes; and what a life finds decides all it does,
        // so it begins at a time that does not depend on when the one before it died.
        clock.sleep(1_000_000_000)
        clock.pass(Nanoseconds(lives) * SimulatedRun.timeOfLife)
        opened += 1
        installFaults(other ?? configuration)
        var seams = Seams(
            broker: broker, offsets: offsets, disk: disk, clock: clock, crash: crash, openStore: stores.open,
            driverName: name, interleaving: interleaving.map { SeededRandom(seed: $0, stream: opened) })
        seams.stop = { [unowned self] in stop }
        seams.makeOpener = { RecordOpener() }
        return try IngestionEngine(
            configuration: other ?? configuration, seams: changeSeams(seams), counters: counters)
    }

    private func run(
        _ crash: CrashSwitch, as other: EngineConfiguration? = nil, offsets: (any OffsetStore)? = nil
    ) throws {
        defer { endProcess() }
        lives += 1
        trace.begin()
        try open(named: "life \(lives)", crash: crash, as: other, offsets: offsets).run()
    }

    /// The end of every process that works on the run: locks, memberships and open transactions are gone.
    func endProcess() {
        removeFaults()
        disk.releaseLocks()
        broker.members.endSessions()
        stores.dropTransactions()
    }

    /// Lets virtual time pass.
    func pass(milliseconds: Int) { clock.sleep(UInt64(milliseconds) * 1_000_000) }
}
