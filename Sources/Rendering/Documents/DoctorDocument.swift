// What kbench doctor found: a line for each thing, and what mends those that want mending.
package import Results

extension DoctorResult: Presentable {
    package var document: Document {
        var document = Document(data: data)
        document.add(.heading("What this machine is good for", level: 1), for: .report)
        document.add(.verdict(verdictLine))
        document.add(
            .table(
                Table(
                    byUrgency,
                    [
                        .words("what") { $0.name }, .words("state") { $0.standing.rawValue },
                        .words("found", wraps: true) { $0.found },
                        .words("what it means for results", name: "means", rank: 1, wraps: true) { $0.means },
                    ])))
        document.add(
            "What mends it", byUrgency.compactMap { line in line.mend.map { "\(line.name): \($0)" } })
        return document
    }

    /// What fails, what is to be minded, and the rest as it was looked at.
    private var byUrgency: [Line] {
        [.failure, .warning].flatMap { standing in lines.filter { $0.standing == standing } }
            + lines.filter { $0.standing == .ok || $0.standing == .skipped }
    }

    private var verdictLine: String {
        func count(_ standing: Standing) -> Int { lines.count { $0.standing == standing } }
        let word =
            switch standing {
            case .failure: "FAILURE"
            case .warning: "WARNING"
            case .ok, .skipped: "OK"
            }
        let said = [(Standing.failure, "failing"), (.warning, "to be minded"), (.skipped, "not looked at")].compactMap {
            count($0) > 0 ? ", \(count($0)) \($1)" : nil
        }
        return "\(word) doctor: \(count(.ok)) of \(lines.count) in order\(said.joined()) "
            + "(\(Numbers.fixed(seconds, places: 1)) s)"
    }

    /// A row for each line and each of its figures.
    private var data: Table {
        typealias Row = (line: Line, figure: String?, value: Double?)
        let rows: [Row] = lines.flatMap { line -> [Row] in
            [(line, nil, nil)] + line.figures.sorted { $0.key < $1.key }.map { (line, $0.key, $0.value) }
        }
        let columns: [Column<Row>] = [
            .exact("name") { $0.line.name }, .exact("standing") { $0.line.standing.rawValue },
            .exact("figure") { $0.figure }, .exact("value") { $0.value },
            .exact("found") { $0.figure == nil ? $0.line.found : nil },
            .exact("means") { $0.figure == nil ? $0.line.means : nil },
            .exact("mend") { $0.figure == nil ? $0.line.mend : nil },
        ]
        return Table(rows, columns)
    }
}
