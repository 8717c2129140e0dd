// Comparisons over many runs: a matrix, and kbench beside another engine.
internal import Judgement
package import Results

extension MatrixResult: Presentable {
    /// The verdict line, a table with one row per cell, and the agreement of the two worlds.
    package var document: Document {
        var document = Document()
        document.add(.heading("Crash matrix, \(world) world", level: 1), for: .page)
        let agreement = Document.agreement(totals.worldsAgreeing, of: totals.worldsCompared)
        document.add(
            .verdict(
                "\(holds ? "PASS" : "FAIL") matrix: \(totals.agreeing) of \(totals.cells) cells as expected, "
                    + "\(totals.crashesFired) crashes fired\(agreement) (\(world) world, fidelity \(fidelity), seed \(seed))"
            ))
        // The picture has the table behind it.
        document.add(.table(Table(cells, MatrixResult.columns) { $0.outcome != "ok" }), for: .plain)
        let wrong = cells.filter { $0.outcome != "ok" }
        if !wrong.isEmpty {
            document.add(.heading("What is wrong", level: 2), for: .page)
            document.add(.table(Table(wrong, MatrixResult.columns)), for: .page)
        }
        if !cells.isEmpty { document.add(.figure(.crashes(of: self)), for: .page) }
        if cells.contains(where: \.rowIsInferred) { document.add(.prose(RowEvidence.meaning)) }
        document.add(
            cells.compactMap(\.comparison), groupedBy: ["strategy", "sink"],
            counts: "duplicates (ingested twice + run again) / lost")
        if let reproduce { document.add(.code(reproduce, label: "again"), for: .page) }
        return document
    }

    static var columns: [Column<MatrixCell>] {
        [
            .words("strategy") { $0.strategy }, .words("sink") { $0.sink }, .words("row", rank: 3) { $0.markedRow },
            .words("killed at", wraps: true) { $0.place },
            .count("duplicates", name: "duplicate_records") { $0.measured.duplicates },
            .count("expected", name: "expected_duplicate_records", rank: 1) { $0.expected.duplicates },
            .count("lost", name: "lost_records") { $0.measured.lost },
            .count("expected lost", name: "expected_lost_records", rank: 2) { $0.expected.lost },
            .count("ingested twice", name: "ingest_duplicate_records", rank: 4) { $0.measured.ingestDuplicates },
            .count("expected twice", name: "expected_ingest_duplicate_records", rank: 5) {
                $0.expected.ingestDuplicates
            },
            .count("redone", name: "redone_records", rank: 6) { $0.measured.redone },
            .words("result") { $0.outcome },
        ]
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

extension ReferenceResult: Presentable {
    /// A verdict line, the table of the rows that were run, the agreement of the worlds, and why others were not run.
    package var document: Document {
        // For programs every row, with what was counted apart.
        var document = Document(
            data: Table(
                rows,
                [
                    .exact("row") { $0.row }, .exact("runs") { $0.runs }, .exact("sink") { $0.sink },
                    .exact("reference_duplicate_records") { $0.reference.duplicates },
                    .exact("reference_lost_records") { $0.reference.lost },
                    .exact("duplicate_records") { $0.measured?.duplicates },
                    .exact("lost_records") { $0.measured?.lost }, .exact("strategy") { $0.strategy },
                    .exact("crash_point") { $0.point }, .exact("agrees") { $0.agrees },
                    .exact("worlds_agree") { $0.worldsAgree }, .exact("reason") { $0.reason },
                ]))
        document.add(
            .verdict(
                "\(holds ? "PASS" : "FAIL") \(against): \(agreeing) of \(Numbers.count(run, "row")) agree, "
                    + "\(rows.count - run) cannot be run\(Document.agreement(worldsAgreeing, of: worldsCompared))"
                    + " (\(world) world; duplicates / lost)"))
        document.add(
            .table(
                Table(
                    rows.filter { $0.measured != nil },
                    [
                        .words("row") { $0.row }, .count("runs", rank: 1) { $0.runs }, .words("sink") { $0.sink },
                        .figures(against) { $0.reference.text }, .figures("kbench") { $0.measured?.text },
                        .words("strategy") { $0.strategy ?? "" }, .words("killed at", wraps: true) { $0.point ?? "" },
                        .words("result") { $0.agrees == true ? "ok" : "differs" },
                    ]
                ) { $0.agrees != true }))
        document.add(rows.compactMap(\.comparison), groupedBy: ["strategy"], counts: "duplicates / lost")
        let others = rows.filter { $0.measured == nil }
        if !others.isEmpty { document.add(.prose("Not run:")) }
        document.add(
            .list(
                others.map {
                    "\($0.row) (\($0.sink), \($0.reference.text), \(Numbers.count($0.runs, "run"))): \($0.reason)"
                }))
        return document
    }
}

extension ReferenceResult.Counts {
    fileprivate var text: String { "\(Numbers.grouped(duplicates)) / \(Numbers.grouped(lost))" }
}

extension ReferenceResult.Row {
    fileprivate var comparison: WorldComparison? {
        guard let measured, let simulated, let worldsAgree else { return nil }
        return WorldComparison(
            group: [strategy ?? ""], name: row, real: measured.text, simulated: simulated.text, agrees: worldsAgree)
    }
}
