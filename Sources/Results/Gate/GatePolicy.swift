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

        /// Makes a rule.
        public init(metric: String, tier: Int, marginPercent: Double) {
            self.metric = metric
            self.tier = tier
            self.marginPercent = marginPercent
        }

        func covers(_ found: GateMetric) -> Bool {
            found.tier == tier && (metric == "all" || found.name == metric || found.name.hasSuffix("/" + metric))
        }
    }

    /// The rules; the first one that covers a metric decides over it. A metric that none covers only notifies.
    public var rules: [Rule]
    /// Whether a metric that blocks and is inconclusive is red.
    public var inconclusiveIsRed: Bool

    /// Makes a policy.
    public init(rules: [Rule], inconclusiveIsRed: Bool) {
        self.rules = rules
        self.inconclusiveIsRed = inconclusiveIsRed
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
        let idle = rules.filter { rule in !comparison.metrics.contains { rule.covers($0) } }
        var verdict = GateDecision(verdicts, brokenGuarantees: comparison.brokenGuarantees)
        if verdict == .same, !idle.isEmpty || rules.isEmpty { verdict = .invalid }
        return GateResult(
            verdict: verdict, rows: rows,
            brokenGuarantees: comparison.brokenGuarantees, rulesWithoutMetric: idle.map(\.metric))
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

    /// The metrics as a comparison has them, for programs that read both.
    private enum CodingKeys: String, CodingKey {
        case verdict
        case rows = "metrics"
        case brokenGuarantees
        case rulesWithoutMetric
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
