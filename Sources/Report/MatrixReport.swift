// Renders a matrix: a table for people, JSON for tools.
internal import Foundation

/// Renders the outcome of a matrix.
public enum MatrixReport {
    /// The verdict line and a table with one row per cell.
    public static func markdown(_ result: MatrixResult) -> String {
        var table = MarkdownTable([
            .init(heading: "strategy", isNumeric: false), .init(heading: "sink", isNumeric: false),
            .init(heading: "row", isNumeric: false), .init(heading: "killed at", isNumeric: false),
            .init(heading: "duplicates", isNumeric: true), .init(heading: "expected", isNumeric: true),
            .init(heading: "lost", isNumeric: true), .init(heading: "expected lost", isNumeric: true),
            .init(heading: "ingested twice", isNumeric: true), .init(heading: "expected twice", isNumeric: true),
            .init(heading: "redone", isNumeric: true),
            .init(heading: "result", isNumeric: false),
        ])
        for cell in result.cells {
            table.add([
                cell.strategy, cell.sink, cell.row ?? "-",
                cell.point + (cell.outage.map { ", \($0)" } ?? ""), Numbers.grouped(cell.measured.duplicates),
                Numbers.grouped(cell.expected.duplicates), Numbers.grouped(cell.measured.lost),
                Numbers.grouped(cell.expected.lost), Numbers.grouped(cell.measured.ingestDuplicates),
                Numbers.grouped(cell.expected.ingestDuplicates), Numbers.grouped(cell.measured.redone),
                cell.fault ?? (cell.crashFired ? (cell.agrees ? "ok" : "differs") : "crash did not fire"),
            ])
        }
        let totals = result.totals
        return """
            \(result.holds ? "PASS" : "FAIL") matrix: \(totals.agreeing) of \(totals.cells) cells as expected, \
            \(totals.crashesFired) crashes fired (\(result.world) world, fidelity \(result.fidelity), seed \(result.seed))


            """ + table.render()
    }

    /// One object; see ``MatrixResult``.
    ///
    /// - Throws: `EncodingError`.
    public static func json(_ result: MatrixResult) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(result), as: UTF8.self) + "\n"
    }
}
