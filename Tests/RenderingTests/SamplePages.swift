// Results of every kind that has a picture, to render as pages.
import Rendering
import Results

/// Results to render as pages.
enum SamplePages {
    private static func cell(
        _ strategy: String, _ sink: String, _ point: String, duplicates: Int, lost: Int = 0, expected: Int? = nil
    ) -> MatrixCell {
        MatrixCell(
            strategy: strategy, sink: sink, fidelity: "spark", point: point, row: "R6", rowIsInferred: false,
            crashFired: true,
            measured: .init(
                duplicates: duplicates, ingestDuplicates: 0, reexecutionDuplicates: duplicates, lost: lost, redone: 0),
            simulated: nil, expected: .init(duplicates: expected ?? duplicates, ingestDuplicates: 0, lost: lost),
            fault: nil)
    }

    /// Crashes of two strategies, one of which did something else than it must.
    static let matrix: MatrixResult = {
        var matrix = MatrixResult(
            world: "simulated", fidelity: "spark", seed: 1,
            load: Load(records: 8000, partitions: 4, recordBytes: 32, blockRecords: 100, batchRecords: 1000),
            cells: [
                cell("receiver-wal", "append", "receiver.offsets.commit.before@65", duplicates: 1104),
                cell("receiver-wal", "offset-keyed", "receiver.offsets.commit.before@65", duplicates: 0),
                cell("receiver-wal", "append", "sink.write.after@7", duplicates: 12, expected: 10),
                cell("direct", "append", "sink.write.after@25", duplicates: 250, lost: 3),
            ])
        matrix.reproduce = "kbench matrix --seed 1 --world simulated"
        matrix.reproduceCell = "kbench matrix --strategy {strategy} --sink {sink} --point {point} --seed 1"
        return matrix
    }()

    /// As many cells as the largest matrix has, and more.
    static let largeMatrix = MatrixResult(
        world: "simulated", fidelity: "spark", seed: 1, load: matrix.load,
        cells: (0..<2_000).map { number in
            cell(
                "strategy-\(number % 8)", "sink-\(number / 8 % 4)", "stage.step-\(number / 32).before@\(number)",
                duplicates: number % 7 == 0 ? number : 0, lost: number % 11 == 0 ? number : 0)
        })

    /// A benchmark with as many rows as there are strategies and sinks.
    static let largeBench: BenchResult = {
        var bench = SampleBench.passing
        bench.rows = (0..<32).map { number in
            var row = SampleBench.row(
                "strategy-\(number / 4)", "sink-\(number % 4)", rate: 2_000_000 / Double(number + 1))
            row.latencySpectrum = LatencySpectrum(max: 3_000_000) {
                UInt64(Double(20_000 + 900 * number) * (1 + $0 / 50))
            }
            return row
        }
        return bench
    }()

    /// A pipeline that was killed twice at one point and once at another.
    static let judge: JudgeResult = {
        func run(_ point: String?, _ occurrence: Int?, duplicates: Int = 0, lost: Int = 0) -> JudgeResult.Run {
            var run = JudgeResult.Run(
                point: point, occurrence: occurrence, reproduce: "kbench judge p.yaml --points \(point ?? "none")")
            (run.fired, run.produced, run.delivered) = (point != nil, 1000, 1000 + duplicates - lost)
            (run.duplicates, run.lost, run.drainedBy, run.seconds) = (duplicates, lost, "committed", 1.5)
            guard point != nil else { return run }
            run.timeline = RunTimeline(
                lives: [.init(from: 0, to: 0.6, ending: "killed"), .init(from: 0.7, to: 1.5, ending: "finished")],
                samples: [.init(seconds: 0.1, lag: 900), .init(seconds: 0.6, rows: 500), .init(seconds: 1.4, lag: 0)])
            guard duplicates > 0 else { return run }
            var causes = JudgeResult.Causes()
            (causes.fetchedAgain, causes.producedAgain) = (duplicates / 2, duplicates - duplicates / 2)
            run.causes = causes
            return run
        }
        return JudgeResult(
            pipeline: "p", broker: .init(kind: "embedded", address: "127.0.0.1:9092"),
            feed: .init(records: 1000, partitions: 4), claimed: .atLeastOnce,
            census: [.init(point: "OffsetCommit.request", count: 9)],
            findings: [.init("commit-before-write", "offsets are committed before the rows <b>lie</b> there")],
            runs: [
                run(nil, nil), run("OffsetCommit.request", 1, duplicates: 100),
                run("OffsetCommit.request", 9, lost: 40), run("Fetch.response", 2),
            ])
    }()

    /// A record that is lost.
    static let life = RecordLifeResult(
        record: "simulated/0@17", deliveries: 0,
        moments: [
            .init(life: 0, place: "broker", what: "is produced"), .init(life: 1, place: "engine", what: "is polled"),
            .init(life: 1, place: "broker", what: "its offset is committed", isPointOfNoReturn: true),
            .init(life: 1, place: "engine", what: "dies"), .init(life: 2, place: "engine", what: "goes on behind it"),
        ])

    /// A run that was killed once, another that was not.
    static let lives: ScenarioResult = {
        var result = Sample.passing
        var recovery = RecoveryParts()
        (recovery.detectSeconds, recovery.openSeconds, recovery.readSeconds) = (0.004, 0.0105, 0.0008)
        recovery.firstFreshOutputSeconds = 0.0158
        result.runs[0].timeline = RunTimeline(
            lives: [
                .init(from: 0, to: 0.31, ending: "killed"),
                .init(from: 0.314, to: 0.6, ending: "finished", recovery: recovery),
            ],
            samples: [
                .init(seconds: 0, lag: 10_000, rows: 0, logBytes: 0),
                .init(seconds: 0.2, lag: 6_000, rows: 4_000, logBytes: 800_000),
                .init(seconds: 0.4, lag: 5_000, rows: 5_100, logBytes: 1_000_000),
                .init(seconds: 0.5, lag: 0, rows: 10_100, logBytes: 2_114_320),
            ])
        result.runs[0].batchLatencyMicroseconds = SampleBench.spectrum
        result.runs[1].timeline = RunTimeline(lives: [.init(from: 0, to: 2.5, ending: "finished")], samples: [])
        return result
    }()

    /// Figures of twelve commits, one of which changed one of them.
    static let history: HistoryResult = {
        func points(_ value: (Int) -> Double) -> [HistorySeries.Point] {
            (0..<12).map { .init(commit: "c0ffee00\($0)", date: "2026-01-\(10 + $0)", value: value($0)) }
        }
        return HistoryResult(
            commits: 12, damagedLines: [],
            changes: [
                HistoryChange(
                    figure: "counts/fileSyncs", commit: "c0ffee007", date: "2026-01-17", before: 100, after: 103)
            ],
            series: [
                .init(figure: "counts/fileSyncs", points: points { $0 < 7 ? 100 : 103 }, changes: [7]),
                .init(figure: "steady", points: points { 5 + Double($0 % 3) / 10 }, changes: []),
                .init(figure: "nothing", points: points { _ in 0 }, changes: []),
            ])
    }()

    /// Every kind of page, by the name of its golden file.
    static let all: [(name: String, result: any Presentable)] = [
        ("passing", Sample.passing), ("failing", Sample.failing), ("bench", SampleBench.passing),
        ("capacity", SampleBench.capacity), ("plan", SampleBench.plan), ("recovery", SampleBench.recovery),
        ("matrix", matrix), ("judge", judge), ("record-life", life),
        ("lives", lives), ("costs", SampleBench.costs), ("history", history),
        ("compare", GateDocumentTests.comparison([GateDocumentTests.slower])),
    ]
}
