// A document as one HTML file: nothing is fetched, and without its script everything can still be read.

extension Document {
    /// The document as a page of its own, its last line ended.
    package var html: String {
        var page = PageWriter(title: title)
        for block in blocks(for: .page) { page.write(block) }
        return page.text
    }

    /// The first heading of level 1, or what it all comes to, up to its details.
    private var title: String {
        let blocks = blocks(for: .page)
        for case .heading(let text, 1) in blocks { return text }
        for case .verdict(let text) in blocks { return String(text.prefix { $0 != ":" }) }
        return "A result of kbench"
    }
}

/// Writes a page block by block.
private struct PageWriter {
    private let title: String
    private var body = ""
    private var contents: [(anchor: String, text: String)] = []
    private var isInSection = false
    private var figures = 0
    private var scripts = PageScript.text
    private static let endOfFigures = "</div><!-- figures -->\n"
    /// The newest heading, which names the tables below it.
    private var heading: String

    init(title: String) {
        self.title = title
        heading = title
    }

    mutating func write(_ block: Document.Block) {
        switch block {
        case .heading(let text, let level): write(heading: text, level: level)
        case .verdict(let text):
            body += "<p class=\"verdict \(PageWriter.tone(ofVerdict: text))\" role=\"status\">\(text.inlineHTML)</p>\n"
        case .prose(let text): body += text.paragraphsHTML
        case .list(let points):
            body += "<ul>\n" + points.map { "<li>\($0.inlineHTML)</li>\n" }.joined() + "</ul>\n"
        case .table(let table): body += table.html(caption: heading)
        case .figure(let figure):
            figures += 1
            // Figures in a row stand side by side where there is room.
            if body.hasSuffix(PageWriter.endOfFigures) {
                body.removeLast(PageWriter.endOfFigures.count)
            } else {
                body += "<div class=\"figures\">\n"
            }
            body += figure.html(number: figures) + PageWriter.endOfFigures
        case .calculator(let calculator):
            scripts += PlanScript.text
            body += calculator.html(caption: heading)
        case .code(let text, let label):
            body += "<p class=\"label\">\(label.escaped)</p>\n<pre tabindex=\"0\"><code>\(text.escaped)</code></pre>\n"
        }
    }

    private mutating func write(heading text: String, level: Int) {
        heading = text
        // The title stands above everything already.
        if level == 1, text == title { return }
        guard level <= 2 else {
            body += "<h\(min(level, 6))>\(text.inlineHTML)</h\(min(level, 6))>\n"
            return
        }
        closeSection()
        let anchor = "part-\(contents.count + 1)"
        contents.append((anchor, text))
        body += "<section aria-labelledby=\"\(anchor)\">\n<h2 id=\"\(anchor)\">\(text.inlineHTML)</h2>\n"
        isInSection = true
    }

    private mutating func closeSection() {
        if isInSection { body += "</section>\n" }
        isInSection = false
    }

    /// Whether a line says that all is well; green and red stand beside the word, not in its place.
    private static func tone(ofVerdict text: String) -> String {
        switch text.prefix(while: \.isLetter) {
        case "PASS", "SAME", "OK": "good"
        case "FAIL", "FAILURE", "DIFFERS", "SLOWER", "BROKEN": "bad"
        case "INVALID", "INCOMPLETE", "INCONCLUSIVE", "WARNING": "unsure"
        default: "plain"
        }
    }

    private var navigation: String {
        guard contents.count > 1 else { return "" }
        let links = contents.map { "<li><a href=\"#\($0.anchor)\">\($0.text.inlineHTML)</a></li>\n" }
        return "<nav aria-label=\"Contents\">\n<ul>\n\(links.joined())</ul>\n</nav>\n"
    }

    var text: String {
        var whole = self
        whole.closeSection()
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
            style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            <title>\(title.escaped)</title>
            <style>
            \(Palette.css)\(PageStyle.css)\(PageStyle.figures)</style>
            </head>
            <body>
            <a class="skip" href="#main">To the result</a>
            <header><p class="brand">kbench</p><h1>\(title.inlineHTML)</h1></header>
            \(navigation)<main id="main">
            \(whole.body)</main>
            <footer><p>Written by kbench. The page is whole: it fetches nothing.</p></footer>
            <script>
            \(whole.scripts)</script>
            </body>
            </html>

            """
    }
}

extension Table {
    /// The table with a caption for who cannot see where it stands.
    func html(caption: String) -> String {
        let heads = columns.map { column in
            "<th scope=\"col\"\(column.isNumeric ? " class=\"n\"" : "")>\(column.heading.escaped)</th>"
        }
        let lines = rows.map { row in
            let cells = row.indices.map { index in
                let text = row[index].text.escaped
                if index == 0 { return "<th scope=\"row\">\(text)</th>" }
                return "<td\(columns[index].isNumeric ? " class=\"n\"" : Table.tone(of: row[index].text))>\(text)</td>"
            }
            return "<tr>\(cells.joined())</tr>\n"
        }
        return """
            <div class="scroll" role="region" aria-label="\(caption.escaped)" tabindex="0">
            <table>
            <caption>\(caption.escaped)</caption>
            <thead><tr>\(heads.joined())</tr></thead>
            <tbody>
            \(lines.joined())</tbody>
            </table>
            </div>

            """
    }

    /// Cells that are a judgement in a word.
    private static func tone(of cell: String) -> String {
        switch cell {
        case "ok", "yes", "pass": " class=\"good\""
        case "differs", "NO", "invalid", "worlds differ", "crash did not fire", "fail", "failure": " class=\"bad\""
        case "warning": " class=\"unsure\""
        default: ""
        }
    }
}
