// Numbers that are better seen than read: a picture, and the table behind it, of the same rows.

/// A figure. Where no picture can be drawn it is its table, or for a course a line of text for each series.
package struct Figure: Equatable, Sendable {
    /// What is drawn.
    package enum Kind: Equatable, Sendable {
        /// Lines over an axis.
        case course(Course)
        /// Counts by row and column.
        case heatMap(HeatMap)
        /// Lengths beside one another.
        case bars(BarChart)
        /// Points with intervals over two axes.
        case scatter(ScatterChart)
        /// Spans of time, a lane for each thing that takes time.
        case timeline(Timeline)
        /// Lives, what came between them, and courses over the same time.
        case lives(LivesChart)
        /// What happened in which order.
        case sequence(Sequence)
    }

    /// What it shows.
    package var title: String
    /// How it is read, in a sentence or two; may be empty.
    package var note: String
    /// What is drawn. A mark of the picture belongs to the row of the table whose index it has.
    package var kind: Kind
    /// The numbers.
    package var table: Table

    /// Makes a figure.
    package init(title: String, note: String = "", _ kind: Kind, table: Table) {
        self.title = title
        self.note = note
        self.kind = kind
        self.table = table
    }

    /// Makes a figure of lines; its table has a row for each point.
    package init(title: String, xUnit: String, yUnit: String, series: [Course.Series]) {
        typealias Point = (name: String, x: Double, y: Double)
        let points: [Point] = series.flatMap { line in line.points.map { (line.name, $0.x, $0.y) } }
        self.init(
            title: title, .course(Course(xUnit: xUnit, yUnit: yUnit, series: series)),
            table: Table(
                points,
                [
                    Column<Point>.words("series") { $0.name },
                    .figures(xUnit, exact: { "\($0.x)" }, { Numbers.plain($0.x) }),
                    .figures(yUnit, exact: { "\($0.y)" }, { Numbers.plain($0.y) }),
                ]))
    }

    /// The figure in lines of text, without its table; only a course has some.
    var lines: [String]? { if case .course(let course) = kind { course.lines() } else { nil } }
}

/// A few series of numbers over the same axis.
package struct Course: Equatable, Sendable {
    /// One line of the figure.
    package struct Series: Equatable, Sendable {
        /// What it is of.
        package var name: String
        /// Its points, in the order of x.
        package var points: [(x: Double, y: Double)]

        /// Makes a series.
        package init(_ name: String, _ points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }

        package static func == (left: Series, right: Series) -> Bool {
            left.name == right.name && left.points.elementsEqual(right.points) { $0 == $1 }
        }
    }

    /// The unit of x.
    package var xUnit: String
    /// The unit of y.
    package var yUnit: String
    /// The series.
    package var series: [Series]
    /// Whether x is percentiles up to 100, drawn so that each nine has the same room, and y by powers of ten.
    package var isSpectrum = false
    /// Where y is drawn around; nil: it begins at nothing.
    package var base: Double?
    /// Where something happened along x.
    package var moments: [Timeline.Moment] = []

    /// Makes a course.
    package init(xUnit: String, yUnit: String, series: [Series]) {
        self.xUnit = xUnit
        self.yUnit = yUnit
        self.series = series
    }

    /// The course in lines of text: for each series its course in `width` steps from nothing to the most of all, and its
    /// ends.
    func lines(width: Int = 32) -> [String] {
        let top = series.flatMap(\.points).map(\.y).max() ?? 0
        let longest = series.map(\.name.count).max() ?? 0
        return series.map { series in
            let name = series.name + String(repeating: " ", count: longest - series.name.count)
            let last = series.points.last
            return "\(name)  \(Course.spark(series.points.map(\.y), top: top, width: width))  "
                + "\(Numbers.fixed(series.points.first?.y ?? 0, places: 0)) to \(Numbers.fixed(last?.y ?? 0, places: 0)), "
                + "at most \(Numbers.fixed(series.points.map(\.y).max() ?? 0, places: 0)) \(yUnit) in "
                + "\(Numbers.fixed(last?.x ?? 0, places: 0)) \(xUnit)"
        }
    }

    /// The course of some values, each step the highest of those that fall into it.
    private static func spark(_ values: [Double], top: Double, width: Int) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        let steps = min(width, values.count)
        return String(
            (0..<steps).map { step in
                let part = values[(step * values.count / steps)..<((step + 1) * values.count / steps)]
                let share = top > 0 ? (part.max() ?? 0) / top : 0
                return bars[min(bars.count - 1, max(0, Int(share * Double(bars.count))))]
            })
    }
}
