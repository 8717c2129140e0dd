// One metric of a comparison of two builds, and the rule that makes a verdict of it.
internal import Judgement
public import World

/// What one metric said of two builds.
public struct GateMetric: Codable, Equatable, Sendable {
    /// What a metric says of the new build.
    public enum Change: String, Codable, Sendable {
        /// Worse by more than the margin, and not by chance.
        case slower
        /// The same within the margin, or better.
        case same
        /// The measurement does not decide.
        case inconclusive
    }

    /// Which way is better.
    public enum Better: String, Codable, Sendable {
        /// A rate.
        case higher
        /// A price.
        case lower
    }

    /// What a second set of pairs said, measured because the first one said slower.
    public struct Confirmation: Codable, Equatable, Sendable {
        /// New / base.
        public var ratio: Interval
        /// The p-value among the metrics that were to be confirmed.
        public var pAdjusted: Double

        /// Makes a confirmation.
        public init(ratio: Interval, pAdjusted: Double) {
            self.ratio = ratio
            self.pAdjusted = pAdjusted
        }
    }

    /// The metric's name, such as `rows/receiver-wal/append/recordsPerSecond`, `process/cpuSeconds` or `counts/fileSyncs`.
    public var name: String
    /// 0: exact; 1: measured by a clock.
    public var tier: Int
    /// Which way is better.
    public var better: Better
    /// New / base: the median of the pairs, and the bounds it lies in with 95 %. Of exact figures: that of the sums, and
    /// the smallest and the largest of any single figure.
    public var ratio: Interval
    /// The share of sign patterns at least as much in favour of slower, adjusted for the number of metrics; of exact
    /// figures 0 where any is worse, else 1.
    public var pAdjusted: Double
    /// The smallest slowdown, as a share, that these pairs would have shown four times in five; 0 for exact figures.
    public var minimumDetectableEffect: Double
    /// What a second set of pairs said; null where none was needed.
    public var confirmation: Confirmation?
    /// Whether base and new were measured at different times, and not in pairs; null where they were not.
    public var isStored: Bool?
    /// What it comes to with the comparison's margin.
    public var verdict: Change

    /// Makes a metric and judges it with a margin, a share such as 0.02.
    public init(
        name: String, tier: Int, better: Better, ratio: Interval, pAdjusted: Double, minimumDetectableEffect: Double,
        confirmation: Confirmation? = nil, margin: Double
    ) {
        self.name = name
        self.tier = tier
        self.better = better
        self.ratio = ratio
        self.pAdjusted = pAdjusted
        self.minimumDetectableEffect = minimumDetectableEffect
        self.confirmation = confirmation
        verdict = .inconclusive
        verdict = verdict(margin: margin)
    }

    /// A metric whose base lay in a file, with bounds as wide as those of both allow.
    public init(stored name: String, better: Better, ratio: Interval, margin: Double) {
        self.init(
            name: name, tier: 1, better: better, ratio: ratio, pAdjusted: 1, minimumDetectableEffect: 0, margin: margin)
        isStored = true
        verdict = verdict(margin: margin)
    }

    /// The share of chance up to which a difference counts. Both sets of pairs have to come to it, so a build is called
    /// slower than itself about once in ten thousand comparisons.
    public static let significance = 0.01

    /// What the figures come to with another margin.
    ///
    /// Exact figures are slower when any single one exceeds the margin. Measured ones are slower when the median does and
    /// it is not by chance, in the first set of pairs and in the second; the same when the upper bound stays within the
    /// margin; else inconclusive. Those of which the base was stored are slower when all of what their bounds allow exceeds
    /// the margin: there are no pairs to draw chance from.
    public func verdict(margin: Double) -> Change {
        // A margin is a sum of decimal fractions; the last bits decide nothing.
        let most = 1 + margin + 1e-12
        if tier == 0 { return slowness(ratio).high > most ? .slower : .same }
        if isStored == true {
            let slowness = slowness(ratio)
            return slowness.low > most ? .slower : slowness.high <= most ? .same : .inconclusive
        }
        func isSlower(_ ratio: Interval, _ pAdjusted: Double) -> Bool {
            pAdjusted <= GateMetric.significance && slowness(ratio).median > most
        }
        if isSlower(ratio, pAdjusted) {
            guard let confirmation else { return .inconclusive }
            return isSlower(confirmation.ratio, confirmation.pAdjusted) ? .slower : .inconclusive
        }
        return slowness(ratio).high <= most ? .same : .inconclusive
    }

    /// Whether a second set of pairs is needed before the verdict.
    public func needsConfirmation(margin: Double) -> Bool {
        var confirmed = self
        confirmed.confirmation = Confirmation(ratio: ratio, pAdjusted: pAdjusted)
        return tier > 0 && confirmed.verdict(margin: margin) == .slower
    }

    /// The ratio with more for worse.
    private func slowness(_ ratio: Interval) -> Interval { better == .lower ? ratio : ratio.inverted }
}

/// What a comparison, or the policy over it, comes to.
public enum GateDecision: String, Codable, Sendable {
    /// Nothing is slower.
    case same
    /// Something is slower.
    case slower
    /// The new build duplicates or loses more.
    case guaranteeBroken = "guarantee-broken"
    /// The measurement does not decide.
    case inconclusive
    /// A rule guards no metric, or there is none: nothing was shown.
    case invalid

    /// The exit code that belongs to it.
    public var exitCode: ExitStatus {
        switch self {
        case .same: .asExpected
        case .slower: .regression
        case .guaranteeBroken: .guaranteeBroken
        case .inconclusive: .inconclusive
        case .invalid: .invalidRun
        }
    }

    /// What verdicts of several metrics come to.
    public init(_ verdicts: [GateMetric.Change], brokenGuarantees: [String]) {
        if !brokenGuarantees.isEmpty {
            self = .guaranteeBroken
        } else if verdicts.contains(.slower) {
            self = .slower
        } else {
            self = verdicts.contains(.inconclusive) ? .inconclusive : .same
        }
    }
}
