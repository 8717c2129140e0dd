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

        /// Makes a bar.
        package init(_ name: String, _ value: Double, reach: ClosedRange<Double>? = nil, kind: Int = 0) {
            self.name = name
            self.value = value
            self.reach = reach
            self.kind = kind
        }
    }

    /// The unit of all lengths.
    package var unit: String
    /// The bars, in the order of the figure's table.
    package var bars: [Bar]

    /// Makes a chart.
    package init(unit: String, _ bars: [Bar]) {
        self.unit = unit
        self.bars = bars
    }

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
            let style = "fill-\(bar.kind % Palette.series.count + 1)"
            svg.rect(x: left, y: y + 3, width: x.place(bar.value) - left, height: height - 8, style: style)
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
