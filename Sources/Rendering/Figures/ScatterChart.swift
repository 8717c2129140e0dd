// Points over two axes, each with its name and the intervals it lies in.

/// Points in columns of a kind: what something is, against what it costs.
package struct ScatterChart: Equatable, Sendable {
    /// One point.
    package struct Point: Equatable, Sendable {
        /// What it is.
        package var name: String
        /// Which lane it stands in.
        package var lane: String
        /// Its place along the lane, in the chart's unit.
        package var value: Double
        /// Where the value may as well be; nil: not known.
        package var reach: ClosedRange<Double>?

        /// Makes a point.
        package init(_ name: String, lane: String, _ value: Double, reach: ClosedRange<Double>? = nil) {
            self.name = name
            self.lane = lane
            self.value = value
            self.reach = reach
        }
    }

    /// The lanes, from the top down.
    package var lanes: [String]
    /// The unit of all values.
    package var unit: String
    /// The value that all others are held against; nil: nothing.
    package var base: Double?
    /// The points, in the order of the figure's table.
    package var points: [Point]

    /// Makes a chart; a lane that has no point is not drawn.
    package init(lanes: [String], unit: String, base: Double? = nil, _ points: [Point]) {
        self.base = base
        self.lanes = lanes.filter { lane in points.contains { $0.lane == lane } }
        self.unit = unit
        self.points = points
    }

    var svg: SVG {
        let left = SVG.width(of: lanes) + 16
        let width = 520.0
        let names = SVG.width(of: points.map(\.name)) + 16
        let height = 20.0
        let counts = lanes.map { lane in points.count { $0.lane == lane } }
        let bottom = 8 + height * Double(counts.reduce(0, +)) + 10 * Double(lanes.count)
        var svg = SVG(width: left + width + names, height: bottom + 36, left: left)
        let x = Axis(
            points.flatMap { [$0.value, $0.reach?.lowerBound ?? $0.value, $0.reach?.upperBound ?? $0.value] },
            from: left, to: left + width, base: base)
        svg.axis(x, y: bottom, top: 4, unit: unit)
        if let base { svg.line((x.place(base), 4), (x.place(base), bottom), style: "reach") }
        var y = 8.0
        for (number, lane) in lanes.enumerated() {
            svg.line((left, y - 4), (left + width, y - 4), style: "rule")
            svg.name(lane, y: y + 14, style: "quiet")
            // The dearest last, so that names stand where there is room for them.
            for (index, point) in points.enumerated().filter({ $0.element.lane == lane }).sorted(by: {
                ($0.element.value, $1.offset) > ($1.element.value, $0.offset)
            }) {
                svg.open(row: index)
                let middle = (x: x.place(point.value), y: y + height / 2)
                var end = middle.x + 5
                if let reach = point.reach, reach.lowerBound < reach.upperBound {
                    svg.line(
                        (x.place(reach.lowerBound), middle.y), (x.place(reach.upperBound), middle.y), style: "reach")
                    end = max(end, x.place(reach.upperBound))
                }
                svg.circle(middle, radius: 5, style: "fill-\(number % Palette.series.count + 1)")
                svg.text(point.name, x: end + 6, y: middle.y + 4)
                svg.close()
                y += height
            }
            y += 10
        }
        return svg
    }
}
