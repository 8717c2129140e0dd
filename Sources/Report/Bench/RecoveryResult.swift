// What `kbench bench recovery` measured: reading back from log and broker, and restarts, against the size of the log.

/// Recoveries from logs of several sizes.
public struct RecoveryResult: ComparisonResult, Codable, Equatable {
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

    /// Makes a result.
    public init(
        rows: [RecoveryRow], pairs: Int, recordBytes: Int, seed: UInt64, broker: BrokerInfo, reproduce: String
    ) {
        self.rows = rows
        self.pairs = pairs
        self.recordBytes = recordBytes
        self.seed = seed
        self.broker = broker
        self.reproduce = reproduce
    }

    /// Whether every recovery brought each record once.
    public var holds: Bool { rows.allSatisfy { $0.duplicates == 0 && $0.lost == 0 } }
    /// Whether every record came back in every pass.
    public var isValid: Bool { rows.allSatisfy { $0.invalidReason == nil } }

    /// The table.
    public var markdown: String {
        var table = MarkdownTable([
            .init(heading: "log MB", isNumeric: true), .init(heading: "records", isNumeric: true),
            .init(heading: "log, cached MB/s", isNumeric: true), .init(heading: "log, from disk MB/s", isNumeric: true),
            .init(heading: "broker MB/s", isNumeric: true), .init(heading: "broker / cached", isNumeric: true),
            .init(heading: "broker / disk", isNumeric: true), .init(heading: "open", isNumeric: true),
            .init(heading: "first output", isNumeric: true), .init(heading: "drain", isNumeric: true),
            .init(heading: "twice / lost", isNumeric: true),
        ])
        func speed(_ interval: Interval) -> String { Numbers.fixed(interval.median / 1e6, places: 0) }
        func ratio(_ interval: Interval) -> String {
            [interval.median, interval.low, interval.high].map { Numbers.fixed($0, places: 2) }.formattedAsInterval
        }
        for row in rows {
            table.add([
                Numbers.fixed(Double(row.logBytes) / 1e6, places: 1), Numbers.grouped(row.records),
                speed(row.logCachedBytesPerSecond), speed(row.logUncachedBytesPerSecond),
                speed(row.brokerBytesPerSecond), ratio(row.brokerToCachedLog), ratio(row.brokerToUncachedLog),
                Numbers.duration(seconds: row.openSeconds), Numbers.duration(seconds: row.recoverySeconds),
                Numbers.duration(seconds: row.drainSeconds), "\(row.duplicates) / \(row.lost)",
            ])
        }
        let verdict = isValid ? (holds ? "PASS" : "FAIL") : "INVALID"
        let reasons = rows.compactMap(\.invalidReason).map { "\n- \($0)\n" }.joined()
        return """
            \(verdict) bench recovery: receiver-wal killed with everything in its log; \(recordBytes) bytes a record, \
            \(Numbers.count(pairs, "interleaved round")) (seed \(seed), \(broker.kind) broker)

            \(table.render())
            Every record is verified in every pass. *cached*: the log's pages are in memory; *from disk*: they were dropped \
            first. *first output* counts from starting the worker again, *drain* from the end of its recovery until all is out.
            \(broker.kind == "embedded" ? "The embedded broker keeps its records in memory.\n" : "")\(reasons)
            again: \(reproduce)

            """
    }
}

extension [String] {
    /// A median with its bounds.
    fileprivate var formattedAsInterval: String { "\(self[0]) (\(self[1])-\(self[2]))" }
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
