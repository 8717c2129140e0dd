// The rules of the gate: from ratios to verdicts, from verdicts to exit codes, and exact figures one by one.
import Results
import Testing
import World

@Suite struct GateTests {
    static func metric(
        _ median: Double, _ low: Double, _ high: Double, p: Double = 0.001, better: GateMetric.Better = .lower,
        tier: Int = 1, again: (median: Double, p: Double)? = nil, margin: Double = 0.02
    ) -> GateMetric {
        GateMetric(
            name: "process/cpuSeconds", tier: tier, better: better, ratio: .init(median: median, low: low, high: high),
            pAdjusted: p, minimumDetectableEffect: 0.01,
            confirmation: again.map {
                .init(ratio: .init(median: $0.median, low: $0.median, high: $0.median), pAdjusted: $0.p)
            }, margin: margin)
    }

    static let verdicts: [(metric: GateMetric, verdict: GateMetric.Change, why: String)] = [
        (metric(1.05, 1.04, 1.06, again: (1.05, 0.001)), .slower, "twice beyond the margin, not by chance"),
        (metric(1.05, 1.04, 1.06), .inconclusive, "not confirmed"),
        (metric(1.05, 1.04, 1.06, again: (1.01, 0.001)), .inconclusive, "within the margin the second time"),
        (metric(1.05, 1.04, 1.06, again: (1.05, 0.2)), .inconclusive, "by chance the second time"),
        (metric(1.05, 0.95, 1.12, p: 0.2), .inconclusive, "by chance"),
        (metric(1.01, 1.005, 1.015), .same, "slower, but within the margin"),
        (metric(1.015, 1.005, 1.03), .inconclusive, "perhaps beyond the margin"),
        (metric(0.9, 0.88, 0.92, p: 1), .same, "faster"),
        (metric(0.95, 0.94, 0.96, better: .higher, again: (0.95, 0.001)), .slower, "a rate that fell"),
        (metric(1.05, 1.04, 1.06, p: 1, better: .higher), .same, "a rate that rose"),
        (metric(1.0001, 1, 1.0001, p: 0, tier: 0, margin: 0), .slower, "an exact figure that rose"),
        (metric(0.99, 0.9, 1.01, p: 0, tier: 0, margin: 0), .slower, "one rose though the sum fell"),
        (metric(0.99, 0.9, 1, p: 1, tier: 0, margin: 0), .same, "none rose"),
        (metric(1.001, 1, 1.01, p: 0, tier: 0, margin: 0.02), .same, "rose within a written tolerance"),
    ]

    @Test(arguments: verdicts)
    func aMetricIsJudged(metric: GateMetric, verdict: GateMetric.Change, why: String) {
        #expect(metric.verdict == verdict, "\(why)")
    }

    @Test(
        arguments: [
            ([GateMetric.Change.same], [], World.ExitStatus.asExpected), ([], [], .asExpected),
            ([.same, .slower, .inconclusive], [], .regression), ([.same, .inconclusive], [], .inconclusive),
            ([.slower], ["lost"], .guaranteeBroken), ([.same], ["lost"], .guaranteeBroken),
        ] as [([GateMetric.Change], [String], World.ExitStatus)])
    func theWorstDecides(verdicts: [GateMetric.Change], broken: [String], exitCode: World.ExitStatus) {
        #expect(GateDecision(verdicts, brokenGuarantees: broken).exitCode == exitCode)
    }

    static let base = ExactFigures(
        load: "small",
        rows: [
            .init("a", ["fileSyncs": 10, "bytesWritten": 1000]), .init("b", ["fileSyncs": 4, "bytesWritten": 0]),
            .init("a x.before@2", ["duplicates": 5, "lost": 0]),
        ])

    static let changes:
        [(change: @Sendable (inout ExactFigures) -> Void, exitCode: World.ExitStatus, difference: String?)] = [
            ({ _ in }, .asExpected, nil),
            ({ $0.rows[0].figures["fileSyncs"] = 11 }, .regression, "a: fileSyncs 10 -> 11"),
            ({ $0.rows[0].figures["fileSyncs"] = 9 }, .asExpected, "a: fileSyncs 10 -> 9"),
            ({ $0.rows[1].figures["bytesWritten"] = 1 }, .regression, "b: bytesWritten 0 -> 1"),
            ({ $0.rows[2].figures["lost"] = 1 }, .guaranteeBroken, "a x.before@2: lost 0 -> 1"),
            ({ $0.rows[2].figures["duplicates"] = 4 }, .asExpected, "a x.before@2: duplicates 5 -> 4"),
            ({ $0.rows.removeLast() }, .regression, "a x.before@2: is no longer there"),
            ({ $0.rows.append(.init("c", ["fileSyncs": 1])) }, .asExpected, "c: is new"),
            ({ $0.rows.append(.init("c y@1", ["lost": 1])) }, .asExpected, "c y@1: is new"),
        ]

    @Test(arguments: changes)
    func exactFiguresAreComparedOneByOne(
        change: @Sendable (inout ExactFigures) -> Void, exitCode: World.ExitStatus, difference: String?
    ) {
        var new = Self.base
        change(&new)
        let comparison = new.compared(withBase: Self.base)
        let verdict = GateDecision(comparison.metrics.map(\.verdict), brokenGuarantees: comparison.brokenGuarantees)
        #expect(verdict.exitCode == exitCode, "\(comparison)")
        #expect(comparison.differences == (difference.map { [$0] } ?? []))
    }

    static func comparison(_ metrics: [GateMetric], broken: [String] = []) -> BuildComparison {
        BuildComparison(
            base: "old", new: "new", command: ["bench"], pairs: 10, seed: 1, marginPercent: 2, brokenGuarantees: broken,
            differences: [], metrics: metrics)
    }

    static let slower = metric(1.05, 1.04, 1.06, again: (1.05, 0.001))
    static let vague = metric(1.05, 0.95, 1.12, p: 0.2)

    static func policy(_ margin: Double, inconclusiveIsRed: Bool = false, metric: String = "cpuSeconds") -> GatePolicy {
        GatePolicy(
            rules: [.init(metric: metric, tier: 1, marginPercent: margin)], inconclusiveIsRed: inconclusiveIsRed)
    }

    static let policies: [(policy: GatePolicy, comparison: BuildComparison, exitCode: World.ExitStatus, why: String)] =
        [
            (policy(2), comparison([slower]), .regression, "slower beyond the rule's margin"),
            (policy(10), comparison([slower]), .asExpected, "slower within the rule's margin"),
            (policy(2, metric: "wallSeconds"), comparison([slower]), .invalidRun, "S4: the rule guards nothing"),
            (policy(2, metric: "all"), comparison([slower]), .regression, "all covers it"),
            (policy(2), comparison([vague]), .asExpected, "inconclusive may pass"),
            (policy(2, inconclusiveIsRed: true), comparison([vague]), .inconclusive, "inconclusive is red"),
            (policy(10), comparison([], broken: ["lost"]), .guaranteeBroken, "no rule is needed for a guarantee"),
        ]

    @Test(arguments: policies)
    func thePolicyDecides(policy: GatePolicy, comparison: BuildComparison, exitCode: World.ExitStatus, why: String) {
        #expect(policy.judge(comparison).verdict.exitCode == exitCode, "\(why)")
    }

    @Test func aRuleThatGuardsNothingIsNamed() {
        let report = Self.policy(2, metric: "wallSeconds").judge(Self.comparison([Self.slower]))
        #expect(report.rulesWithoutMetric == ["wallSeconds"])
    }

    @Test("S4: a gate that guards nothing is never green")
    func whatGuardsNothingIsInvalid() {
        let idle = Self.policy(2, metric: "wallSeconds").judge(Self.comparison([Self.slower]))
        #expect(idle.verdict == .invalid)
        let none = GatePolicy(rules: [], inconclusiveIsRed: true).judge(Self.comparison([Self.slower]))
        #expect(none.verdict == .invalid)
        let nothing = Self.comparison([])
        #expect(nothing.verdict.exitCode == .invalidRun)
        #expect(Self.comparison([], broken: ["lost"]).verdict == .guaranteeBroken)
    }

    @Test("S4: a history may be too short to show a change", arguments: [(1, true), (9, true), (10, false)])
    func aHistoryMayBeTooShort(commits: Int, isShort: Bool) {
        let report = HistoryResult(commits: commits, damagedLines: [], changes: [])
        #expect(report.isTooShort == isShort)
    }

    @Test func fewPairsCannotShowThatOneOfManyMetricsIsSlower() {
        var few = Self.comparison(Array(repeating: Self.vague, count: 8))
        few.pairs = 7
        #expect(few.hasTooFewPairs)
        #expect(!Self.comparison([Self.vague]).hasTooFewPairs)
    }
}
