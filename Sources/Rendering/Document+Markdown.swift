// A document as Markdown: the full report. Its tables are aligned as plain text too.

extension Document {
    /// The document as Markdown, its last line ended.
    package var markdown: String {
        blocks(for: .markdown).map { Document.markdown($0) + "\n" }.joined(separator: "\n")
    }

    private static func markdown(_ block: Block) -> String {
        switch block {
        case .heading(let text, let level): String(repeating: "#", count: level) + " " + text
        case .verdict(let text): "**\(text)**"
        case .prose(let text): text
        case .list(let points): points.map { "- \($0)" }.joined(separator: "\n")
        case .table(let table): table.markdown
        case .figure(let figure):
            figure.title + "\n\n"
                + (figure.lines.map { "```\n\($0.joined(separator: "\n"))\n```" } ?? figure.table.markdown)
        case .calculator(let calculator): calculator.table.markdown
        case .code(let text, _): "```\n\(text)\n```"
        }
    }
}

extension Table {
    /// The table's lines; the last one is not ended.
    var markdown: String {
        // A bar would end the cell, also in text that came from outside.
        let cells = rows.map { row in row.map { $0.text.lineForm.replacing("|", with: "\\|") } }
        let widths = columns.indices.map { index in
            max(3, columns[index].heading.count, cells.map { $0[index].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { index in
                let padding = String(repeating: " ", count: widths[index] - cells[index].count)
                return columns[index].isNumeric ? padding + cells[index] : cells[index] + padding
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = zip(columns, widths).map { column, width in
            let dashes = String(repeating: "-", count: width + 1)
            return column.isNumeric ? dashes + ":" : ":" + dashes
        }
        let lines = [line(columns.map(\.heading)), "|" + rule.joined(separator: "|") + "|"] + cells.map(line)
        return lines.joined(separator: "\n")
    }
}
