// A document for a terminal: as wide as that is, the least important columns left out by name.
internal import World

extension Document {
    /// The width where there is no terminal to ask.
    package static let standardWidth = 100

    /// The rows of a table that a terminal shows unasked.
    package static let pageRows = 40

    /// The document as text of at most `width` columns; only what cannot be broken is wider. A table has `rows` rows at
    /// most, and says how many there are besides; nil: all of them. With colours its control characters are written out
    /// already, but for those that paint.
    package func text(width: Int = standardWidth, rows: Int? = nil, isColored: Bool = false) -> String {
        let paint = Paint(isOn: isColored)
        var text = ""
        var last: Block?
        for block in blocks(for: .terminal) {
            switch (last, block) {
            // A list belongs to the heading above it, and commands stand together.
            case (nil, _), (.heading, .list), (.code, .code): break
            default: text += "\n"
            }
            text += Document.text(block, width: width, rows: rows, paint)
            last = block
        }
        return text
    }

    private static func text(_ block: Block, width: Int, rows: Int?, _ paint: Paint) -> String {
        switch block {
        case .heading(let text, _): paint.lines(lines(text.wrapped(width)))
        case .verdict(let text): paint.verdict(lines(text.wrapped(width)))
        case .prose(let text):
            paint.lines(
                text.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { lines(String($0).wrapped(width)) }.joined())
        case .list(let points):
            paint.lines(
                points.map { point in
                    point.wrapped(width - 2).enumerated().map { ($0 == 0 ? "- " : "  ") + $1 + "\n" }.joined()
                }.joined())
        case .table(let table): table.text(width: width, most: rows, paint)
        case .figure(let figure):
            paint.lines(lines(figure.title.wrapped(width)))
                + (figure.lines.map { paint.lines(lines($0)) } ?? figure.table.text(width: width, paint))
        case .calculator(let calculator): calculator.table.text(width: width, most: rows, paint)
        case .code(let text, let label): paint.lines("\(label): \(text)\n")
        }
    }

    private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

extension String {
    /// The lines of at most `width` characters that the text's words fill; a longer word has a line of its own.
    func wrapped(_ width: Int) -> [String] {
        guard count > width else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(word)
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        return lines + [line]
    }

    /// The least width in which the text's words fill two lines.
    fileprivate var widthInTwoLines: Int {
        let words = split(separator: " ").map(\.count)
        func width(_ words: ArraySlice<Int>) -> Int { words.reduce(-1) { $0 + 1 + $1 } }
        return words.indices.map { max(width(words[..<$0]), width(words[$0...])) }.min() ?? 0
    }

    /// The lines of at most `width` characters, where a word that is longer goes on in the next one.
    fileprivate func broken(_ width: Int) -> [String] {
        wrapped(width).flatMap { line -> [String] in
            var rest = Substring(line)
            var pieces: [String] = []
            while rest.count > width {
                // Names of files and points are easier to read where they are broken at their parts.
                let room = rest.prefix(width)
                let parts = ["/", ".-_,@"].compactMap { signs in
                    room.lastIndex { signs.contains($0) }.map { room[...$0] }
                }
                let piece = parts.first { $0.count * 2 > width } ?? room
                pieces.append(String(piece))
                rest = rest[piece.endIndex...]
            }
            return pieces + [String(rest)]
        }
    }

    /// The text at the left or the right of `width` columns.
    fileprivate func padded(to width: Int, atRight: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - count))
        return atRight ? space + self : self + space
    }
}

extension Table {
    /// A column is not made narrower than this to save others.
    private static let narrowest = 24
    /// Words are broken where a column would be wider than the terminal, but not into pieces shorter than this.
    private static let shortestPiece = 8
    private static let gap = "  "

    /// The columns aligned, without those that the width has no room for; their names are in a line below. Headings
    /// take two lines where one is not enough. What is not as it must be comes first; of more than `most` rows the first
    /// are shown.
    func text(width: Int, most: Int? = nil, _ paint: Paint = Paint(isOn: false)) -> String {
        let (shown, widths) = layout(width: width)
        let headings = shown.enumerated().map { columns[$1].heading.broken(widths[$0]) }
        let height = headings.map(\.count).max() ?? 0
        // Headings of one line stand right above the rule.
        let raised = headings.map { Array(repeating: "", count: height - $0.count) + $0 }
        var text = paint.lines(lines(raised, widths, shown))
        text += widths.map { String(repeating: "-", count: $0) }.joined(separator: Table.gap) + "\n"
        let first = Set(failures)
        let order = failures + rows.indices.filter { !first.contains($0) }
        // A line in place of one or two rows would save nothing.
        let count = most.map { order.count > $0 + 2 ? $0 : order.count } ?? order.count
        for index in order.prefix(count) {
            let cells = shown.enumerated().map { rows[index][$1].text.lineForm.broken(widths[$0]) }
            text += paint.lines(lines(cells, widths, shown), as: first.contains(index) ? .bad : nil)
        }
        var notes: [String] = []
        if count < order.count {
            let wrong = max(0, failures.count - count)
            let said = wrong > 0 ? ", \(Numbers.grouped(wrong)) of them not as they must be" : ""
            notes.append(
                "and \(Numbers.count(order.count - count, "more row"))\(said): pipe this (| less), or see --format csv")
        }
        let dropped = columns.indices.filter { !shown.contains($0) }
        if !dropped.isEmpty {
            notes.append(
                "not shown in \(width) columns: \(dropped.map { columns[$0].heading }.joined(separator: ", "))")
        }
        return text + paint.lines(notes.flatMap { $0.wrapped(width) }.map { $0 + "\n" }.joined())
    }

    /// The columns that have room, and their widths.
    func layout(width: Int) -> (shown: [Int], widths: [Int]) {
        var shown = Array(columns.indices)
        let whole = shown.map { max(natural($0), columns[$0].heading.count) }
        guard total(whole) > width else { return (shown, whole) }
        while total(shown.map(least)) > width,
            let next = shown.filter({ columns[$0].rank > 0 }).max(by: { columns[$0].rank < columns[$1].rank })
        {
            shown.removeAll { $0 == next }
        }
        var widths = fit(shown, width: width)
        // What is left says most: its words are broken before another of its columns goes. Numbers stay whole.
        while total(widths) > width {
            let words = shown.indices.filter {
                !columns[shown[$0]].isNumeric && widths[$0] > Table.shortestPiece
            }
            if let widest = words.max(by: { widths[$0] < widths[$1] }) {
                widths[widest] -= 1
            } else if shown.count > 1 {
                shown.removeLast()
                widths.removeLast()
            } else {
                break
            }
        }
        return (shown, widths)
    }

    private func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + max(0, widths.count - 1) * Table.gap.count }

    /// The width that a column's cells need, and its heading in two lines.
    private func natural(_ index: Int) -> Int {
        max(3, rows.map { $0[index].text.lineForm.count }.max() ?? 0, columns[index].heading.widthInTwoLines)
    }

    /// The width that a column cannot do without.
    private func least(_ index: Int) -> Int {
        guard columns[index].wraps else { return natural(index) }
        let words = rows.flatMap { $0[index].text.lineForm.split(separator: " ").map(\.count) }
        return min(natural(index), max(Table.narrowest, words.max() ?? 0))
    }

    /// The widths of the columns that are shown; those that wrap share what the others leave.
    private func fit(_ shown: [Int], width: Int) -> [Int] {
        var widths = shown.map { least($0) }
        // The narrowest of those that want more is next, so that none is tall beside a wide one.
        for _ in 0..<max(0, width - total(widths)) {
            let wanting = shown.indices.filter {
                columns[shown[$0]].wraps && widths[$0] < natural(shown[$0])
            }
            guard let next = wanting.min(by: { widths[$0] < widths[$1] }) else { break }
            widths[next] += 1
        }
        return widths
    }

    private func lines(_ cells: [[String]], _ widths: [Int], _ shown: [Int]) -> String {
        (0..<(cells.map(\.count).max() ?? 0)).map { line in
            let padded = cells.indices.map { place in
                let cell = line < cells[place].count ? cells[place][line] : ""
                return cell.padded(to: widths[place], atRight: columns[shown[place]].isNumeric)
            }
            var text = padded.joined(separator: Table.gap)
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}

extension String {
    /// The text in one line, whatever line ends came with it.
    var lineForm: String { replacing("\n", with: " ") }
}
