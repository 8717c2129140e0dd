// No table is wider than the terminal, whatever it is of, and what has no room is named.
import Results
import Testing

@testable import Rendering

@Suite("Tables and the width of the terminal") struct WidthTests {
    static let widths = [80, 100, 160]

    /// The lines of the tables of a text: those from the headings above a rule to the blank line behind it.
    private static func tables(in text: String) -> [[Substring]] {
        text.split(separator: "\n\n").map { $0.split(separator: "\n") }
            .filter { $0.contains { !$0.isEmpty && $0.allSatisfy { "- ".contains($0) } && $0.hasPrefix("---") } }
    }

    @Test("there is a sample of every kind of result that can be kept")
    func allKinds() {
        let sampled = Set(SampleKinds.all.map { type(of: $0.result).schema.name })
        #expect(Set(KeptResult.types.keys).subtracting(sampled) == [])
        let judging = SampleKinds.all.filter { $0.result is any Judged }.map(\.name)
        #expect(Set(judging) == Set(SampleKinds.passing.map(\.name)))
        #expect(SampleKinds.passing.map(\.name) == SampleKinds.failing.map(\.name))
    }

    @Test("every kind of result fits 80, 100 and 160 columns", arguments: SampleKinds.all, widths)
    func fits(sample: (name: String, result: any Presentable), width: Int) throws {
        let text = try OutputFormat.text.render(sample.result, width: width)
        for table in Self.tables(in: text) {
            for line in table { #expect(line.count <= width, "\(sample.name): \(line)") }
        }
        let printed = sample.result.document.blocks(for: .terminal)
        let count = printed.count { if case .table = $0 { true } else { false } }
        #expect(Self.tables(in: text).count == count, "\(sample.name): the test sees every table\n\(text)")
    }

    @Test("a column that is not there is named below its table, and no other", arguments: SampleKinds.all, widths)
    func dropped(sample: (name: String, result: any Presentable), width: Int) {
        for case .table(let table) in sample.result.document.blocks(for: .terminal) {
            let shown = table.layout(width: width).shown
            let dropped = table.columns.indices.filter { !shown.contains($0) }
            let below = table.text(width: width).split(separator: "not shown in \(width) columns: ", maxSplits: 1)
            let names = below.count == 1 ? "" : below[1].split(separator: "\n").joined(separator: " ")
            #expect(names == dropped.map { table.columns[$0].heading }.joined(separator: ", "), "\(sample.name)")
            // The highest rank goes first, and of rank 0 nothing goes at these widths.
            let least = dropped.map { table.columns[$0].rank }.min() ?? .max
            #expect(least > 0 && shown.allSatisfy { table.columns[$0].rank <= least }, "\(sample.name)")
        }
    }

    @Test("what is not as it must be comes first, in the order in which it ran", arguments: widths)
    func failuresFirst(width: Int) {
        let table = Table([1, 2, 3, 4], [Column<Int>.count("run") { $0 }]) { $0 % 2 == 0 }
        #expect(table.text(width: width) == "run\n---\n  2\n  4\n  1\n  3\n")
        #expect(table.markdown.hasSuffix("|   1 |\n|   2 |\n|   3 |\n|   4 |"), "a report keeps the order")
    }

    @Test("a terminal gets a page of the rows, and is told how many there are besides, and where")
    func page() {
        func text(_ count: Int, failing: ClosedRange<Int>, most: Int?) -> String {
            Table(Array(1...count), [Column<Int>.count("run") { $0 }]) { failing.contains($0) }
                .text(width: 100, most: most)
        }
        #expect(
            text(9, failing: 8...9, most: 3) == """
                run
                ---
                  8
                  9
                  1
                and 6 more rows: pipe this (| less), or see --format csv

                """)
        #expect(text(9, failing: 2...9, most: 3).contains("\nand 6 more rows, 5 of them not as they must be: "))
        #expect(text(5, failing: 5...5, most: 3).split(separator: "\n").count == 7, "a line for two rows saves nothing")
        #expect(text(9, failing: 9...9, most: nil).split(separator: "\n").count == 11)
    }

    @Test("of every kind of result that judges, a row that failed stands above those that did not")
    func failingKinds() {
        for (name, result) in SampleKinds.failing {
            let marked = result.document.blocks(for: .terminal).contains {
                if case .table(let table) = $0 { !table.failures.isEmpty || table.rows.count == 1 } else { false }
            }
            #expect(marked || ["swarm", "atlas", "calibration", "claims"].contains(name), "\(name)")
        }
    }

    @Test("words are broken, at the parts of names, before what says most is left out; numbers never are")
    func broken() {
        let row = (path: "results/20261122T153000Z-crash-before-commit-1/result.json", count: 1_234_567)
        let table = Table(
            [row], [Column<(path: String, count: Int)>.words("file") { $0.path }, .count("records") { $0.count }])
        #expect(
            table.text(width: 40) == """
                file                             records
                -----------------------------  ---------
                results/20261122T153000Z-      1,234,567
                crash-before-commit-1/
                result.json

                """)
    }

    @Test("tables of any shape fit any width that has room for a word and a number")
    func anyShape() {
        var state: UInt64 = 9
        func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        func word(_ longest: Int) -> String {
            (0...draw(longest)).map { _ in ["a", "b", "-", ".", "/", " ", "é"][draw(7)] }.joined()
        }
        for _ in 0..<400 {
            let width = 20 + draw(180)
            let columns = 1 + draw(14)
            let rows = (0..<draw(6)).map { _ in
                (0..<columns).map { _ in (words: word(120), number: draw(1_000_000)) }
            }
            let table = Table(
                rows,
                (0..<columns).map { place -> Column<[(words: String, number: Int)]> in
                    let isNumber = place > 0 && draw(2) == 0
                    let (title, rank, wraps) = ("\(place) \(word(12))", draw(3) * draw(9), draw(2) == 0)
                    return isNumber
                        ? .count(title, rank: rank) { $0[place].number }
                        : .words(title, rank: rank, wraps: wraps) { $0[place].words }
                })
            for line in table.text(width: width).split(separator: "\n") {
                #expect(line.count <= width, "\(width): \(line)")
            }
        }
    }
}
