// What a comparison of two builds is asked to do.
package import Harness

/// The options of a comparison.
public struct ComparisonOptions: Sendable {
    /// Which figures are compared.
    public enum Tiers: String, CaseIterable, Sendable {
        /// The exact ones.
        case exact = "0"
        /// Those measured by a clock.
        case measured = "1"
        /// Both.
        case all

        var hasExact: Bool { self != .measured }
        var hasMeasured: Bool { self != .exact }

        /// Whether figures of the tier with this number are among them.
        public func includes(_ tier: Int) -> Bool { tier == 0 ? hasExact : hasMeasured }
    }

    /// The base's binary; or a file with its exact figures, where no others are compared.
    public var base: String
    /// The new binary.
    public var new: String
    /// The command that is measured: its arguments.
    public var command: [String]
    /// The figures of its output that are compared, by name or by the last part of one, perhaps with `:higher` or `:lower`
    /// behind it, the way that is better; empty: the usual ones.
    public var metrics: [String]
    /// Pairs, at least ``fewestPairs``.
    public var pairs: Int
    /// Runs of each program in a pair, at least 1, of which the best counts: other work on the machine only ever makes a
    /// run worse.
    public var bestOf: Int
    /// The seed of the order of the runs and of the resampling.
    public var seed: UInt64
    /// The practical margin, as a share.
    public var margin: Double
    /// The tiers.
    public var tiers: Tiers
    /// A slowdown of the new binary on purpose, as a share; 0 for none.
    public var plantedSlowdown: Double
    /// The folder that holds the runs' files while it compares.
    public var workDirectory: String
    /// Where pairs that are over are noted, and found again after an interruption; nil: nowhere.
    package var journal: StepJournal?
    /// What the names of its steps begin with.
    package var stepPrefix = ""

    /// What is measured unless something else is asked for.
    public static let standardCommand = [
        "bench", "--strategy", "receiver-wal,direct-log-first", "--records", "500000", "--partitions", "32", "--pairs",
        "1",
        "--no-latency", "--no-crash", "--quiet", "--format", "json",
    ]
    /// The metrics of that command, and of others that print them.
    public static let standardMetrics = ["recordsPerSecond", "cpuSecondsPerMillionRecords", "process/cpuSeconds"]
    /// The metrics of a command that prints none of those.
    static let processMetrics = ["process/wallSeconds", "process/cpuSeconds"]
    /// With fewer pairs no pattern of signs is rare enough.
    public static let fewestPairs = 7

    /// Makes options.
    public init(
        base: String, new: String, command: [String] = ComparisonOptions.standardCommand, metrics: [String] = [],
        pairs: Int = 10, bestOf: Int = 3, seed: UInt64 = 1, margin: Double = 0.02, tiers: Tiers = .all,
        plantedSlowdown: Double = 0,
        workDirectory: String
    ) {
        self.base = base
        self.new = new
        self.command = command
        self.metrics = metrics
        self.pairs = pairs
        self.bestOf = bestOf
        self.seed = seed
        self.margin = margin
        self.tiers = tiers
        self.plantedSlowdown = plantedSlowdown
        self.workDirectory = workDirectory
    }
}
