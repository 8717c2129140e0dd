// A figure on a page: title, picture, what its signs mean, what a chosen mark is, and the table behind it.

extension Figure {
    /// The figure as HTML; `number` tells its identifiers from those of others.
    func html(number: Int) -> String {
        let label = "figure-\(number)"
        let legend = self.legend.map { entry in
            let isLine = entry.style.hasPrefix("line-")
            let shape = isLine ? "path d=\"M1 7H27\"" : "rect x=\"1\" y=\"1\" width=\"12\" height=\"12\""
            let sign =
                "<svg width=\"\(isLine ? 28 : 14)\" height=\"14\" aria-hidden=\"true\">"
                + "<\(shape) class=\"\(entry.style)\"/></svg>"
            return "<li>\(sign)\(entry.text.escaped)</li>\n"
        }
        let rows = Numbers.count(table.rows.count, "row")
        return """
            <figure>
            <figcaption id="\(label)">\(title.inlineHTML)</figcaption>
            \(note.isEmpty ? "" : "<p>\(note.inlineHTML)</p>\n")\
            <div class="plot" tabindex="0" role="group" aria-label="\(title.escaped), arrow keys go from mark to mark">
            \(svg.text(labelledBy: label))</div>
            \(legend.isEmpty ? "" : "<ul class=\"legend\">\n\(legend.joined())</ul>\n")\
            <div class="told" role="status" hidden></div>
            <details>
            <summary>The numbers, \(rows)</summary>
            \(table.html(caption: title))</details>
            </figure>

            """
    }

    private var svg: SVG {
        switch kind {
        case .course(let course): course.svg
        case .heatMap(let map): map.svg
        case .bars(let chart): chart.svg
        case .scatter(let chart): chart.svg
        case .timeline(let timeline): timeline.svg
        case .lives(let chart): chart.svg
        case .sequence(let sequence): sequence.svg
        }
    }

    private var legend: [(style: String, text: String)] {
        switch kind {
        case .course(let course): course.legend
        case .heatMap(let map): map.legend
        case .bars(let chart): chart.legend
        case .scatter: []
        case .timeline(let timeline): timeline.legend
        case .lives(let chart): chart.legend
        case .sequence(let sequence): sequence.legend
        }
    }
}

extension PageStyle {
    /// The classes of a figure's shapes.
    static let figures: String = {
        let heat = (Palette.heat.map(\.name) + ["none"]).map { ".\($0) { fill: var(--\($0)-back); }\n" }.joined()
        let text = (Palette.heat.map(\.name) + ["none"]).map { ".\($0) + .h { fill: var(--\($0)) !important; }\n" }
            .joined()
        let series = Palette.series.indices.map { index in
            ".fill-\(index + 1) { fill: var(--series-\(index + 1)); }\n"
                + ".line-\(index + 1) { stroke: var(--series-\(index + 1)); stroke-width: 2; fill: none;"
                + " stroke-linejoin: round; }\n"
        }.joined()
        return heat + text + series + """
            .dash { stroke-dasharray: 6 3; }
            .long { stroke-dasharray: 12 4 2 4; }
            .dots { stroke-dasharray: 2 3; }
            .life { fill: var(--series-\(Palette.series.count)); }
            .off { stroke: var(--bad); stroke-width: 2; }
            .reach { stroke: var(--page); stroke-width: 1.5; fill: none; }
            .moment { stroke: var(--page); stroke-width: 3; }
            rect.line { fill: var(--page); transform: translateX(5px) scaleX(0.2); }
            [data-row] path { pointer-events: stroke; }
            .plot .chosen path { stroke-width: 5; }
            .plot .chosen rect, .plot .chosen circle, .plot .chosen polygon { stroke: var(--link); stroke-width: 3; }

            """
    }()
}
