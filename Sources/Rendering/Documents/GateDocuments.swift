// What the gate compares and decides: two builds, a policy over them, a build with itself, a history, exact figures.
internal import Foundation
package import Results

extension BuildComparison: Presentable {
    /// The verdict line, what is broken, what differs, and a row per metric.
    package var document: Document {
        var document = Document()
        let best = bestOf.map { $0 > 1 ? " of the best of \($0)" : "" } ?? ""
        document.add(
            .verdict(
                "\(word) \(new) against \(base): \(Numbers.count(metrics.count, "metric")), "
                    + "\(Numbers.count(pairs, "pair"))\(best), margin \(Numbers.plain(marginPercent)) %, seed \(seed)"))
        if let plantedSlowdownPercent {
            document.add(
                .prose("\(new) was slowed down by \(Numbers.plain(plantedSlowdownPercent)) % on purpose."))
        }
        let some = differences.prefix(40)
        let more = differences.count - some.count
        document.add(
            .list(
                brokenGuarantees.map { "guarantee broken: \($0)" } + some.map { "differs: \($0)" }
                    + (more > 0 ? ["and \(more) more: see --format json"] : [])))
        if hasTooFewPairs {
            document.add(
                .prose(
                    "with so few pairs no single one of \(measured) measured metrics can be slower: raise --pairs"))
        }
        document.add(.table(.ofMetrics(metrics.map { ($0, $0.verdict.rawValue) })), for: .plain)
        if !metrics.isEmpty { document.add(.figure(.ratios(metrics)), for: .page) }
        return document
    }

    private var word: String {
        switch verdict {
        case .same: "SAME"
        case .slower: "SLOWER"
        case .guaranteeBroken: "BROKEN"
        case .inconclusive: "INCONCLUSIVE"
        case .invalid: "INVALID"
        }
    }
}

extension GateResult: Presentable {
    /// The verdict line and a row per metric.
    package var document: Document {
        var document = Document()
        let word =
            switch verdict {
            case .same: "GREEN"
            case .invalid: "INVALID"
            default: "RED"
            }
        document.add(.verdict("\(word) gate: \(verdict.rawValue)"))
        document.add(
            .list(
                brokenGuarantees.map { "guarantee broken: \($0)" }
                    + rulesWithoutMetric.map { "no metric for the rule on \($0)" }
                    + (otherMachine ?? []).map { "another machine: \($0)" }
                    + (notComparable ?? []).map { "not comparable: \($0)" }))
        document.add(
            .table(
                .ofMetrics(
                    rows.map { row in
                        let effect = row.marginPercent.map { "blocks above \(Numbers.plain($0)) %" } ?? "notifies"
                        return (row.metric, "\(row.metric.verdict.rawValue) (\(effect))")
                    })))
        return document
    }
}

extension Table {
    /// Metrics with what each came to.
    static func ofMetrics(_ rows: [(metric: GateMetric, outcome: String)]) -> Table {
        typealias Row = (metric: GateMetric, outcome: String)
        let columns: [Column<Row>] = [
            .words("metric") { $0.metric.name }, .count("tier", rank: 5) { $0.metric.tier },
            .number("new / base", name: "ratio_median", places: 4) { $0.metric.ratio.median },
            .number("low", name: "ratio_low", rank: 1, places: 4) { $0.metric.ratio.low },
            .number("high", name: "ratio_high", rank: 1, places: 4) { $0.metric.ratio.high },
            .number("adjusted p", rank: 3, places: 4) { $0.metric.tier == 0 ? nil : $0.metric.pAdjusted },
            .figures(
                "detectable", name: "detectable_share", rank: 4,
                exact: { $0.metric.tier == 0 ? "" : "\($0.metric.minimumDetectableEffect)" },
                { row in
                    row.metric.tier == 0
                        ? "exact" : Numbers.fixed(row.metric.minimumDetectableEffect * 100, places: 1) + " %"
                }),
            .number("again", name: "confirmed_ratio_median", rank: 2, places: 4) {
                $0.metric.confirmation?.ratio.median
            },
            .words("verdict") { $0.outcome },
        ]
        return Table(rows, columns) { $0.metric.verdict == .slower }
    }
}

extension CalibrationResult: Presentable {
    /// How often the build was called slower than itself, and what each metric would show.
    package var document: Document {
        var document = Document()
        document.add(
            .verdict(
                "\(holds ? "PASS" : "FAIL") \(base) against itself: called slower \(slower) of \(comparisons) times, "
                    + "inconclusive \(inconclusive) times"))
        let effects: [(name: String, share: Double)] = minimumDetectableEffects.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
        let columns: [Column<(name: String, share: Double)>] = [
            .words("metric") { $0.name },
            .figures(
                "detects at worst", name: "detectable_share", exact: { "\($0.share)" },
                { Numbers.fixed($0.share * 100, places: 1) + " %" }),
        ]
        document.add(.table(Table(effects, columns)))
        return document
    }
}

extension HistoryResult: Presentable {
    /// A line that says how many, and a row per change.
    package var document: Document {
        let table = Table(
            changes,
            [
                .words("figure", wraps: true) { $0.figure },
                .figures("commit", exact: { $0.commit }, { String($0.commit.prefix(12)) }),
                .words("date", rank: 1) { $0.date },
                .figures("before", exact: { "\($0.before)" }, { Numbers.plain($0.before) }),
                .figures("after", exact: { "\($0.after)" }, { Numbers.plain($0.after) }),
                .figures(
                    "change", name: "change_percent", exact: { $0.percent.map { "\($0)" } ?? "" },
                    { $0.percent.map { ($0 > 0 ? "+" : "") + Numbers.fixed($0, places: 2) + " %" } }),
            ])
        var document = Document(data: table)
        document.add(.heading("The history of figures", level: 1), for: .page)
        document.add(.verdict("\(Numbers.count(commits, "commit")), \(Numbers.count(changes.count, "change"))"))
        if isTooShort {
            // Silence would pass for steadiness.
            document.add(
                .prose("so few cannot show a change: some \(HistoryResult.fewestCommits) commits are needed"))
        }
        if !changes.isEmpty { document.add(.table(table)) }
        guard let series, !isTooShort else { return document }
        for figure in series.prefix(HistoryResult.mostDrawn).compactMap(\.picture) {
            document.add(.figure(figure), for: .page)
        }
        return document
    }

    /// So many series have a picture.
    private static let mostDrawn = 12
}

extension HistorySeries {
    /// The series as a picture, beside the median of its first part; nil where that is nothing, or it never moved.
    fileprivate var picture: Figure? {
        let medians = medians
        guard let first = medians.first, first > 0, points.contains(where: { $0.value != first }) else {
            return nil
        }
        func line(_ name: String, _ values: [Double]) -> Course.Series {
            Course.Series(name, values.enumerated().map { (Double($0.offset + 1), ($0.element / first - 1) * 100) })
        }
        var course = Course(
            xUnit: "commit, from the oldest", yUnit: "% from the first median",
            series: [line("value", points.map(\.value)), line("median between changes", medians)])
        course.base = 0
        course.moments = changes.map { .init("it changed", at: Double($0 + 1)) }
        typealias Row = (place: Int, point: Point, median: Double)
        let rows: [Row] = zip(points, medians).enumerated().map { ($0.offset, $0.element.0, $0.element.1) }
        return Figure(
            title: figure, .course(course),
            table: Table(
                rows,
                [
                    Column<Row>.count("commit") { $0.place + 1 }, .words("name") { String($0.point.commit.prefix(12)) },
                    .words("date") { $0.point.date },
                    .figures("value", exact: { "\($0.point.value)" }, { Numbers.plain($0.point.value) }),
                    .figures("median", exact: { "\($0.median)" }, { Numbers.plain($0.median) }),
                    .words("changed") { changes.contains($0.place) ? "changed" : nil },
                ]))
    }
}

extension ExactFigures: Presentable {
    /// A table for each kind of row; crashes are added up per run.
    package var document: Document {
        let figures: [(place: String, name: String, value: Int64)] = rows.flatMap { row in
            row.figures.sorted { $0.key < $1.key }.map { (row.place, $0.key, $0.value) }
        }
        let data: [Column<(place: String, name: String, value: Int64)>] = [
            .exact("place") { $0.place }, .exact("figure") { $0.name }, .exact("value") { $0.value },
        ]
        var document = Document(data: Table(figures, data))
        document.add(.prose("Exact figures of this build, in the simulated world: \(load)."))
        var order: [[String]] = []
        var groups: [[String]: [Row]] = [:]
        for row in rows where !row.place.contains(" ") {
            let names = row.figures.keys.sorted()
            if groups[names] == nil { order.append(names) }
            groups[names, default: []].append(row)
        }
        for names in order {
            let columns: [Column<Row>] = names.enumerated().map { place, name in
                .count(name, rank: place + 1) { $0.figures[name] }
            }
            document.add(.table(Table(groups[names] ?? [], [.words("run") { $0.place }] + columns)))
        }
        document.add(.table(crashes))
        return document
    }

    private var crashes: Table {
        var sums: [(run: Substring, crashes: Int, duplicates: Int64, lost: Int64)] = []
        for row in rows where row.place.contains(" ") {
            let run = row.place.prefix { $0 != " " }
            if sums.last?.run != run { sums.append((run, 0, 0, 0)) }
            sums[sums.count - 1].crashes += 1
            sums[sums.count - 1].duplicates += row.figures["duplicates"] ?? 0
            sums[sums.count - 1].lost += row.figures["lost"] ?? 0
        }
        let columns: [Column<(run: Substring, crashes: Int, duplicates: Int64, lost: Int64)>] = [
            .words("run") { String($0.run) }, .count("crashes") { $0.crashes },
            .count("duplicates") { $0.duplicates }, .count("lost") { $0.lost },
        ]
        return Table(sums, columns)
    }

    /// One object with a line for each row, so that two files differ in the lines of what differs.
    package func json() throws -> String {
        let formatting: JSONEncoder.OutputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try rows.map { "  " + (try JSONText.of($0, formatting: formatting)) }
        let label = try JSONText.of(SchemaLabel(ExactFigures.schema), formatting: formatting).dropFirst().dropLast()
        let load = try JSONText.of(load, formatting: formatting)
        return "{\(label),\"load\":\(load),\"rows\":[\n" + lines.joined(separator: ",\n") + "\n]}\n"
    }
}
