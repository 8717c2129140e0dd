// Spans of time in lanes, and moments that count.

/// What took how long, one lane below the other.
package struct Timeline: Equatable, Sendable {
    /// Something that went on for a while.
    package struct Span: Equatable, Sendable {
        /// Which of the timeline's kinds it is.
        package var kind: Int
        /// Seconds from the lane's beginning.
        package var from: Double
        /// Seconds from the lane's beginning, not before ``from``.
        package var to: Double

        /// Makes a span.
        package init(kind: Int, from: Double, to: Double) {
            self.kind = kind
            self.from = from
            self.to = max(from, to)
        }
    }

    /// A moment.
    package struct Moment: Equatable, Sendable {
        /// What happened.
        package var name: String
        /// Seconds from the lane's beginning.
        package var at: Double

        /// Makes a moment.
        package init(_ name: String, at: Double) {
            self.name = name
            self.at = at
        }
    }

    /// One run, or whatever else had its time.
    package struct Lane: Equatable, Sendable {
        /// Its name.
        package var name: String
        /// What went on, in order.
        package var spans: [Span]
        /// What happened, in order.
        package var moments: [Moment]

        /// Makes a lane.
        package init(_ name: String, spans: [Span], moments: [Moment] = []) {
            self.name = name
            self.spans = spans
            self.moments = moments
        }
    }

    /// What spans can be.
    package var kinds: [String]
    /// The lanes, in the order of the figure's table.
    package var lanes: [Lane]

    /// Makes a timeline.
    package init(kinds: [String], lanes: [Lane]) {
        self.kinds = kinds
        self.lanes = lanes
    }

    private var end: Double {
        lanes.flatMap { $0.spans.map(\.to) + $0.moments.map(\.at) }.filter(\.isFinite).max() ?? 0
    }

    var svg: SVG {
        let left = SVG.width(of: lanes.map(\.name)) + 12
        let (width, height) = (640.0, 30.0)
        let bottom = 20 + height * Double(lanes.count)
        var svg = SVG(width: left + width + 40, height: bottom + 36, left: left)
        let unit = end < 2 ? (name: "ms", seconds: 0.001) : (name: "s", seconds: 1)
        let x = Axis([end / unit.seconds], from: left, to: left + width)
        svg.axis(x, y: bottom, top: 12, unit: unit.name)
        for (index, lane) in lanes.enumerated() {
            let y = 20 + height * Double(index)
            svg.open(row: index)
            svg.name(lane.name, y: y + 16)
            for span in lane.spans where span.kind < kinds.count {
                let start = x.place(span.from / unit.seconds)
                svg.rect(
                    x: start, y: y + 4, width: max(1, x.place(span.to / unit.seconds) - start), height: height - 12,
                    style: "fill-\(span.kind % Palette.series.count + 1)")
            }
            for moment in lane.moments {
                let place = x.place(moment.at / unit.seconds)
                svg.line((place, y), (place, y + height - 4), style: "moment")
            }
            svg.close()
        }
        return svg
    }

    var legend: [(style: String, text: String)] {
        kinds.enumerated().filter { kind in lanes.contains { $0.spans.contains { $0.kind == kind.offset } } }
            .map { ("fill-\($0.offset % Palette.series.count + 1)", $0.element) }
            + Places(lanes.flatMap(\.moments).map(\.name)).names.map { ("line", "upright line: \($0)") }
    }
}
