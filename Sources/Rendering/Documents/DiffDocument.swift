// Two results side by side: first what was judged otherwise, then the numbers.
internal import Foundation
package import Results

extension DiffResult: Presentable {
    /// What the CSV has a row for: a case, a number or words.
    private struct Line {
        var what: String
        var row: String
        var name = ""
        var first: String
        var second: String
        var ratio: Double?
    }

    /// The verdict line, what both came to, and tables of what differs; the terminal gets the largest changes only.
    package var document: Document {
        var document = Document(
            data: Table(
                lines,
                [
                    .exact("difference") { $0.what }, .exact("row") { $0.row }, .exact("name") { $0.name },
                    .exact("first") { $0.first }, .exact("second") { $0.second }, .exact("ratio") { $0.ratio },
                ]))
        document.add(.heading("Two results side by side", level: 1), for: .report)
        let judged = cases.count + sameCases
        document.add(
            .verdict(
                "\(holds ? "SAME" : "DIFFERENT") verdicts: \(sameCases) of \(Numbers.count(judged, "case")) alike, "
                    + "\(Numbers.count(figures.count, "number")) and \(words.count) other cells differ, "
                    + "\(sameCells) are the same (\(kind))"))
        document.add(
            .list([
                "first: \(first)" + (firstVerdict.map { ": \($0)" } ?? ""),
                "second: \(second)" + (secondVerdict.map { ": \($0)" } ?? ""),
            ]))
        if !cases.isEmpty {
            document.add(.heading("Judged otherwise", level: 2), for: .report)
            document.add(
                .table(
                    Table(
                        cases,
                        [
                            .words("case", wraps: true) { $0.name }, .words("first") { $0.first },
                            .words("second") { $0.second }, .words("why", rank: 1, wraps: true) { $0.reason },
                        ])))
        }
        for (names, place) in [(onlyInFirst, "first"), (onlyInSecond, "second")] where !names.isEmpty {
            document.add(.prose("Only in the \(place):"))
            document.add(.list(names))
        }
        addFigures(to: &document)
        if !words.isEmpty {
            document.add(.heading("Other words", level: 2), for: .report)
            document.add(
                .table(
                    Table(
                        words,
                        [
                            .words("row") { $0.row }, .words("what") { $0.name },
                            .words("first", wraps: true) { $0.first }, .words("second", wraps: true) { $0.second },
                        ])), for: .report)
        }
        return document
    }

    private static let mostAtTerminal = 30

    private func addFigures(to document: inout Document) {
        guard !figures.isEmpty else { return }
        let columns: [Column<Figure>] = [
            .words("row", wraps: true) { $0.row }, .words("number") { $0.name },
            .number("first", places: 3) { $0.first }, .number("second", places: 3) { $0.second },
            .number("ratio", places: 3) { $0.ratio },
        ]
        document.add(.heading("Numbers", level: 2), for: .report)
        document.add(.table(Table(figures, columns)), for: .report)
        // Those that changed most, of equal ones the first; what was or became nothing changed without bound.
        let largest = figures.enumerated().sorted { left, right in
            (right.element.change, left.offset) < (left.element.change, right.offset)
        }
        document.add(
            .table(Table(largest.prefix(DiffResult.mostAtTerminal).map(\.element), columns)), for: .terminal)
        if figures.count > DiffResult.mostAtTerminal {
            document.add(
                .prose(
                    "These are the \(DiffResult.mostAtTerminal) that changed most of \(figures.count); --format csv has "
                        + "all of them."), for: .terminal)
        }
    }

    private var lines: [Line] {
        cases.map { Line(what: "case", row: $0.name, first: $0.first ?? "", second: $0.second ?? "") }
            + onlyInFirst.map { Line(what: "row", row: $0, first: "there", second: "") }
            + onlyInSecond.map { Line(what: "row", row: $0, first: "", second: "there") }
            + figures.map {
                Line(
                    what: "number", row: $0.row, name: $0.name, first: $0.first.map { "\($0)" } ?? "",
                    second: $0.second.map { "\($0)" } ?? "", ratio: $0.ratio)
            } + words.map { Line(what: "words", row: $0.row, name: $0.name, first: $0.first, second: $0.second) }
    }
}

extension DiffResult.Figure {
    /// How far the ratio is from 1, in either direction.
    fileprivate var change: Double {
        guard let ratio, ratio > 0 else { return .infinity }
        return abs(log(ratio))
    }
}
