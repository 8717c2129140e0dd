// Two results side by side: verdicts first, then numbers, of rows that are found again wherever they stand.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct ResultDiffTests {
    private func diff(_ first: any Presentable, _ second: any Presentable) -> DiffResult {
        DiffResult(first, named: "a", second, named: "b")
    }

    @Test("a result beside itself differs in nothing", arguments: SamplePages.all)
    func itself(name: String, result: any Presentable) {
        let diff = diff(result, result)
        #expect(diff.holds && diff.cases.isEmpty && diff.figures.isEmpty && diff.words.isEmpty)
        #expect(diff.onlyInFirst.isEmpty && diff.onlyInSecond.isEmpty)
        #expect(diff.document.verdict?.hasPrefix("SAME verdicts") == true)
    }

    @Test("cells are matched by what they are of, wherever they stand, and a missing one is named")
    func cells() throws {
        let first = SamplePages.matrix
        var second = MatrixResult(
            world: first.world, fidelity: first.fidelity, seed: 2, load: first.load,
            cells: [first.cells[3], first.cells[2], first.cells[0]])
        second.cells[1].measured.duplicates = 10
        second.cells[1].agrees = true
        second.cells[2].measured.duplicates = 2208
        second.cells[2].agrees = false
        let diff = diff(first, second)
        #expect(!diff.holds && diff.sameCases == 1)
        #expect(
            diff.cases.map { "\($0.name): \($0.first ?? "-") to \($0.second ?? "-")" } == [
                "receiver-wal/append at receiver.offsets.commit.before@65: passed to failed",
                "receiver-wal/offset-keyed at receiver.offsets.commit.before@65: passed to -",
                "receiver-wal/append at sink.write.after@7: failed to passed",
            ])
        #expect(
            diff.figures == [
                .init(
                    row: "receiver-wal / append / receiver.offsets.commit.before@65", name: "duplicate_records",
                    first: 1104, second: 2208),
                .init(
                    row: "receiver-wal / append / sink.write.after@7", name: "duplicate_records", first: 12, second: 10),
            ])
        #expect(diff.figures.first?.ratio == 2)
        #expect(diff.onlyInFirst == ["receiver-wal / offset-keyed / receiver.offsets.commit.before@65"])
        #expect(diff.words.map(\.name) == ["result", "result"] && diff.words.first?.second == "differs")
        let text = diff.document.text(width: 100)
        #expect(text.contains("DIFFERENT verdicts: 1 of 4 cases alike"))
        // What was judged otherwise comes before the numbers.
        let (judged, numbers) = (text.range(of: "failed"), text.range(of: "2208") ?? text.range(of: "2,208"))
        #expect(judged.map { judged in numbers.map { judged.lowerBound < $0.lowerBound } ?? false } == true, "\(text)")
        #expect(try KeptResultTests.again(diff) == diff)
    }

    @Test("numbers that differ do not make verdicts differ; a number from or to nothing has no ratio")
    func numbers() {
        var second = SampleBench.passing
        second.rows[0].recordsPerSecond *= 2
        second.rows[1].lost = 0
        let diff = diff(SampleBench.passing, second)
        #expect(diff.holds)
        #expect(diff.figures.map(\.name) == ["records_per_second"] && diff.figures.first?.ratio == 2)
        #expect(DiffResult.Figure(row: "r", name: "n", first: 0, second: 3).ratio == nil)
        #expect(DiffResult.Figure(row: "r", name: "n", first: nil, second: 3).ratio == nil)
    }

    @Test("many numbers: the terminal gets those that changed most and says so, the others all")
    func many() {
        var second = SamplePages.largeBench
        for place in second.rows.indices {
            second.rows[place].recordsPerSecond *= place == 20 ? 9 : 1.01
            second.rows[place].fsyncs += 1
        }
        let document = diff(SamplePages.largeBench, second).document
        let text = document.text(width: 120)
        #expect(text.contains("changed most of 64") && text.contains("9.000"))
        #expect(document.csv.split(separator: "\r\n").count == 65)
        #expect(!document.markdown.contains("changed most of"))
    }

    @Test("every column that tells rows apart is one of that kind of result", arguments: SamplePages.all)
    func columns(name: String, result: any Presentable) {
        let columns = result.document.programTable?.columns.map(\.name) ?? []
        for column in DiffResult.identity[type(of: result).schema.name] ?? [] {
            #expect(columns.contains(column), "\(name) has \(columns)")
        }
    }
}
