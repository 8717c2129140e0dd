// A matrix as tables: one row per cell, the agreement of the two worlds, and what the marks mean.
internal import Engine
internal import Judgement

extension MatrixResult: ComparisonResult {
    /// Whether every crash fired, every cell agrees, and the worlds agree wherever both were run.
    public var holds: Bool {
        isValid && !cells.isEmpty && totals.agreeing == cells.count && totals.worldsAgreeing == totals.worldsCompared
    }

    /// Whether every crash fired.
    public var isValid: Bool { totals.crashesFired == cells.count }

    /// The verdict line, a table with one row per cell, and the agreement of the two worlds.
    public var markdown: String {
        let worlds = WorldAgreement.markdown(
            cells.compactMap(\.comparison), groupedBy: ["strategy", "sink"],
            counts: "duplicates (ingested twice + run again) / lost")
        let agreement = WorldAgreement.phrase(agreeing: totals.worldsAgreeing, compared: totals.worldsCompared)
        let footnote = cells.contains(where: \.rowIsInferred) ? "\n\(RowEvidence.meaning)\n" : ""
        return """
            \(holds ? "PASS" : "FAIL") matrix: \(totals.agreeing) of \(totals.cells) cells as expected, \
            \(totals.crashesFired) crashes fired\(agreement) (\(world) world, fidelity \(fidelity), seed \(seed))


            """ + table.render() + footnote + worlds
    }

    private var table: MarkdownTable {
        var table = MarkdownTable([
            .init(heading: "strategy", isNumeric: false), .init(heading: "sink", isNumeric: false),
            .init(heading: "row", isNumeric: false), .init(heading: "killed at", isNumeric: false),
            .init(heading: "duplicates", isNumeric: true), .init(heading: "expected", isNumeric: true),
            .init(heading: "lost", isNumeric: true), .init(heading: "expected lost", isNumeric: true),
            .init(heading: "ingested twice", isNumeric: true), .init(heading: "expected twice", isNumeric: true),
            .init(heading: "redone", isNumeric: true),
            .init(heading: "result", isNumeric: false),
        ])
        for cell in cells {
            table.add([
                cell.strategy, cell.sink, cell.markedRow, cell.place, Numbers.grouped(cell.measured.duplicates),
                Numbers.grouped(cell.expected.duplicates), Numbers.grouped(cell.measured.lost),
                Numbers.grouped(cell.expected.lost), Numbers.grouped(cell.measured.ingestDuplicates),
                Numbers.grouped(cell.expected.ingestDuplicates), Numbers.grouped(cell.measured.redone), cell.outcome,
            ])
        }
        return table
    }
}

extension MatrixCell {
    fileprivate var markedRow: String { (row ?? "-") + (rowIsInferred ? " \(RowEvidence.mark)" : "") }

    fileprivate var place: String { point + (outage.map { ", \($0)" } ?? "") }

    fileprivate var outcome: String {
        if let fault { return fault }
        if !crashFired { return "crash did not fire" }
        if !agrees { return "differs" }
        return worldsAgree == false ? "worlds differ" : "ok"
    }

    fileprivate var comparison: WorldComparison? {
        guard let simulated, let worldsAgree else { return nil }
        return WorldComparison(
            group: [strategy, sink], name: "\(strategy), \(sink), \(place)", real: measured.text,
            simulated: simulated.text, agrees: worldsAgree)
    }
}

extension MatrixCell.Measured {
    fileprivate var text: String {
        "\(Numbers.grouped(duplicates)) (\(Numbers.grouped(ingestDuplicates)) + "
            + "\(Numbers.grouped(reexecutionDuplicates))) / \(Numbers.grouped(lost))"
    }
}
