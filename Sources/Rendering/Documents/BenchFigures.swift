// Pictures of what was measured: prices by guarantee, rates beside ceilings, latency, recovery, capacity.
internal import Results

extension Figure {
    private static let guarantees = ["exactly-once", "at-least-once", "at-most-once", "none"]

    /// The rate of each row, as a part of `raw`, by what it guarantees.
    static func prices(_ rows: [BenchRow]) -> Figure {
        Figure(
            title: "What a guarantee costs: the rate as a part of raw",
            note: "The dot is the median over the rounds, the line its interval. 1 is as fast as reading and dropping.",
            .scatter(
                ScatterChart(
                    lanes: guarantees, unit: "of raw",
                    rows.map {
                        .init($0.label, lane: $0.guarantee, $0.ratioToRaw.median, reach: $0.ratioToRaw.range)
                    })),
            table: Table(
                rows,
                BenchRow.names + [
                    .words("guarantee") { $0.guarantee },
                    .number("of raw", places: 3) { $0.ratioToRaw.median },
                    .number("at least", places: 3) { $0.ratioToRaw.low },
                    .number("at most", places: 3) { $0.ratioToRaw.high },
                ]))
    }

    /// The rate of each row of a setting beside what its parts take on their own.
    static func ceilings(of setting: BenchSetting, _ rows: [BenchRow]) -> Figure {
        typealias Rate = (name: String, rate: Double, kind: Int)
        let bytes = max(setting.bytesPerRecord, 1)
        let ceilings: [Rate] = [
            ("raw", setting.ceilings.rawRecordsPerSecond, 1),
            ("synced disk", setting.ceilings.diskBytesPerSecond / bytes, 1),
            ("zstd", setting.ceilings.zstdBytesPerSecond / bytes, 1),
        ]
        let rates =
            ceilings
            + rows.filter { $0.strategy != "raw" }.map { ("\($0.strategy) / \($0.sink)", $0.recordsPerSecond, 0) }
        return Figure(
            title: "Rates beside the ceilings" + (setting.name.isEmpty ? "" : ", \(setting.name)"),
            note: "Disk and zstd in records of this load's size. The ceilings are the first three.",
            .bars(BarChart(unit: "records/s", rates.map { .init($0.name, $0.rate, kind: $0.kind) })),
            table: Table(
                rates,
                [
                    Column<Rate>.words("what") { $0.name }, .number("records/s", places: 0) { $0.rate },
                    .words("kind") { $0.kind == 1 ? "ceiling" : "row" },
                ]))
    }

    /// Latency by percentile, all rows over one another; nil where none was measured.
    static func latencies(_ rows: [BenchRow]) -> Figure? {
        .latencies(
            "Latency by percentile", "From the moment a record was to be sent until it is synced in the sink.",
            rows.map { row in
                (row.label, LatencyPoints(row.latencySpectrum) ?? row.latencyMicroseconds.map(LatencyPoints.init))
            })
    }

    /// The time to the first output after the kill of each row; nil where none was killed.
    static func recoveries(_ rows: [BenchRow]) -> Figure? {
        let killed = rows.filter { $0.crash != nil }
        guard !killed.isEmpty else { return nil }
        return Figure(
            title: "From a kill to the first output",
            .bars(BarChart(unit: "ms", killed.map { .init($0.label, ($0.crash?.recoverySeconds ?? 0) * 1000) })),
            table: Table(
                killed,
                BenchRow.names + [
                    .words("killed at") { $0.crash?.point }, .duration("recovery") { $0.crash?.recoverySeconds },
                    .count("duplicates") { $0.crash?.duplicates }, .count("lost") { $0.crash?.lost },
                ]))
    }

    /// How fast a log and a broker give records back, by the size of the log.
    static func recoveries(_ result: RecoveryResult) -> Figure {
        let rows = result.rows.filter { $0.invalidReason == nil }
        func line(_ name: String, _ rate: (RecoveryRow) -> Interval) -> Course.Series {
            Course.Series(name, rows.map { (Double($0.logBytes) / 1e6, rate($0).median / 1e6) })
        }
        return Figure(
            title: "Reading back, by the size of the log", xUnit: "MB of log", yUnit: "MB/s",
            series: [
                line("log, cached") { $0.logCachedBytesPerSecond },
                line("log, from disk") { $0.logUncachedBytesPerSecond },
                line("broker") { $0.brokerBytesPerSecond },
            ])
    }

    /// The highest rate that each strategy and sink sustained.
    static func capacities(_ rows: [CapacityRow]) -> Figure {
        Figure(
            title: "The highest rate that is sustained",
            note: "The line ends at the rate that was refused.",
            .bars(
                BarChart(
                    unit: "records/s",
                    rows.map { row in
                        let sustained = row.sustainedRecordsPerSecond ?? 0
                        return .init(
                            row.name, sustained,
                            reach: row.refusedRecordsPerSecond.map { sustained...max(sustained, $0) })
                    })),
            table: Table(
                rows,
                [
                    .words("strategy") { $0.strategy }, .words("sink") { $0.sink },
                    .number("sustains records/s", places: 0) { $0.sustainedRecordsPerSecond },
                    .number("not", places: 0) { $0.refusedRecordsPerSecond },
                    .words("limited by") { $0.limitedBy?.rawValue },
                ]))
    }

    /// The ratio of each metric of two builds, with its interval.
    static func ratios(_ metrics: [GateMetric]) -> Figure {
        Figure(
            title: "New beside base, by metric", note: "1 is no change; the line is the interval.",
            .scatter(
                ScatterChart(
                    lanes: ["tier 0", "tier 1", "tier 2"], unit: "new / base", base: 1,
                    metrics.map { .init($0.name, lane: "tier \($0.tier)", $0.ratio.median, reach: $0.ratio.range) })),
            table: .ofMetrics(metrics.map { ($0, $0.verdict.rawValue) }))
    }
}

extension BenchRow {
    /// Strategy and sink, after the setting of a sweep.
    fileprivate var label: String { (setting.isEmpty ? "" : "\(setting) ") + "\(strategy) / \(sink)" }

    fileprivate static var names: [Column<BenchRow>] { [.words("row") { $0.label }] }
}

extension Interval {
    /// From the lower to the upper end; nil where a file has them the wrong way round.
    fileprivate var range: ClosedRange<Double>? { low <= high ? low...high : nil }
}
