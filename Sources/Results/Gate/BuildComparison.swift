// The outcome of comparing two builds.
internal import Foundation

/// Two builds, held against each other.
public struct BuildComparison: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.compare")

    /// The base's binary.
    public var base: String
    /// The new binary.
    public var new: String
    /// The arguments of the command that was measured; empty when only exact figures were compared.
    public var command: [String]
    /// Pairs measured, in the first set; 0 when nothing was.
    public var pairs: Int
    /// Runs of each build in a pair, of which the best counts; null where that was not said.
    public var bestOf: Int?
    /// The seed of the order and of the resampling.
    public var seed: UInt64
    /// The practical margin, in per cent.
    public var marginPercent: Double
    /// The slowdown planted in the new build, in per cent; null for none.
    public var plantedSlowdownPercent: Double?
    /// What it comes to.
    public var verdict: GateDecision
    /// Duplicates and losses that the new build has more of.
    public var brokenGuarantees: [String]
    /// Exact figures that differ, whichever way.
    public var differences: [String]
    /// The metrics: exact ones first.
    public var metrics: [GateMetric]
    /// What of the machine is not as it was where the base was measured; null where it is, or both ran now.
    public var otherMachine: [String]?
    /// Metrics that are not compared because of that; null for none.
    public var notComparable: [String]?

    /// Makes a comparison; its verdict is that of its metrics.
    public init(
        base: String, new: String, command: [String], pairs: Int, bestOf: Int? = nil, seed: UInt64,
        marginPercent: Double, plantedSlowdownPercent: Double? = nil, brokenGuarantees: [String], differences: [String],
        metrics: [GateMetric], otherMachine: [String]? = nil, notComparable: [String]? = nil
    ) {
        self.base = base
        self.new = new
        self.command = command
        self.pairs = pairs
        self.bestOf = bestOf
        self.seed = seed
        self.marginPercent = marginPercent
        self.plantedSlowdownPercent = plantedSlowdownPercent
        self.brokenGuarantees = brokenGuarantees
        self.differences = differences
        self.metrics = metrics
        self.otherMachine = otherMachine
        self.notComparable = notComparable
        let isNothing = metrics.isEmpty && brokenGuarantees.isEmpty
        verdict = isNothing ? .invalid : GateDecision(metrics.map(\.verdict), brokenGuarantees: brokenGuarantees)
    }
}

extension BuildComparison {
    /// The metrics that a clock measured.
    public var measured: Int { metrics.count { $0.tier > 0 } }

    /// Whether no single metric can be slower with so few pairs: the rarest pattern of signs, and all metrics but one
    /// within chance.
    public var hasTooFewPairs: Bool { Double(measured) * pow(0.5, Double(pairs)) > GateMetric.significance }
}
