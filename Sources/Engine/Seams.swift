// The seams bundled: everything the engine may touch outside itself.
public import Ingestion
public import World

/// The world an engine runs in, real or simulated.
public struct Seams {
    /// The Kafka cluster, bound to the run's topic.
    public var broker: any Broker
    /// Who keeps the offsets that a consumer group has committed.
    public var offsets: any OffsetStore
    /// The file system that holds the engine's state and the sink.
    public var disk: any Disk
    /// Time.
    public var clock: any Clock
    /// Where a crash is armed.
    public var crash: CrashSwitch
    /// Opens the database of a transactional sink; nil: this world has none.
    public var openStore: TransactionalStoreOpener?
    /// What this driver is called where another one reads of it, such as `process 4711`.
    public var driverName: String
    /// A program's own output operation, in place of the configuration's sink and job; nil for those.
    public var output: (any OutputOperation)?
    /// What the engine does wrong on purpose; nothing, but where exploration is put to the test.
    package var mistakes: Set<Mistake> = []
    /// Who watches how far records have come; nil: nobody.
    public var observer: (any StageObserver)?
    /// Asked between two steps: whether the engine is to leave, and how. Once it has answered, the answer stays.
    public var stop: () -> Stop? = { nil }
    /// Makes what opens the batches that blocks keep as they came, one for each thread; nil: blocks keep records only.
    public var makeOpener: (() -> any BatchOpener)?
    /// What tasks run on when more than one may run at once.
    public var threads: any TaskThreads
    /// Draws the order in which the stages are asked at each step; nil: checkpoints before batches, batches before
    /// blocks, blocks before polling, always.
    public var interleaving: SeededRandom?

    /// Bundles the seams; without a store of its own, offsets are committed to the broker, and without threads tasks run
    /// in order.
    public init(
        broker: any Broker, offsets: (any OffsetStore)? = nil, disk: any Disk, clock: any Clock, crash: CrashSwitch,
        openStore: TransactionalStoreOpener? = nil, driverName: String = "a driver without a name",
        output: (any OutputOperation)? = nil, threads: any TaskThreads = CallingThread(),
        interleaving: SeededRandom? = nil
    ) {
        makeOpener = nil
        self.openStore = openStore
        self.driverName = driverName
        self.broker = broker
        self.offsets = offsets ?? broker
        self.disk = disk
        self.clock = clock
        self.crash = crash
        self.output = output
        self.threads = threads
        self.interleaving = interleaving
    }
}

extension Seams {
    /// What the bytes of a receiver's blocks are.
    var blockEncoding: Block.Encoding { broker.keepsBatches && makeOpener != nil ? .batches : .runs }
}

/// An order of steps that is wrong. Nothing outside this package can ask for one, and no configuration holds one.
package enum Mistake: Hashable, Sendable {
    /// Offsets are committed before the blocks are in the log.
    case commitsBeforeLog
    /// The log's segments are removed although a batch that is not complete needs them.
    case removesNeededSegments
}

/// How far a record has come.
public enum ObservedStage: String, CaseIterable, Codable, Sendable {
    /// Nothing can lose it from now on: its block is in the synced log, or its range in a durable plan. Strategies that
    /// promise no such thing before the output never say so.
    case durable
    /// It is in the sink, and synced there; for `raw`, which has none, handed over.
    case sink
}

/// Watches records by their offsets. Called once per group of blocks or per batch, never per record; stages may be told
/// from different threads, and a stage may be told again of offsets it was told of before.
public protocol StageObserver: AnyObject, Sendable {
    /// The records at these offsets have just come as far as `stage`.
    func reached(_ stage: ObservedStage, _ ranges: [OffsetRange])
}
