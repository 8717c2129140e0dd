// The one model of what is printed: built once for each result, rendered in every form.

/// What there is to say about a result, in order.
package struct Document: Equatable, Sendable {
    /// Who gets a part to see.
    package enum Audience: Equatable, Sendable {
        /// Everybody.
        case all
        /// Whoever reads at a terminal: short words for what the full report says at length.
        case terminal
        /// Whoever reads the full report.
        case report
    }

    /// A part.
    package enum Block: Equatable, Sendable {
        /// A heading; 1 is the title.
        case heading(String, level: Int)
        /// What it all comes to, in a line.
        case verdict(String)
        /// A paragraph; it may have line ends of its own.
        case prose(String)
        /// Points, a line each.
        case list([String])
        /// A table.
        case table(Table)
        /// Numbers that are better seen than read.
        case figure(Figure)
        /// What is to be typed or kept as it stands; the label says what for.
        case code(String, label: String)
    }

    /// The parts, with who gets them to see.
    private(set) var parts: [(block: Block, audience: Audience)] = []
    /// The table for programs; without one, it is the first table of the document.
    package var data: Table?

    /// Makes a document.
    package init(data: Table? = nil) { self.data = data }

    /// Adds a part; a list without points is left out.
    package mutating func add(_ block: Block, for audience: Audience = .all) {
        if case .list(let points) = block, points.isEmpty { return }
        parts.append((block, audience))
    }

    /// The parts that `audience` gets to see.
    func blocks(for audience: Audience) -> [Block] {
        parts.filter { $0.audience == .all || $0.audience == audience }.map(\.block)
    }

    package static func == (left: Document, right: Document) -> Bool {
        left.data == right.data && left.parts.elementsEqual(right.parts) { $0 == $1 }
    }
}

/// A few series of numbers over the same axis.
package struct Figure: Equatable, Sendable {
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

    /// What it shows.
    package var title: String
    /// The unit of x.
    package var xUnit: String
    /// The unit of y.
    package var yUnit: String
    /// The series.
    package var series: [Series]

    /// Makes a figure.
    package init(title: String, xUnit: String, yUnit: String, series: [Series]) {
        self.title = title
        self.xUnit = xUnit
        self.yUnit = yUnit
        self.series = series
    }

    /// The figure in lines of text: for each series its course in `width` steps from nothing to the most of all, and its
    /// ends.
    func lines(width: Int = 32) -> [String] {
        let top = series.flatMap(\.points).map(\.y).max() ?? 0
        let longest = series.map(\.name.count).max() ?? 0
        return series.map { series in
            let name = series.name + String(repeating: " ", count: longest - series.name.count)
            let last = series.points.last
            return "\(name)  \(Figure.spark(series.points.map(\.y), top: top, width: width))  "
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
