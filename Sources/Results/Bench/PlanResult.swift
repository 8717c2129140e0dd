// What `kbench plan` works out: disk, duplicates a day and cores at a load of one's own.

/// A plan for each strategy and sink that was measured.
public struct PlanResult: VersionedResult, ComparisonResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.plan")

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
    /// What costs are worked out for; nil in results of an older kbench.
    public var inputs: CostInputs?
    /// Judged pipelines of others beside the rows; nil where no league was named.
    public var pipelines: [PlanPipeline]?

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
    /// What its costs follow from; nil in results of an older kbench.
    public var basis: CostRange<CostBasis>?
    /// What it comes to; nil in results of an older kbench.
    public var costs: CostRange<CostFigures>?

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

/// A pipeline of a league under the planned load.
public struct PlanPipeline: Codable, Equatable, Sendable {
    /// Its name.
    public var name: String
    /// The most that its runs kept to.
    public var guarantee: String
    /// What its costs follow from.
    public var basis: CostRange<CostBasis>
    /// What it comes to.
    public var costs: CostRange<CostFigures>

    /// Makes a pipeline.
    public init(name: String, guarantee: String, basis: CostRange<CostBasis>, for inputs: CostInputs) {
        self.name = name
        self.guarantee = guarantee
        self.basis = basis
        costs = basis.figures(inputs)
    }
}

extension CostRange<CostBasis> {
    /// What it comes to for `inputs`.
    public func figures(_ inputs: CostInputs) -> CostRange<CostFigures> {
        .init(median: median.figures(inputs), low: low.figures(inputs), high: high.figures(inputs))
    }
}
