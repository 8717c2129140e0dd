// A matrix as it is printed: the agreement of the two worlds, rows that rest on inference, and when a matrix holds.
import Foundation
import Rendering
import Results
import Testing

@Suite("The report of a matrix")
struct MatrixDocumentTests {
    private typealias Counts = MatrixCell.Measured

    private static func counts(_ duplicates: Int, ingest: Int = 0, lost: Int = 0, redone: Int = 0) -> Counts {
        Counts(
            duplicates: duplicates, ingestDuplicates: ingest, reexecutionDuplicates: duplicates - ingest, lost: lost,
            redone: redone)
    }

    private static func cell(
        sink: String = "append", row: String? = "R6", inferred: Bool = false, _ measured: Counts,
        simulated: Counts?, crashFired: Bool = true
    ) -> MatrixCell {
        MatrixCell(
            strategy: "receiver-wal", sink: sink, fidelity: "spark", point: "receiver.offsets.commit.before@65",
            row: row, rowIsInferred: inferred, crashFired: crashFired, measured: measured, simulated: simulated,
            expected: .init(
                duplicates: measured.duplicates, ingestDuplicates: measured.ingestDuplicates, lost: measured.lost),
            fault: nil)
    }

    private static func matrix(_ cells: [MatrixCell]) -> MatrixResult {
        MatrixResult(
            world: cells.contains { $0.simulated != nil } ? "real" : "simulated", fidelity: "spark", seed: 1,
            load: Load(records: 8000, partitions: 4, recordBytes: 32, blockRecords: 100, batchRecords: 1000),
            cells: cells)
    }

    private static let alike = cell(counts(1104, ingest: 104), simulated: counts(1104, ingest: 104))
    private static let unlike = cell(
        sink: "batch-keyed", counts(104, ingest: 104), simulated: counts(104, ingest: 100, lost: 2))

    @Test(
        "the worlds agree where duplicates, their causes and losses are the same",
        arguments: [
            (counts(1104, ingest: 104), true), (counts(1104, ingest: 104, redone: 9), true),
            (counts(1104, ingest: 103), false), (counts(1103, ingest: 104), false),
            (counts(1104, ingest: 104, lost: 1), false),
        ])
    func agreement(simulated: MatrixCell.Measured, agrees: Bool) {
        let cell = Self.cell(Self.counts(1104, ingest: 104), simulated: simulated)
        #expect(cell.worldsAgree == agrees && cell.agrees)
        let matrix = Self.matrix([cell])
        #expect(matrix.holds == agrees && matrix.isValid)
        #expect(matrix.totals.worldsCompared == 1 && matrix.totals.worldsAgreeing == (agrees ? 1 : 0))
    }

    @Test("the table of agreement counts by strategy and sink, and names every disagreement")
    func table() {
        let text = Self.matrix([Self.alike, Self.unlike, Self.alike]).document.markdown
        #expect(
            text.hasPrefix(
                "**FAIL matrix: 3 of 3 cells as expected, 3 crashes fired, 2 of 3 alike in the simulated world "
                    + "(real world, fidelity spark, seed 1)**\n"))
        #expect(text.contains("| worlds differ |"))
        #expect(
            text.hasSuffix(
                """

                The same runs in the simulated world (duplicates (ingested twice + run again) / lost):

                | strategy     | sink        | compared | agreeing |
                |:-------------|:------------|---------:|---------:|
                | receiver-wal | append      |        2 |        2 |
                | receiver-wal | batch-keyed |        1 |        0 |

                The worlds disagree:

                - receiver-wal, batch-keyed, receiver.offsets.commit.before@65: 104 (104 + 0) / 0 in the real world, \
                104 (100 + 4) / 2 in the simulated one

                """))
    }

    @Test("a matrix of one world compares nothing and holds")
    func oneWorld() throws {
        let matrix = Self.matrix([Self.cell(Self.counts(0), simulated: nil)])
        #expect(matrix.holds && matrix.totals.worldsCompared == 0)
        #expect(!matrix.document.markdown.contains("simulated world ("))
        let json = try matrix.json()
        #expect(json.contains("\"simulated\" : null") && json.contains("\"worldsAgree\" : null"))
    }

    @Test("a crash that did not fire shows nothing")
    func silentCrash() {
        let matrix = Self.matrix([Self.cell(Self.counts(0), simulated: Self.counts(0), crashFired: false)])
        #expect(!matrix.isValid && !matrix.holds)
    }

    @Test("a row that rests on inference is marked, and the mark explained once")
    func inference() throws {
        let marked = Self.matrix([
            Self.cell(row: "R1", inferred: true, Self.counts(0), simulated: nil),
            Self.cell(Self.counts(0), simulated: nil),
        ])
        #expect(marked.document.markdown.contains("| R1 [I] |") && marked.document.markdown.contains("| R6     |"))
        #expect(marked.document.markdown.components(separatedBy: "[I]: no live run of Spark").count == 2)
        #expect(try marked.json().contains("\"rowIsInferred\" : true"))
        #expect(!Self.matrix([Self.alike]).document.markdown.contains("[I]"))
    }

    @Test("a comparison with a reference holds only where the worlds agree", arguments: [true, false])
    func reference(agrees: Bool) throws {
        let row = ReferenceResult.Row(
            row: "A:R6", runs: 2, sink: "append", reference: .init(duplicates: 604, lost: 0), strategy: "receiver-wal",
            point: "receiver.offsets.commit.before@30", measured: .init(duplicates: 604, lost: 0),
            simulated: .init(duplicates: 604, lost: agrees ? 0 : 1), reason: "")
        let result = ReferenceResult(against: "spark-3.5.7", world: "real", rows: [row])
        #expect(row.agrees == true && row.worldsAgree == agrees)
        #expect(result.holds == agrees && result.worldsCompared == 1 && result.worldsAgreeing == (agrees ? 1 : 0))
        #expect(result.document.markdown.contains("| receiver-wal |        1 |        \(agrees ? 1 : 0) |"))
        #expect(
            result.document.markdown.contains("- A:R6: 604 / 0 in the real world, 604 / 1 in the simulated one")
                != agrees)
    }
}
