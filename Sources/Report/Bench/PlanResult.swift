// What `kbench plan` works out: disk, duplicates a day and cores at a load of one's own.

/// A plan for each strategy and sink that was measured.
public struct PlanResult: ComparisonResult, Codable, Equatable {
    /// One row for each strategy and sink.
    public var rows: [PlanRow]
    /// The planned rate.
    public var recordsPerSecond: Double
    /// The planned partitions.
    public var partitions: Int
    /// How long Kafka keeps records, in seconds.
    public var retentionSeconds: Double
    /// Crashes a day.
    public var crashesPerDay: Double
    /// Bytes of a record.
    public var recordBytes: Double
    /// Bytes that Kafka keeps, in one replica.
    public var kafkaBytes: Double
    /// The benchmark it comes from.
    public var source: String
    /// What has to hold for the figures to.
    public var assumptions: [String]

    /// Makes a result.
    public init(
        rows: [PlanRow], recordsPerSecond: Double, partitions: Int, retentionSeconds: Double, crashesPerDay: Double,
        recordBytes: Double, kafkaBytes: Double, source: String, assumptions: [String]
    ) {
        self.rows = rows
        self.recordsPerSecond = recordsPerSecond
        self.partitions = partitions
        self.retentionSeconds = retentionSeconds
        self.crashesPerDay = crashesPerDay
        self.recordBytes = recordBytes
        self.kafkaBytes = kafkaBytes
        self.source = source
        self.assumptions = assumptions
    }

    /// A plan claims nothing that could fail.
    public var holds: Bool { true }
    /// What it comes from was valid.
    public var isValid: Bool { true }

    /// The table and what it assumes.
    public var markdown: String {
        var table = MarkdownTable([
            .init(heading: "strategy", isNumeric: false), .init(heading: "sink", isNumeric: false),
            .init(heading: "guarantee", isNumeric: false), .init(heading: "cores", isNumeric: true),
            .init(heading: "of one worker", isNumeric: true), .init(heading: "log on disk GB", isNumeric: true),
            .init(heading: "log written GB/day", isNumeric: true), .init(heading: "duplicates/day", isNumeric: true),
            .init(heading: "lost/day", isNumeric: true),
        ])
        for row in rows {
            table.add([
                row.strategy, row.sink, row.guarantee, PlanResult.cell(row.cores, places: 2),
                Numbers.fixed(row.shareOfOneWorker, places: 2), PlanResult.cell(row.logBytesLive, per: 1e9, places: 2),
                PlanResult.cell(row.logBytesPerDay, per: 1e9, places: 1),
                PlanResult.cell(row.duplicatesPerDay, places: 0),
                PlanResult.cell(row.lostPerDay, places: 0),
            ])
        }
        return """
            plan: \(Numbers.plain(recordsPerSecond)) records/s of \(Numbers.fixed(recordBytes, places: 0)) bytes over \
            \(Numbers.count(partitions, "partition")), kept \(Numbers.plain(retentionSeconds / 3600)) hours, \
            \(Numbers.plain(crashesPerDay)) crashes a day; from \(source)

            Kafka keeps \(Numbers.fixed(kafkaBytes / 1e9, places: 2)) GB for each replica.

            \(table.render())
            In brackets: from the lowest to the highest.

            \(assumptions.map { "- \($0)\n" }.joined())
            """
    }

    private static func cell(_ interval: Interval, per unit: Double = 1, places: Int) -> String {
        let median = Numbers.fixed(interval.median / unit, places: places)
        let low = Numbers.fixed(interval.low / unit, places: places)
        let high = Numbers.fixed(interval.high / unit, places: places)
        return low == high && low == median ? median : "\(median) (\(low)-\(high))"
    }
}

/// One strategy and sink under the planned load.
public struct PlanRow: Codable, Equatable, Sendable {
    /// The strategy.
    public var strategy: String
    /// The sink.
    public var sink: String
    /// What the sink holds after any crash.
    public var guarantee: String
    /// Processor cores.
    public var cores: Interval
    /// The rate as a part of what one worker was measured to take.
    public var shareOfOneWorker: Double
    /// Bytes that write-ahead logs hold, all copies.
    public var logBytesLive: Interval
    /// Bytes written to them in a day, all copies.
    public var logBytesPerDay: Interval
    /// Duplicates a day: at the priced crash point, from the cheapest point to the dearest.
    public var duplicatesPerDay: Interval
    /// Losses a day, likewise.
    public var lostPerDay: Interval
    /// The priced crash point.
    public var crashPoint: String

    /// Makes a row.
    public init(
        strategy: String, sink: String, guarantee: String, cores: Interval, shareOfOneWorker: Double,
        logBytesLive: Interval, logBytesPerDay: Interval, duplicatesPerDay: Interval, lostPerDay: Interval,
        crashPoint: String
    ) {
        self.strategy = strategy
        self.sink = sink
        self.guarantee = guarantee
        self.cores = cores
        self.shareOfOneWorker = shareOfOneWorker
        self.logBytesLive = logBytesLive
        self.logBytesPerDay = logBytesPerDay
        self.duplicatesPerDay = duplicatesPerDay
        self.lostPerDay = lostPerDay
        self.crashPoint = crashPoint
    }
}
