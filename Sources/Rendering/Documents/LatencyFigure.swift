// Latencies by percentile, one over the other, each nine as wide as the one before it.
internal import Results

/// What is known of a latency, in milliseconds.
struct LatencyPoints {
    /// By percentile, in order.
    var byPercentile: [(percentile: Double, milliseconds: Double)]
    /// The highest; nil where nobody kept it.
    var most: Double?

    /// Nothing where there is no spectrum.
    init?(_ spectrum: LatencySpectrum?) {
        guard let spectrum else { return nil }
        byPercentile = LatencySpectrum.percentiles.map { ($0.percentile, Double($0.microseconds(spectrum)) / 1000) }
        most = Double(spectrum.max) / 1000
    }

    /// The three that an older kbench kept.
    init(_ three: BenchRow.Percentiles) {
        byPercentile = [(50, three.p50), (99, three.p99), (99.9, three.p999)].map { ($0.0, Double($0.1) / 1000) }
    }
}

extension Figure {
    /// Latencies by name, the nameless left out; nil where none is known.
    static func latencies(
        _ title: String, _ note: String, _ latencies: [(name: String, points: LatencyPoints?)]
    ) -> Figure? {
        typealias Row = (name: String, points: LatencyPoints)
        let rows: [Row] = latencies.compactMap { latency in latency.points.map { (latency.name, $0) } }
        guard !rows.isEmpty else { return nil }
        var course = Course(
            xUnit: "percentile", yUnit: "ms",
            series: rows.map { row in
                Course.Series(row.name, row.points.byPercentile.map { (x: $0.percentile, y: $0.milliseconds) })
            })
        course.isSpectrum = true
        // Where an older kbench kept three of them, only these are columns.
        let known = Set(rows.flatMap { $0.points.byPercentile.map(\.percentile) })
        let percentiles: [Column<Row>] = known.sorted().map { percentile in
            .number("p\(Numbers.trimmed(percentile))", unit: "ms", places: 1) { row in
                row.points.byPercentile.first { $0.percentile == percentile }?.milliseconds
            }
        }
        let most: [Column<Row>] =
            rows.contains { $0.points.most != nil }
            ? [.number("highest", unit: "ms", places: 1) { $0.points.most }] : []
        return Figure(
            title: title, note: note, .course(course),
            table: Table(rows, [.words("row") { $0.name }] + percentiles + most))
    }
}
