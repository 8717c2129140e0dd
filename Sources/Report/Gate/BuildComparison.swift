// The outcome of comparing two builds, as text and JSON.
public import Foundation

/// Two builds, held against each other.
public struct BuildComparison: Codable, Equatable, Sendable {
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
    public var verdict: GateVerdict
    /// Duplicates and losses that the new build has more of.
    public var brokenGuarantees: [String]
    /// Exact figures that differ, whichever way.
    public var differences: [String]
    /// The metrics: exact ones first.
    public var metrics: [GateMetric]

    /// Makes a comparison; its verdict is that of its metrics.
    public init(
        base: String, new: String, command: [String], pairs: Int, bestOf: Int? = nil, seed: UInt64,
        marginPercent: Double, plantedSlowdownPercent: Double? = nil, brokenGuarantees: [String], differences: [String],
        metrics: [GateMetric]
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
        let isNothing = metrics.isEmpty && brokenGuarantees.isEmpty
        verdict = isNothing ? .invalid : GateVerdict(metrics.map(\.verdict), brokenGuarantees: brokenGuarantees)
    }

    /// Reads what ``json()`` wrote.
    ///
    /// - Throws: `DecodingError`.
    public init(json: Data) throws { self = try JSONDecoder().decode(BuildComparison.self, from: json) }

    /// One object.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// The verdict line, what is broken, what differs, and a row per metric.
    public var text: String {
        var text = "\(heading)\n"
        if let plantedSlowdownPercent {
            text += "\(new) was slowed down by \(Numbers.plain(plantedSlowdownPercent)) % on purpose.\n"
        }
        for broken in brokenGuarantees { text += "guarantee broken: \(broken)\n" }
        for difference in differences.prefix(40) { text += "differs: \(difference)\n" }
        if differences.count > 40 { text += "and \(differences.count - 40) more: see --format json\n" }
        let measured = metrics.count { $0.tier > 0 }
        // The rarest pattern of signs, and all metrics but one within chance.
        if Double(measured) * pow(0.5, Double(pairs)) > GateMetric.significance {
            text += "with so few pairs no single one of \(measured) measured metrics can be slower: raise --pairs\n"
        }
        return text + "\n" + GateMetric.table(metrics.map { ($0, $0.verdict.rawValue) })
    }

    private var heading: String {
        let best = bestOf.map { $0 > 1 ? " of the best of \($0)" : "" } ?? ""
        let word =
            switch verdict {
            case .same: "SAME"
            case .slower: "SLOWER"
            case .guaranteeBroken: "BROKEN"
            case .inconclusive: "INCONCLUSIVE"
            case .invalid: "INVALID"
            }
        return "\(word) \(new) against \(base): \(Numbers.count(metrics.count, "metric")), "
            + "\(Numbers.count(pairs, "pair"))\(best), margin \(Numbers.plain(marginPercent)) %, seed \(seed)"
    }
}

extension GateMetric {
    /// A table of metrics with what each came to.
    static func table(_ rows: [(metric: GateMetric, outcome: String)]) -> String {
        var table = MarkdownTable([
            .init(heading: "metric", isNumeric: false), .init(heading: "tier", isNumeric: true),
            .init(heading: "new / base", isNumeric: true), .init(heading: "low", isNumeric: true),
            .init(heading: "high", isNumeric: true), .init(heading: "adjusted p", isNumeric: true),
            .init(heading: "detectable", isNumeric: true), .init(heading: "again", isNumeric: true),
            .init(heading: "verdict", isNumeric: false),
        ])
        for (metric, outcome) in rows {
            table.add([
                metric.name, "\(metric.tier)", Numbers.fixed(metric.ratio.median, places: 4),
                Numbers.fixed(metric.ratio.low, places: 4), Numbers.fixed(metric.ratio.high, places: 4),
                metric.tier == 0 ? "-" : Numbers.fixed(metric.pAdjusted, places: 4),
                metric.tier == 0 ? "exact" : Numbers.fixed(metric.minimumDetectableEffect * 100, places: 1) + " %",
                metric.confirmation.map { Numbers.fixed($0.ratio.median, places: 4) } ?? "-", outcome,
            ])
        }
        return table.render()
    }
}
