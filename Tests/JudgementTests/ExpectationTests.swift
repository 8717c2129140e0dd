// What a run is held to, when several things are known of it and when nothing is.
import Testing

@testable import Judgement

@Suite("An expectation is a form, what follows from the kill, a statement, a promise")
struct ExpectationTests {
    private static func form(_ duplicates: Int, _ lost: Int) -> ExpectedOutcome {
        var form = ExpectedOutcome()
        form.n = duplicates
        form.duplicates = duplicates
        form.lost = lost
        return form
    }

    private static func verdict(_ duplicates: Int, _ lost: Int) -> Verdict {
        var verdict = Verdict()
        verdict.duplicates = duplicates
        verdict.lost = lost
        return verdict
    }

    private static let any: SymbolSum = SymbolSum(parsing: "any") ?? SymbolSum()

    /// What a run is held to, and pairs of duplicates and losses that agree with it and that do not.
    struct Case: Sendable {
        var expectation: RunExpectation
        var agrees: [[Int]]
        var differs: [[Int]]
    }

    private static func held(
        _ form: ExpectedOutcome?, _ duplicates: SymbolSum?, _ lost: SymbolSum, promises: Bool = true,
        agrees: [[Int]], differs: [[Int]]
    ) -> Case {
        Case(
            expectation: RunExpectation(
                form: form, stated: duplicates.map { Statement(duplicates: $0, lost: lost) }, promisesNoLoss: promises),
            agrees: agrees, differs: differs)
    }

    static let cases: [Case] = [
        held(nil, nil, any, agrees: [[0, 0], [9, 0]], differs: [[0, 1]]),
        held(nil, nil, any, promises: false, agrees: [[0, 0], [9, 9]], differs: []),
        held(form(3, 1), nil, any, agrees: [[3, 1]], differs: [[3, 0], [2, 1], [0, 0]]),
        held(nil, SymbolSum(constant: 2), any, agrees: [[2, 0]], differs: [[2, 1], [1, 0]]),
        held(nil, any, SymbolSum(constant: 1), agrees: [[0, 1], [7, 1]], differs: [[0, 0]]),
        held(form(3, 0), SymbolSum(symbols: [.n]), SymbolSum(), agrees: [[3, 0]], differs: [[4, 0]]),
        held(form(3, 0), SymbolSum(constant: 4), SymbolSum(), agrees: [], differs: [[3, 0], [4, 0]]),
    ]

    @Test("each part that there is must hold", arguments: cases.indices)
    func parts(index: Int) {
        let (expectation, example) = (Self.cases[index].expectation, Self.cases[index])
        for counts in example.agrees {
            #expect(expectation.agrees(with: Self.verdict(counts[0], counts[1])), "\(counts)")
        }
        for counts in example.differs {
            #expect(!expectation.agrees(with: Self.verdict(counts[0], counts[1])), "\(counts)")
        }
    }

    @Test("what follows from the kill decides as a form does")
    func kill() throws {
        let production = Production(count: 2, place: { (0, Int64($0)) })
        var tally = Tally(count: 2)
        tally.count(Delivery(number: 1))
        let form = KillForm(tally, of: production, committed: [1])
        let expectation = RunExpectation(kill: form, promisesNoLoss: true)
        #expect(expectation.counts == .init(duplicates: 1, lost: 1))
        #expect(expectation.agrees(with: Self.verdict(1, 1)))
        #expect(!expectation.agrees(with: Self.verdict(1, 0)))
        #expect(expectation.derivation == "from the kill: duplicates 1, lost 1")
    }

    @Test("a statement of any is shown as any")
    func anything() {
        let expectation = RunExpectation(
            stated: Statement(duplicates: Self.any, lost: SymbolSum()), promisesNoLoss: true)
        #expect(expectation.counts.duplicates == nil)
        #expect(expectation.derivation == "no closed form: the scenario states duplicates any, lost 0")
    }
}
