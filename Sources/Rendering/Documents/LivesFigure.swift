// The picture of a run's whole lives, with what happened when as the table behind it.
internal import Results

extension RecoveryParts {
    /// The parts in the order in which they follow each other.
    static let parts: [(name: String, seconds: @Sendable (RecoveryParts) -> Double?)] = [
        ("detect", { $0.detectSeconds }), ("open", { $0.openSeconds }), ("read", { $0.readSeconds }),
        ("replay", { $0.replaySeconds }), ("re-fetch", { $0.refetchSeconds }),
        ("fresh output", { $0.firstFreshOutputSeconds }),
    ]
}

extension RunTimeline {
    /// A line of the table.
    private typealias Line = (seconds: Double, what: String, sample: Sample?)

    /// The figure of a run of this name.
    fileprivate func figure(of name: String, note: String) -> Figure {
        var lines: [(line: Line, bar: LivesChart.Bar?)] = samples.map { (($0.seconds, "-", $0), nil) }
        for (index, life) in lives.enumerated() {
            let bar = LivesChart.Bar(kind: nil, from: life.from, to: life.to, row: 0)
            lines.append(((life.from, "life \(index + 1) begins", nil), bar))
            lines.append(((life.to, "life \(index + 1): \(life.ending)", nil), nil))
            guard let recovery = life.recovery, index > 0 else { continue }
            var at = lives[index - 1].to
            for (kind, part) in RecoveryParts.parts.enumerated() {
                guard let seconds = part.seconds(recovery), seconds > 0 else { continue }
                let words = "recovery, \(part.name): \(Numbers.duration(seconds: seconds))"
                lines.append(((at, words, nil), .init(kind: kind, from: at, to: at + seconds, row: 0)))
                at += seconds
            }
        }
        let sorted = lines.enumerated().sorted {
            ($0.element.line.seconds, $0.offset) < ($1.element.line.seconds, $1.offset)
        }.map(\.element)
        func course(_ name: String, _ value: (Sample) -> Double?) -> Course.Series {
            Course.Series(name, samples.compactMap { sample in value(sample).map { (sample.seconds, $0) } })
        }
        let log = course("bytes that the logs hold") { $0.logBytes.map { Double($0) } }
        let chart = LivesChart(
            kinds: RecoveryParts.parts.map(\.name),
            bars: sorted.enumerated().compactMap { row, line in
                line.bar.map { .init(kind: $0.kind, from: $0.from, to: $0.to, row: row) }
            },
            moments: lives.filter { $0.ending == "killed" }.map { .init("killed", at: $0.to) },
            courses: [
                course("lag, records") { $0.lag.map { Double($0) } },
                course("rows in the sink") { $0.rows.map { Double($0) } },
            ] + (log.points.contains { $0.y > 0 } ? [log] : []))
        return Figure(
            title: "The lives of \(name)",
            note: note,
            .lives(chart),
            table: Table(
                sorted.map(\.line),
                [
                    Column<Line>.number("after", unit: "ms", places: 1) { $0.seconds * 1000 },
                    .words("what") { $0.what }, .count("lag") { $0.sample?.lag }, .count("rows") { $0.sample?.rows },
                    .count("log bytes") { $0.sample?.logBytes },
                ]))
    }
}

extension Figure {
    /// At most so many runs of a result have a picture of their lives.
    static let mostLives = 12

    /// A picture for each run that has a timeline, those that were killed first, then in order.
    static func lives(
        _ runs: [(name: String, timeline: RunTimeline?, isKilled: Bool)], note: String
    ) -> [Figure] {
        let known = runs.filter { $0.timeline.map { !$0.lives.isEmpty } ?? false }
        return (known.filter(\.isKilled) + known.filter { !$0.isKilled }).prefix(mostLives)
            .compactMap { run in run.timeline?.figure(of: run.name, note: note) }
    }
}
