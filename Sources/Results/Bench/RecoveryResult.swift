// What `kbench bench recovery` measured: reading back from log and broker, and restarts, against the size of the log.

/// Recoveries from logs of several sizes.
public struct RecoveryResult: VersionedResult, ComparisonResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.recovery")

    /// One row for each size.
    public var rows: [RecoveryRow]
    /// Rounds of reading.
    public var pairs: Int
    /// Bytes of each record.
    public var recordBytes: Int
    /// The seed of payloads and of the orders.
    public var seed: UInt64
    /// The broker.
    public var broker: BrokerInfo
    /// The command that repeats it.
    public var reproduce: String
    /// The client that read; nil in results of an older kbench, which had librdkafka alone.
    @OrNull public var client: String?

    /// Makes a result.
    public init(
        rows: [RecoveryRow], pairs: Int, recordBytes: Int, seed: UInt64, broker: BrokerInfo, reproduce: String,
        client: String? = nil
    ) {
        self.rows = rows
        self.pairs = pairs
        self.recordBytes = recordBytes
        self.seed = seed
        self.broker = broker
        self.reproduce = reproduce
        self.client = client
    }

    /// Whether every recovery brought each record once.
    public var holds: Bool { rows.allSatisfy { $0.duplicates == 0 && $0.lost == 0 } }
    /// Whether every record came back in every pass.
    public var isValid: Bool { rows.allSatisfy { $0.invalidReason == nil } }
}

extension [String] {
}

/// One size of log.
public struct RecoveryRow: Codable, Equatable, Sendable {
    private static let nothing = Interval(median: 0, low: 0, high: 0)

    /// Records in the log.
    public var records: Int
    /// Partitions they come from.
    public var partitions: Int
    /// Bytes of both logs.
    public var logBytes: Int64 = 0
    /// Record bytes a second from the log, its pages in memory.
    public var logCachedBytesPerSecond = nothing
    /// Record bytes a second from the log, its pages dropped first.
    public var logUncachedBytesPerSecond = nothing
    /// Record bytes a second from the broker.
    public var brokerBytesPerSecond = nothing
    /// The broker's speed by that of the cached log, of one round.
    public var brokerToCachedLog = nothing
    /// The broker's speed by that of the log from disk, of one round.
    public var brokerToUncachedLog = nothing
    /// Seconds to open the engine and read what it needs.
    public var openSeconds = 0.0
    /// Seconds from starting the worker again to its first output.
    public var recoverySeconds = 0.0
    /// Seconds from the end of recovery until everything is out.
    public var drainSeconds = 0.0
    /// Duplicates after the recovery.
    public var duplicates = 0
    /// Losses after it.
    public var lost = 0
    /// Why the row shows nothing; nil when it does.
    public var invalidReason: String?

    /// Makes a row of which nothing is measured yet.
    public init(records: Int, partitions: Int) {
        self.records = records
        self.partitions = partitions
    }
}
