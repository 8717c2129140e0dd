// What would run, as a document, and in the line that a long run begins with.
internal import Foundation
package import Results

extension EstimateResult: Presentable {
    /// What would run and how long that takes, where that is from, and a row for each unit that has a name.
    package var document: Document {
        let rows = names.enumerated().map { (number: $0 + 1, name: $1) }
        var document = Document(data: data)
        document.add(.heading("What would run: \(kind)", level: 1), for: .report)
        document.add(.verdict("DRY RUN \(line)"))
        document.add(
            .list([
                reason + (unitsBecause.map { "; \($0)" } ?? ""), "a \(unit) is of this size: \(size)",
                "nothing was run and nothing was made",
            ]))
        if !rows.isEmpty {
            document.add(
                .table(
                    Table(rows, [.count("number") { $0.number }, .words(unit, wraps: true) { $0.name }])))
        }
        return document
    }

    /// What would run and how long that takes, in a line.
    package var line: String {
        let number = unitsBecause == nil ? "" : "about "
        return "\(kind): \(number)\(Numbers.count(units, unit)), \(Numbers.roughly(seconds: seconds))"
    }

    /// Where the time is from.
    package var reason: String {
        let each = "\(Numbers.duration(seconds: secondsPerUnit)) a \(unit)"
        switch basis {
        case .shipped: return "\(each) is the shipped figure: no result of this kind and size is kept here"
        case .kept:
            let last = from.last ?? ""
            return from.count == 1
                ? "\(each), as in \(last)" : "\(each), the middle of \(from.count) kept results, up to \(last)"
        }
    }

    /// One row: what is not a list.
    private var data: Table {
        let columns: [Column<EstimateResult>] = [
            .exact("kind") { $0.kind }, .exact("unit") { $0.unit }, .exact("units") { $0.units },
            .exact("size") { $0.size }, .exact("seconds_per_unit") { $0.secondsPerUnit },
            .exact("seconds") { $0.seconds }, .exact("basis") { $0.basis.rawValue },
            .exact("from") { $0.from.joined(separator: " ") },
        ]
        return Table([self], columns)
    }
}

extension Numbers {
    /// How long something takes that is only estimated: in two units at most.
    static func roughly(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "longer than anybody waits" }
        func pair(_ whole: Int, _ unit: String, _ part: Int, _ smaller: String) -> String {
            "about \(whole) \(unit)" + (part == 0 ? "" : " \(part) \(smaller)")
        }
        switch seconds {
        case ..<1: return "less than a second"
        case ..<99.5: return "about \(Int(seconds.rounded())) s"
        case ..<3570:
            let tens = Int((seconds / 10).rounded()) * 10
            return pair(tens / 60, "min", tens < 600 ? tens % 60 : 0, "s")
        default:
            let minutes = Int((seconds / 60).rounded())
            return minutes < 48 * 60
                ? pair(minutes / 60, "h", minutes % 60, "min") : pair(minutes / 1440, "d", minutes % 1440 / 60, "h")
        }
    }
}
