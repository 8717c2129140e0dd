// The rows of an experiment whose lives are started one by one, and what is said of them.
internal import Engine
internal import Harness
internal import Judgement
internal import Results

/// A row of an experiment: what was measured beside what had to be.
struct ExperimentRow {
    var cells: [String]
    var label: String
    var duplicates: Int
    var lost: Int
    var expectedDuplicates: Int
    var expectedLost: Int
    var corrupted: Int

    init(_ cells: [String], label: String, _ verdict: Verdict, duplicates: Int, lost: Int) {
        self.cells = cells
        self.label = label
        self.duplicates = verdict.duplicates
        self.lost = verdict.lost
        corrupted = verdict.corrupted
        expectedDuplicates = duplicates
        expectedLost = lost
    }

    var agrees: Bool { duplicates == expectedDuplicates && lost == expectedLost && corrupted == 0 }

    static let columns: [(String, Bool)] = [
        ("duplicates", true), ("expected", true), ("lost", true), ("expected lost", true), ("result", false),
    ]

    var allCells: [String] {
        cells + [
            "\(duplicates)", "\(expectedDuplicates)", "\(lost)", "\(expectedLost)", agrees ? "ok" : "differs",
        ]
    }
}

extension ExperimentOutcome {
    /// Complains where a row is not what the scenario states in the symbols of the closed form.
    mutating func compare(_ row: ExperimentRow, with plan: RunPlan) {
        guard let stated = plan.stated, let expected = plan.expected else { return }
        let duplicates = stated.duplicates.value(in: expected)
        let lost = stated.lost.value(in: expected)
        guard row.duplicates != duplicates || row.lost != lost else { return }
        findings.complaints.append(
            "\(row.label): \(row.duplicates) duplicates and \(row.lost) lost, the scenario states \(duplicates) and \(lost)"
        )
    }

    /// Adds rows as a table, their counts as evidence, and what differs as complaints.
    mutating func add(
        _ rows: [ExperimentRow], title: String, columns: [String]
    ) {
        var table = ResultTable(
            title: title,
            columns: columns.map { .init($0, isNumeric: false) }
                + ExperimentRow.columns.map { .init($0.0, isNumeric: $0.1) })
        for row in rows {
            table.rows.append(row.allCells)
            findings.evidence["\(row.label) duplicates"] = Double(row.duplicates)
            findings.evidence["\(row.label) lost"] = Double(row.lost)
            guard !row.agrees else { continue }
            findings.complaints.append(
                "\(row.label): \(row.duplicates) duplicates and \(row.lost) lost, expected \(row.expectedDuplicates) "
                    + "and \(row.expectedLost)" + (row.corrupted > 0 ? "; \(row.corrupted) corrupted" : ""))
        }
        findings.tables.append(table)
    }
}
