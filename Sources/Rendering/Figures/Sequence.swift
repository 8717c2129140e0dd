// What happened in which order, each thing in the column of whoever did it.

/// Things that happened one after the other.
package struct Sequence: Equatable, Sendable {
    /// One of them.
    package struct Step: Equatable, Sendable {
        /// Who did it.
        package var place: String
        /// What it was.
        package var what: String
        /// What it belongs to, such as a life; a rule is drawn where another begins.
        package var part: String
        /// Whether nothing after it can change the end.
        package var isPointOfNoReturn: Bool

        /// Makes a step.
        package init(place: String, what: String, part: String, isPointOfNoReturn: Bool = false) {
            self.place = place
            self.what = what
            self.part = part
            self.isPointOfNoReturn = isPointOfNoReturn
        }
    }

    /// The steps, in order, which is that of the figure's table.
    package var steps: [Step]

    /// Makes a sequence.
    package init(_ steps: [Step]) { self.steps = steps }

    var svg: SVG {
        let places = Places(steps.map(\.place))
        let left = SVG.width(of: steps.map(\.part)) + 16
        let lane = max(44, SVG.width(of: places.names) + 14)
        let words = left + lane * Double(places.names.count) + 8
        let height = 26.0
        let top = 28.0
        let bottom = top + height * Double(steps.count)
        var svg = SVG(width: words + SVG.width(of: steps.map(\.what)) + 12, height: bottom + 8)
        func x(_ place: String) -> Double { left + lane * (Double(places[place]) + 0.5) }
        for name in places.names {
            svg.text(name, x: x(name), y: 14, anchor: "middle", style: "quiet")
            svg.line((x(name), top - 6), (x(name), bottom), style: "rule")
        }
        var last: (x: Double, y: Double)?
        for (index, step) in steps.enumerated() {
            let here = (x: x(step.place), y: top + (Double(index) + 0.5) * height)
            if index == 0 || steps[index - 1].part != step.part {
                if index > 0 { svg.line((0, here.y - height / 2), (words, here.y - height / 2), style: "rule") }
                svg.text(step.part, x: 0, y: here.y + 4)
            }
            if let last { svg.path([last, here], style: "line-8 dots") }
            last = here
        }
        for (index, step) in steps.enumerated() {
            let here = (x: x(step.place), y: top + (Double(index) + 0.5) * height)
            svg.open(row: index)
            if step.isPointOfNoReturn {
                let corners = [(0.0, -8.0), (8, 0), (0, 8), (-8, 0)].map { (x: here.x + $0.0, y: here.y + $0.1) }
                svg.shape(corners, style: "fill-7")
            } else {
                svg.circle(here, radius: 5, style: "fill-1")
            }
            svg.text(step.what, x: words, y: here.y + 4)
            svg.close()
        }
        return svg
    }

    var legend: [(style: String, text: String)] {
        steps.contains(where: \.isPointOfNoReturn)
            ? [("fill-7", "the point of no return: nothing after it can change the end")] : []
    }
}
