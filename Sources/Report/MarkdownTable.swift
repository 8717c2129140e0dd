// A Markdown table whose columns are also aligned as plain text, so that one form serves file and terminal.

/// A table of text cells.
struct MarkdownTable {
    /// A column's heading and the side its cells keep to.
    struct Column {
        let heading: String
        let isNumeric: Bool
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; it has as many cells as there are columns.
    mutating func add(_ cells: [String]) {
        // A bar would end the cell, also in text that came from outside.
        rows.append(cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") })
    }

    /// The table's lines, each ended.
    func render() -> String {
        let widths = columns.indices.map { index in
            max(3, columns[index].heading.count, rows.map { $0[index].count }.max() ?? 0)
        }
        var text = line(columns.map(\.heading), widths)
        let rule = zip(columns, widths).map { column, width in
            let dashes = String(repeating: "-", count: width + 1)
            return column.isNumeric ? dashes + ":" : ":" + dashes
        }
        text += "|" + rule.joined(separator: "|") + "|\n"
        for row in rows { text += line(row, widths) }
        return text
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells.indices, cells).map { index, cell in
            let padding = String(repeating: " ", count: widths[index] - cell.count)
            return columns[index].isNumeric ? padding + cell : cell + padding
        }
        return "| " + padded.joined(separator: " | ") + " |\n"
    }
}
