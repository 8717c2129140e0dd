// The gate in words and as JSON: what is named, and what other tools read.
import Foundation
import Rendering
import Results
import Testing

@Suite struct GateDocumentTests {
    static let slower = GateMetric(
        name: "process/cpuSeconds", tier: 1, better: .lower, ratio: .init(median: 1.05, low: 1.04, high: 1.06),
        pAdjusted: 0.001, minimumDetectableEffect: 0.01,
        confirmation: .init(ratio: .init(median: 1.05, low: 1.05, high: 1.05), pAdjusted: 0.001), margin: 0.02)

    static func comparison(_ metrics: [GateMetric], pairs: Int = 10) -> BuildComparison {
        BuildComparison(
            base: "old", new: "new", command: ["bench"], pairs: pairs, seed: 1, marginPercent: 2,
            brokenGuarantees: ["direct/append: 1 lost, 0 before"], differences: ["direct/append: lost 0 -> 1"],
            metrics: metrics)
    }

    private static func policy(_ metric: String) -> GatePolicy {
        GatePolicy(rules: [.init(metric: metric, tier: 1, marginPercent: 2)], inconclusiveIsRed: false)
    }

    @Test func aRuleThatGuardsNothingIsNamed() {
        var comparison = Self.comparison([Self.slower])
        comparison.brokenGuarantees = []
        let text = Self.policy("wallSeconds").judge(comparison).document.text()
        #expect(text.hasPrefix("INVALID gate: invalid\n") && text.contains("- no metric for the rule on wallSeconds\n"))
    }

    @Test func aComparisonNamesWhatIsBrokenAndWhatDiffers() {
        let text = Self.comparison([Self.slower]).document.text()
        #expect(text.hasPrefix("BROKEN new against old: 1 metric, 10 pairs, margin 2 %, seed 1\n"))
        #expect(text.contains("- guarantee broken: direct/append: 1 lost, 0 before\n"))
        #expect(text.contains("- differs: direct/append: lost 0 -> 1\n"))
        #expect(!text.contains("raise --pairs"))
    }

    @Test func tooFewPairsForSoManyMetricsIsSaid() {
        let few = Self.comparison(Array(repeating: Self.slower, count: 8), pairs: 7)
        #expect(few.document.text().contains("raise --pairs"))
    }

    @Test func aHistoryTooShortToShowAChangeSaysSo() {
        let short = HistoryResult(commits: 3, damagedLines: [], changes: [])
        #expect(short.document.text().hasPrefix("3 commits, 0 changes\n"))
        #expect(short.document.text().contains("so few cannot show a change"))
        #expect(short.document.csv == "figure,commit,date,before,after,change_percent\r\n")
    }

    /// What other tools read.
    @Test func theContractIsKept() throws {
        let comparison = Self.comparison([Self.slower])
        let reports = try [comparison.json(), Self.policy("cpuSeconds").judge(comparison).json()]
        for text in reports {
            let root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let metric = try #require((root["metrics"] as? [[String: Any]])?.first)
            #expect(metric["name"] as? String == "process/cpuSeconds" && metric["tier"] as? Int == 1)
            #expect(metric["verdict"] as? String == "slower")
            #expect(metric["pAdjusted"] is NSNumber && metric["minimumDetectableEffect"] is NSNumber)
            #expect(Set((metric["ratio"] as? [String: Any] ?? [:]).keys) == ["median", "low", "high"])
        }
        #expect(try BuildComparison(json: Data(comparison.json().utf8)) == comparison)
    }

    @Test func exactFiguresHaveALineForEachRow() throws {
        let figures = ExactFigures(
            load: "small", rows: [.init("a", ["fileSyncs": 10]), .init("a x.before@2", ["duplicates": 5, "lost": 0])])
        let text = try figures.json()
        #expect(try ExactFigures(json: Data(text.utf8)) == figures)
        #expect(text.hasPrefix("{\"schema\":\"kbench.counts\",\"version\":1,\"load\":\"small\",\"rows\":[\n"))
        #expect(text.split(separator: "\n").count == figures.rows.count + 2)
        #expect(figures.document.csv.hasPrefix("place,figure,value\r\na,fileSyncs,10\r\n"))
    }
}
