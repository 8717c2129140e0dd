// What was stated is shown, and is what decides where there is no closed form.
import Engine
import Foundation
import Harness
import Judgement
import Testing
import World

@testable import Results
@testable import Scenarios

@Suite struct RunJudgementTests {
    static let text = """
        name: mine
        summary: Cuts by time.
        records: 1000
        partitions: 2
        record-bytes: 100
        block-interval-ms: 20
        batch-interval-ms: 100
        runs:
          - strategy: direct
            crash: sink.write.after@1
            expect:
              append: {duplicates: 5, lost: 0}

        """

    @Test(
        "N12: what the scenario states is shown, and decides", arguments: [(5, 0, true), (0, 0, false), (5, 1, false)])
    func whatIsStatedDecides(duplicates: Int, lost: Int, agrees: Bool) throws {
        let plan = try #require(
            try RunPlan.plans(of: ScenarioFile.parse(Self.text, file: "mine.yaml")).first)
        var verdict = Verdict()
        verdict.duplicates = duplicates
        verdict.lost = lost
        #expect(plan.expected == nil)
        #expect(plan.expectation.agrees(with: verdict) == agrees)
        #expect(plan.expectation.counts == .init(duplicates: 5, lost: 0))
        #expect(plan.expectation.derivation == "no closed form: the scenario states duplicates 5, lost 0")
    }

    @Test("N12: a statement that differs from the closed form is shown beside it")
    func aStatementBesideAClosedFormIsShown() throws {
        let text = Self.text.replacing("block-interval-ms: 20", with: "block-records: 100")
            .replacing("batch-interval-ms: 100", with: "batch-records: 200")
        let plan = try #require(
            try RunPlan.plans(of: ScenarioFile.parse(text, file: "mine.yaml")).first)
        let form = try #require(plan.expected)
        #expect(plan.expectation.counts.duplicates == form.duplicates && form.duplicates != 5)
        #expect(plan.expectation.derivation.hasSuffix("; the scenario states duplicates 5 = 5, lost 0 = 0"))
    }
}
