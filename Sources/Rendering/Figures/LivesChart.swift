// The whole lives of a run over one axis of time: bars for what went on, and below them how far it was.

/// Lives, what came between them, and courses, one below the other.
package struct LivesChart: Equatable, Sendable {
    /// Something that went on for a while.
    package struct Bar: Equatable, Sendable {
        /// Which of the chart's kinds it is; nil for a life.
        package var kind: Int?
        /// Seconds from the beginning.
        package var from: Double
        /// Seconds from the beginning.
        package var to: Double
        /// Its row of the figure's table.
        package var row: Int

        /// Makes a bar.
        package init(kind: Int?, from: Double, to: Double, row: Int) {
            (self.kind, self.from, self.to, self.row) = (kind, from, max(from, to), row)
        }
    }

    /// What can go on beside lives.
    package var kinds: [String]
    /// Lives, and what went on beside them.
    package var bars: [Bar]
    /// What happened, in order.
    package var moments: [Timeline.Moment]
    /// What was counted, over seconds; each has a panel of its own.
    package var courses: [Course.Series]

    /// Makes a chart; a course without points is left out.
    package init(kinds: [String], bars: [Bar], moments: [Timeline.Moment], courses: [Course.Series]) {
        self.kinds = kinds
        self.bars = bars
        self.moments = moments
        self.courses = courses.filter { !$0.points.isEmpty }
    }

    private var end: Double {
        (bars.map(\.to) + moments.map(\.at) + courses.flatMap(\.points).map(\.x)).filter(\.isFinite).max() ?? 0
    }

    var svg: SVG {
        let (left, width, lane, panel) = (70.0, 460.0, 24.0, 64.0)
        let hasParts = bars.contains { $0.kind != nil }
        let lanes = 16 + lane * (hasParts ? 2 : 1)
        let bottom = lanes + (panel + 26) * Double(courses.count)
        var svg = SVG(width: left + width + 30, height: bottom + 36, left: left)
        let unit = end < 2 ? (name: "ms", seconds: 0.001) : (name: "s", seconds: 1)
        let x = Axis([end / unit.seconds], from: left, to: left + width)
        svg.axis(x, y: bottom, top: 8, unit: unit.name)
        svg.name("lives", y: 26)
        if hasParts { svg.name("recovery", y: 26 + lane) }
        for bar in bars {
            let start = x.place(bar.from / unit.seconds)
            svg.open(row: bar.row)
            svg.rect(
                x: start, y: bar.kind == nil ? 12 : 12 + lane, width: max(1, x.place(bar.to / unit.seconds) - start),
                height: lane - 6, style: bar.kind.map { "fill-\($0 % (Palette.series.count - 1) + 1)" } ?? "life")
            svg.close()
        }
        for (index, course) in courses.enumerated() {
            let top = lanes + (panel + 26) * Double(index) + 20
            let y = Axis(course.points.map(\.y), from: top + panel, to: top)
            svg.text(course.name, x: left + 4, y: top - 5, style: "quiet")
            for tick in [y.ticks.first, y.ticks.last].compactMap(\.self) {
                svg.line((left, y.place(tick)), (left + width, y.place(tick)), style: "rule")
                svg.name(Axis.text(tick), y: y.place(tick) + 4)
            }
            let color = index % Palette.series.count + 1
            let points = course.points.map { (x.place($0.x / unit.seconds), y.place($0.y)) }
            svg.path(points, style: "line-\(color)")
            // Few of them would not be seen as a line.
            if points.count < 5 { for point in points { svg.circle(point, radius: 3, style: "fill-\(color)") } }
        }
        for moment in moments {
            let place = x.place(moment.at / unit.seconds)
            svg.line((place, 8), (place, bottom), style: "reach dash")
        }
        return svg
    }

    var legend: [(style: String, text: String)] {
        [("life", "a life")]
            + kinds.enumerated().filter { kind in bars.contains { $0.kind == kind.offset } }
            .map { ("fill-\($0.offset % (Palette.series.count - 1) + 1)", $0.element) }
            + Places(moments.map(\.name)).names.map { ("line", "upright line: \($0)") }
    }
}
