// What `kbench bench` measured: ceilings, and a row for each strategy and sink. Other tools rely on its JSON.

/// The outcome of a benchmark.
public struct BenchResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.bench")

    /// Whether everything could be observed.
    public var valid: Bool
    /// Why not; nil when it could.
    public var invalidReason: String?
    /// What was swept, such as `record-bytes`; nil: nothing.
    public var sweep: String?
    /// The ceilings, of a sweep its first setting's.
    public var ceilings: BenchCeilings
    /// The settings measured: one, or those of the sweep.
    public var settings: [BenchSetting]
    /// One row for each strategy and sink, for each setting.
    public var rows: [BenchRow]
    /// Rounds, each of which measured every row and the ceilings once, in an order of its own.
    public var pairs: Int
    /// The seed of payloads and of the orders.
    public var seed: UInt64
    /// The broker.
    public var broker: BrokerInfo
    /// The machine.
    public var host: HostInfo
    /// The command that repeats it.
    public var reproduce: String
    /// When it began, in UTC.
    public var startedAt: String
    /// What a reader must know to read the figures right.
    public var notes: [String]

    /// Makes a result.
    public init(
        valid: Bool, invalidReason: String?, sweep: String?, ceilings: BenchCeilings, settings: [BenchSetting],
        rows: [BenchRow], pairs: Int, seed: UInt64, broker: BrokerInfo, host: HostInfo, reproduce: String,
        startedAt: String, notes: [String]
    ) {
        self.valid = valid
        self.invalidReason = invalidReason
        self.sweep = sweep
        self.ceilings = ceilings
        self.settings = settings
        self.rows = rows
        self.pairs = pairs
        self.seed = seed
        self.broker = broker
        self.host = host
        self.reproduce = reproduce
        self.startedAt = startedAt
        self.notes = notes
    }

    /// What the rows say of the guarantees.
    public var verdict: ScenarioResult.Standing {
        if !valid { return .invalid }
        return rows.allSatisfy(\.agrees) ? .pass : .fail
    }
}

/// How fast the parts go on their own, measured in the same run.
public struct BenchCeilings: Codable, Equatable, Sendable {
    /// Records a second that librdkafka hands over when nothing is done with them.
    public var rawRecordsPerSecond: Double
    /// Bytes a second written in blocks of the log's size, each synced, on the file system of the log.
    public var diskBytesPerSecond: Double
    /// Bytes a second that zstd takes at the level of the log, or at level 1 where the log is not compressed.
    public var zstdBytesPerSecond: Double

    /// Makes ceilings.
    public init(rawRecordsPerSecond: Double, diskBytesPerSecond: Double, zstdBytesPerSecond: Double) {
        self.rawRecordsPerSecond = rawRecordsPerSecond
        self.diskBytesPerSecond = diskBytesPerSecond
        self.zstdBytesPerSecond = zstdBytesPerSecond
    }
}

/// One load and one way to cut it.
public struct BenchSetting: Codable, Equatable, Sendable {
    /// What a sweep calls it, such as `record-bytes=100`; empty without a sweep.
    public var name: String
    /// Records.
    public var records: Int
    /// Bytes of their keys and values together.
    public var bytes: Int
    /// Partitions.
    public var partitions: Int
    /// How blocks and batches were cut while throughput was measured.
    public var cuts: String
    /// How they were cut while latency was measured.
    public var openLoopCuts: String
    /// Copies of the log that were kept: simulated replicas on one machine.
    public var logReplicas: Int
    /// The zstd level of the log; nil: not compressed.
    public var zstdLevel: Int?
    /// The ceilings.
    public var ceilings: BenchCeilings
    /// The time between two batches of the latency trials, in milliseconds.
    public var batchIntervalMilliseconds: Int
    /// The time between two blocks of the latency trials, in milliseconds.
    public var blockIntervalMilliseconds: Int

    /// Makes a setting.
    public init(
        name: String, records: Int, bytes: Int, partitions: Int, cuts: String, openLoopCuts: String, logReplicas: Int,
        zstdLevel: Int?, ceilings: BenchCeilings, batchIntervalMilliseconds: Int, blockIntervalMilliseconds: Int
    ) {
        self.name = name
        self.records = records
        self.bytes = bytes
        self.partitions = partitions
        self.cuts = cuts
        self.openLoopCuts = openLoopCuts
        self.logReplicas = logReplicas
        self.zstdLevel = zstdLevel
        self.ceilings = ceilings
        self.batchIntervalMilliseconds = batchIntervalMilliseconds
        self.blockIntervalMilliseconds = blockIntervalMilliseconds
    }

    /// Bytes of a record, on average.
    public var bytesPerRecord: Double { records == 0 ? 0 : Double(bytes) / Double(records) }
}
