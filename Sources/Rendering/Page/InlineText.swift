// Text of ours as HTML: everything escaped, `code`, *stress*, paragraphs and points as in Markdown.

extension String {
    /// The text as HTML shows it letter for letter, also within an attribute's quotes.
    var escaped: String {
        guard contains(where: { "&<>\"'".contains($0) }) else { return self }
        var text = ""
        for character in self {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.append(character)
            }
        }
        return text
    }

    /// The text of a line or paragraph, with `code` and *stress*; marks without their other half stay as they are.
    var inlineHTML: String {
        var html = ""
        var rest = self[...]
        while let mark = rest.firstIndex(where: { $0 == "`" || $0 == "*" }) {
            html += String(rest[..<mark]).escaped
            let isCode = rest[mark] == "`"
            let isOpening = isCode || rest[..<mark].last.map { $0 == " " || $0 == "(" || $0 == "\n" } ?? html.isEmpty
            let inside = rest[rest.index(after: mark)...]
            guard isOpening, let end = inside.firstIndex(of: rest[mark]), end > inside.startIndex,
                isCode || (inside.first != " " && inside[inside.index(before: end)] != " ")
            else {
                html.append(rest[mark])
                rest = inside
                continue
            }
            let name = isCode ? "code" : "em"
            html += "<\(name)>\(String(inside[..<end]).escaped)</\(name)>"
            rest = inside[inside.index(after: end)...]
        }
        return html + String(rest).escaped
    }

    /// Paragraphs, and points that begin with a dash.
    var paragraphsHTML: String {
        components(separatedByBlankLines: self).map { block in
            let lines = block.split(separator: "\n")
            guard lines.allSatisfy({ $0.hasPrefix("- ") }) else { return "<p>\(block.inlineHTML)</p>\n" }
            return "<ul>\n" + lines.map { "<li>\(String($0.dropFirst(2)).inlineHTML)</li>\n" }.joined() + "</ul>\n"
        }.joined()
    }

    private func components(separatedByBlankLines text: String) -> [String] {
        var blocks: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy({ $0 == " " }) {
                blocks.append([])
            } else {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    }
}
