// Claims: how conditions are read, and how measured cases become a verdict.
import Harness
import Results
import Testing

@testable import Scenarios

@Suite struct ClaimTests {
    @Test(arguments: [
        ("duplicates = 0", 1), ("duplicates = 0 and lost = 0", 2), ("ingest-duplicates > 0 and lost = 0", 2),
    ])
    func aConditionIsReadAsWritten(text: String, count: Int) {
        #expect(ClaimCondition.parse(text)?.count == count)
    }

    @Test(arguments: [
        "", "duplicates", "duplicates = x", "duplicates < 1", "errors = 0", "lost = 0 or lost = 1", "and",
    ])
    func whatIsNoConditionIsRefused(text: String) {
        #expect(ClaimCondition.parse(text) == nil)
    }

    @Test(arguments: [
        ("duplicates = 0", false), ("duplicates > 0", true), ("ingest-duplicates = 2", true),
        ("reexecution-duplicates > 1", false), ("lost = 0 and duplicates > 2", true),
        ("lost > 0 and duplicates > 2", false),
    ])
    func aConditionComparesOneCount(text: String, holds: Bool) throws {
        let conditions = try #require(ClaimCondition.parse(text))
        #expect(
            conditions.allSatisfy {
                $0.holds(duplicates: 3, ingestDuplicates: 2, reexecutionDuplicates: 1, lost: 0)
            } == holds)
    }

    static let verdicts: [(cases: [(String, Bool)], verdict: ClaimResult.Ruling, because: String)] = [
        ([], .notMeasured, "nothing was measured"),
        ([("a", true), ("b", true)], .holds, "it holds for a, b"),
        ([("a", false)], .doesNotHold, "it does not hold for a"),
        ([("a", true), ("b", false), ("c", true)], .holdsIf, "it holds for a, c; it does not for b"),
    ]

    @Test(arguments: verdicts)
    func casesMakeAVerdict(cases: [(String, Bool)], verdict: ClaimResult.Ruling, because: String) {
        let found = ClaimJudgement.verdict(of: cases.map { ClaimCase(label: $0.0, holds: $0.1) })
        #expect(found.verdict == verdict)
        #expect(found.because == because)
    }

    @Test func everyClaimHasAText() {
        #expect(ClaimCatalogue.ids == (1...21).map { "C\($0)" })
        #expect(ClaimCatalogue.ids.allSatisfy { ClaimCatalogue.text(of: $0)?.isEmpty == false })
        #expect(ClaimCatalogue.text(of: "C22") == nil)
    }
}
