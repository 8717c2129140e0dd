// The seams bundled: everything the engine may touch outside itself.
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
    /// What tasks run on when more than one may run at once.
    public var threads: any TaskThreads

    /// Bundles the seams; without a store of its own, offsets are committed to the broker, and without threads tasks run
    /// in order.
    public init(
        broker: any Broker, offsets: (any OffsetStore)? = nil, disk: any Disk, clock: any Clock, crash: CrashSwitch,
        threads: any TaskThreads = CallingThread()
    ) {
        self.broker = broker
        self.offsets = offsets ?? broker
        self.disk = disk
        self.clock = clock
        self.crash = crash
        self.threads = threads
    }
}
