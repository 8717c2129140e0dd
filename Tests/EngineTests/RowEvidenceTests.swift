// Which rows of the semantics table rest on inference, and how they are marked.
@testable import Ingestion
@testable import Judgement
import Testing
import World

@testable import Engine

@Suite("A row that no live Spark has shown is marked")
struct RowEvidenceTests {
    @Test(
        "by strategy",
        arguments: [
            (Strategy.receiverWal, "R6", "R6"), (.receiverWal, "R1", "R1 [I]"), (.receiverWal, "R2", "R2 [I]"),
            (.receiverReliable, "R6", "R6"), (.receiverReliable, "R7", "R7 [I]"), (.receiver, "D4", "D4 [I]"),
            (.direct, "P0", "P0"), (.direct, "Z", "Z [I]"), (.directLogFirst, "P0", "P0 [I]"),
            (.directCommit, "P1", "P1 [I]"), (.directTransactional, "P4", "P4 [I]"),
            (.receiverWal, "R6, then D4, then -", "R6, then D4, then -"),
            (.receiverWal, "R1, then D4, then R2", "R1 [I], then D4, then R2 [I]"),
        ])
    func marks(strategy: Strategy, row: String, marked: String) {
        #expect(RowEvidence.marked(row, strategy: strategy) == marked)
        #expect(RowEvidence.isInferred(row, strategy: strategy) == (row != marked))
    }

    @Test("in the derivation of an outcome, and not in its row")
    func derivation() {
        let shape = LoadShape.small(records: 60, partitions: 3, block: 5, batch: 20)
        for (strategy, ending) in [
            (Strategy.receiverWal, ", row D4"), (.receiverReliable, ", row D4"), (.receiver, ", row D4 [I]"),
        ] {
            let outcome = ExpectedOutcome(
                strategy: strategy, sink: .append, crash: ArmedCrash(CrashPoint(.sinkWrite, .after), at: 6),
                shape: shape)
            #expect(
                outcome?.row == "D4" && outcome?.derivation.hasSuffix(ending) == true, "\(outcome?.derivation ?? "")")
        }
    }

    @Test("every row that is said to have been seen is a row of that strategy")
    func rowsExist() {
        for strategy in Strategy.allCases {
            let rows = Set(CrashPoint.all.compactMap { CrashPointGuide.row(of: $0, strategy: strategy) })
                .union(Situation.all.filter { $0.strategies.contains(strategy) }.map(\.row))
            let known = rows.union(strategy == .receiverReliable ? ["F"] : [])
            for row in ["F", "P0"] + (0...8).flatMap({ ["R\($0)", "D\($0)", "P\($0)"] }) + ["R5m", "P2a", "P2b", "T"]
            where !RowEvidence.isInferred(row, strategy: strategy) {
                #expect(known.contains(row), "\(strategy.rawValue) has no row \(row)")
            }
        }
    }
}
