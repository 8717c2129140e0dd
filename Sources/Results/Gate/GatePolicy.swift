// Which metrics block a change, by how much, and what a comparison comes to under that.

/// What blocks a change.
public struct GatePolicy: Codable, Equatable, Sendable {
    /// One or more metrics that block.
    public struct Rule: Codable, Equatable, Sendable {
        /// A metric's name, the last part or parts of it, or `all`.
        public var metric: String
        /// 0: exact; 1: measured.
        public var tier: Int
        /// By how much it may be worse, in per cent.
        public var marginPercent: Double
        /// Which way it is better; nil: as kbench knows it of its own figures.
        public var direction: GateMetric.Better?

        /// Makes a rule.
        public init(metric: String, tier: Int, marginPercent: Double, direction: GateMetric.Better? = nil) {
            self.metric = metric
            self.tier = tier
            self.marginPercent = marginPercent
            self.direction = direction
        }

        /// Stands for every metric of the tier.
        public static let all = "all"

        /// Whether it is about the metric called `name`.
        public func covers(_ name: String) -> Bool {
            metric == Self.all || name == metric || name.hasSuffix("/" + metric)
        }

        func covers(_ found: GateMetric) -> Bool { found.tier == tier && covers(found.name) }
    }

    /// The rules; the first one that covers a metric decides over it. A metric that none covers only notifies.
    public var rules: [Rule]
    /// Whether a metric that blocks and is inconclusive is red.
    public var inconclusiveIsRed: Bool
    /// Whether a metric that blocks and was stored on another machine is red: it cannot be compared.
    public var otherMachineIsRed: Bool

    /// Makes a policy.
    public init(rules: [Rule], inconclusiveIsRed: Bool, otherMachineIsRed: Bool = true) {
        self.rules = rules
        self.inconclusiveIsRed = inconclusiveIsRed
        self.otherMachineIsRed = otherMachineIsRed
    }

    /// The first metric of which a rule says the other way than the comparison took for better, with that way: what
    /// chance has to do with it was worked out for the comparison's.
    public func contradiction(in comparison: BuildComparison) -> (metric: String, better: GateMetric.Better)? {
        for metric in comparison.metrics {
            let better = rules.first { $0.covers(metric) }?.direction
            if let better, better != metric.better { return (metric.name, better) }
        }
        return nil
    }

    /// What a comparison comes to.
    public func judge(_ comparison: BuildComparison) -> GateResult {
        var verdicts: [GateMetric.Change] = []
        let rows = comparison.metrics.map { metric in
            guard let rule = rules.first(where: { $0.covers(metric) }) else {
                return GateResult.Row(metric: metric, marginPercent: nil)
            }
            var judged = metric
            judged.verdict = metric.verdict(margin: rule.marginPercent / 100)
            if judged.verdict != .inconclusive || inconclusiveIsRed { verdicts.append(judged.verdict) }
            return GateResult.Row(metric: judged, marginPercent: rule.marginPercent)
        }
        let incomparable = comparison.notComparable ?? []
        let idle = rules.filter { rule in
            !comparison.metrics.contains { rule.covers($0) }
                && !(rule.tier == 1 && incomparable.contains { rule.covers($0) })
        }
        var verdict = GateDecision(verdicts, brokenGuarantees: comparison.brokenGuarantees)
        if verdict == .same, otherMachineIsRed, !incomparable.isEmpty { verdict = .inconclusive }
        if verdict == .same, !idle.isEmpty || rules.isEmpty { verdict = .invalid }
        return GateResult(
            verdict: verdict, rows: rows,
            brokenGuarantees: comparison.brokenGuarantees, rulesWithoutMetric: idle.map(\.metric),
            otherMachine: comparison.otherMachine, notComparable: comparison.notComparable)
    }
}

/// What a policy made of a comparison.
public struct GateResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.gate")

    /// A metric under the policy.
    public struct Row: Codable, Equatable, Sendable {
        /// The metric, its verdict that of the policy's margin.
        public var metric: GateMetric
        /// The margin of the rule that covers it; null: it only notifies.
        public var marginPercent: Double?
    }

    /// What it comes to.
    public var verdict: GateDecision
    /// The metrics.
    public var rows: [Row]
    /// Duplicates and losses that the new build has more of.
    public var brokenGuarantees: [String]
    /// Rules for which the comparison has no metric: they guard nothing.
    public var rulesWithoutMetric: [String]
    /// What of the machine is not as it was where the base was stored; null where it is, or nothing was stored.
    public var otherMachine: [String]?
    /// Metrics that are not compared because of that; null for none.
    public var notComparable: [String]?

    /// The metrics as a comparison has them, for programs that read both.
    private enum CodingKeys: String, CodingKey {
        case verdict
        case rows = "metrics"
        case brokenGuarantees
        case rulesWithoutMetric, otherMachine, notComparable
    }
}

extension GateResult.Row {
    private enum CodingKeys: String, CodingKey {
        case marginPercent, blocks
    }

    /// A metric's own keys, `blocks` and `marginPercent`.
    public func encode(to encoder: any Encoder) throws {
        try metric.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(marginPercent != nil, forKey: .blocks)
        try container.encode(marginPercent, forKey: .marginPercent)
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        metric = try GateMetric(from: decoder)
        marginPercent = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(
            Double.self, forKey: .marginPercent)
    }
}
