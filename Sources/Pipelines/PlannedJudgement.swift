// What a judgement would run, as far as that is known before the run without a kill says what there is to kill at.
package import Results

extension JudgeSettings {
    /// How often a point with `all` occurrences is met, as a rule.
    private static let usualCount = 10
    /// Points that a census meets, as a rule.
    private static let usualCensus = 14
    /// How long a run takes as a rule, most of it the pipeline's own start and drain, in seconds.
    private static let shippedSeconds = 6.0

    /// The runs of a pipeline.
    package func work(_ pipeline: Pipeline) -> PlannedWork {
        let points = points.isEmpty ? pipeline.points : points
        let kinds = (occurrences ?? pipeline.occurrences)
        let perPoint = kinds.reduce(0) { $0 + ($1 == .all ? Self.usualCount : 1) }
        var names = ["without a kill"]
        var unnamed = 0
        var isKnown = true
        for point in points.isEmpty && timedKills == 0 ? ["default"] : points {
            // A filter's value may have an @ of its own.
            let tail = point[(point.lastIndex(of: "]") ?? point.startIndex)...]
            switch point {
            case "default", "census":
                unnamed += (point == "census" ? Self.usualCensus : Pipeline.usualPoints.count) * perPoint * times
                isKnown = false
            case _ where tail.contains("@"): names += Array(repeating: point, count: times)
            default:
                names += Array(repeating: "\(point)@", count: perPoint * times).enumerated().map { place, name in
                    "\(name)\(kinds[place % kinds.count].word)"
                }
                // Two of first, middle and last may be the same frame.
                isKnown = isKnown && kinds.count == 1 && kinds[0] != .all
            }
        }
        names += (0..<timedKills).map { "a moment by chance, \($0 + 1) of \(timedKills)" }
        let kills = names.count - 1 + unnamed
        let mine = kills / shard.of + (kills % shard.of >= shard.part ? 1 : 0)
        return PlannedWork(
            kind: "judge", unit: "run", names: shard.of == 1 ? names : [names[0]],
            units: 1 + mine + (speedRecords == nil ? 0 : 1),
            because: isKnown ? nil : "the run without a kill says how often each point is met",
            size: "\(pipeline.name), \(pipeline.load.records) records, \(pipeline.load.partitions) partitions",
            shippedSeconds: Self.shippedSeconds)
    }

    /// The runs of all pipelines of a league.
    package func league(_ pipelines: [Pipeline]) -> PlannedWork {
        let each = pipelines.map { work($0) }
        return PlannedWork(
            kind: "league", unit: "run",
            names: zip(pipelines, each).map { "\($0.name): \($1.units)" },
            units: each.reduce(0) { $0 + $1.units },
            because: "a pipeline that is not installed is left out, and its run without a kill says what is met",
            size: pipelines.map(\.name).joined(separator: ", "), shippedSeconds: Self.shippedSeconds)
    }
}

extension Occurrence {
    /// The word that it is written as.
    fileprivate var word: String {
        switch self {
        case .first: "first"
        case .middle: "middle"
        case .last: "last"
        case .all: "all"
        case .number(let number): "\(number)"
        }
    }
}
