// The ranges of numbers from outside: one table for files and for options of the command line.

/// What the numbers of a scenario, and those of options, may be.
public enum ScenarioLimits {
    /// Records to produce.
    public static let records = 1...1_000_000_000
    /// Partitions of the topic.
    public static let partitions = 1...1_000
    /// Bytes of a record's value: from what producer, sequence and checksum need to Kafka's own default limit.
    public static let recordBytes = 32...1_000_000
    /// Records of a block.
    public static let blockRecords = 1...1_000_000
    /// Records of a batch.
    public static let batchRecords = 1...100_000_000
    /// Milliseconds between cuts: up to an hour.
    public static let intervalMilliseconds = 1...3_600_000
    /// Blocks that share one sync and one commit.
    public static let groupCommitBlocks = 1...10_000
    /// Blocks between two automatic commits.
    public static let autoCommitBlocks = 1...1_000_000
    /// Milliseconds after which a group takes a silent member for dead; many brokers allow no less than 6,000.
    public static let sessionTimeoutMilliseconds = 1_000...1_800_000
    /// Milliseconds between two heartbeats.
    public static let heartbeatMilliseconds = 1...600_000
    /// zstd's levels without its memory-hungry ones.
    public static let compressionLevel = 1...19
    /// Records that arrive during an outage.
    public static let arrivals = 0...1_000_000_000
    /// Offsets that an event at the broker names.
    public static let eventOffsets = 0...1_000_000_000
    /// How far a group's offsets are moved.
    public static let offsetDistance = -1_000_000_000...1_000_000_000
    /// A partition by its number.
    public static let partitionNumber = 0...999
    /// Partitions that come in addition.
    public static let addedPartitions = 1...999
    /// Attempts of a task.
    public static let taskAttempts = 1...1_000
    /// Tasks that a checkpoint may lag behind.
    public static let checkpointLagTasks = 0...1_000_000
    /// Tasks that may run at once, each on a thread of its own.
    public static let taskSlots = 1...256
    /// Tasks that a batch is split or shuffled into.
    public static let taskPartitions = 1...10_000
    /// Simulated work for each record, in microseconds: up to a second.
    public static let workMicroseconds = 0...1_000_000
    /// Records, blocks, or records per second of a limit.
    public static let limitRecords = 1...1_000_000_000
    /// Milliseconds after which a worker is killed: up to ten minutes.
    public static let crashAfterMilliseconds = 1...600_000
    /// Milliseconds between two commits: up to an hour.
    public static let commitIntervalMilliseconds = 1...3_600_000
    /// Versions of the program.
    public static let programVersion = 1...1_000_000
    /// A partition's part of the records, or a size's, against the others.
    public static let weight = 0...100_000
    /// Bytes of a value of a load of another shape.
    public static let loadBytes = 0...1_000_000
    /// Different keys of a load.
    public static let keyCount = 1...1_000_000_000
    /// Records of a transaction.
    public static let transactionRecords = 1...1_000_000
    /// Aborted transactions of 100.
    public static let abortedPercent = 0...90
    /// Records of a load in transactions, whose places are worked out one by one.
    public static let recordsInTransactions = 10_000_000
    /// Weights of a load, all together without what they have in common, times the partitions.
    public static let roundSteps = 5_000_000
    /// Bytes of a file of values: it is kept in memory.
    public static let valueFileBytes = 64 << 20
    /// The seed, limited so that every tool that reads JSON keeps it exact.
    public static let seed = 0...9_007_199_254_740_991
    /// Records a second that are offered, or planned for.
    public static let recordsPerSecond = 0.001...1_000_000_000
    /// Seconds for which records are offered: below a tenth nothing has settled, above an hour nobody waits.
    public static let offeredSeconds = 0.1...3_600.0
    /// The bound on a 99th percentile, in milliseconds.
    public static let p99Milliseconds = 0.001...600_000.0
    /// Seconds for which Kafka keeps records: up to a hundred years.
    public static let retentionSeconds = 0.0...3_153_600_000.0
    /// Crashes a day.
    public static let crashesPerDay = 0.0...86_400.0
}
