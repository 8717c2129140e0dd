// Lengths beside one another, each with its number, and with an interval where there is one.

/// Bars.
package struct BarChart: Equatable, Sendable {
    /// One bar.
    package struct Bar: Equatable, Sendable {
        /// What it is of.
        package var name: String
        /// Its length, in the chart's unit.
        package var value: Double
        /// Where the value may as well be; nil: not known.
        package var reach: ClosedRange<Double>?
        /// Bars of one kind have one colour.
        package var kind: Int
        /// What the length is made of, one for each of the chart's parts; empty for a bar in one piece.
        package var parts: [Double] = []

        /// Makes a bar.
        package init(_ name: String, _ value: Double, reach: ClosedRange<Double>? = nil, kind: Int = 0) {
            self.name = name
            self.value = value
            self.reach = reach
            self.kind = kind
        }

        /// Makes a bar of parts that stand one behind the other.
        package init(_ name: String, parts: [Double]) {
            self.init(name, parts.reduce(0, +))
            self.parts = parts
        }
    }

    /// The unit of all lengths.
    package var unit: String
    /// The bars, in the order of the figure's table.
    package var bars: [Bar]

    /// What bars are made of; empty where each is one piece.
    package var parts: [String]

    /// Makes a chart.
    package init(unit: String, parts: [String] = [], _ bars: [Bar]) {
        self.unit = unit
        self.parts = parts
        self.bars = bars
    }

    private static func style(_ kind: Int) -> String { "fill-\(kind % Palette.series.count + 1)" }

    var legend: [(style: String, text: String)] { parts.enumerated().map { (BarChart.style($0), $1) } }

    var svg: SVG {
        let left = SVG.width(of: bars.map(\.name)) + 10
        let (width, height) = (460.0, 24.0)
        let bottom = 8 + height * Double(bars.count)
        var svg = SVG(width: left + width + 70, height: bottom + 36, left: left)
        let x = Axis(
            bars.map(\.value) + bars.compactMap(\.reach?.upperBound), from: left, to: left + width)
        svg.axis(x, y: bottom, top: 4, unit: unit)
        for (index, bar) in bars.enumerated() {
            let y = 8 + height * Double(index)
            svg.open(row: index)
            svg.name(bar.name, y: y + 15)
            var from = 0.0
            for (kind, part) in (bar.parts.isEmpty ? [bar.value] : bar.parts).enumerated() where part != 0 {
                svg.rect(
                    x: x.place(from), y: y + 3, width: x.place(from + part) - x.place(from), height: height - 8,
                    style: BarChart.style(bar.parts.isEmpty ? bar.kind : kind))
                from += part
            }
            var end = x.place(bar.value)
            if let reach = bar.reach, reach.lowerBound < reach.upperBound {
                let middle = y + height / 2 - 1
                end = max(end, x.place(reach.upperBound))
                svg.line((x.place(reach.lowerBound), middle), (x.place(reach.upperBound), middle), style: "reach")
                for bound in [reach.lowerBound, reach.upperBound] {
                    svg.line((x.place(bound), middle - 4), (x.place(bound), middle + 4), style: "reach")
                }
            }
            svg.text(Axis.text(bar.value), x: end + 6, y: y + 15)
            svg.close()
        }
        return svg
    }
}
