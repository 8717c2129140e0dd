// From measured prices to disk, duplicates a day and cores at a load of one's own: arithmetic, with its error.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
public import Results
internal import World

/// The load that is planned for.
public struct PlannedLoad: Equatable, Sendable {
    /// Records a second.
    public var recordsPerSecond: Double
    /// Partitions of the topic.
    public var partitions: Int
    /// How long Kafka keeps records, in seconds.
    public var retentionSeconds: Double
    /// Crashes a day, of one worker.
    public var crashesPerDay: Double
    /// Bytes of a record; nil: what the benchmark measured.
    public var recordBytes: Double?
    /// What things cost.
    public var prices = PriceSheet.example

    /// Makes a load.
    public init(
        recordsPerSecond: Double, partitions: Int, retentionSeconds: Double, crashesPerDay: Double,
        recordBytes: Double? = nil
    ) {
        self.recordsPerSecond = recordsPerSecond
        self.partitions = partitions
        self.retentionSeconds = retentionSeconds
        self.crashesPerDay = crashesPerDay
        self.recordBytes = recordBytes
    }
}

/// Extrapolates a benchmark.
public enum CapacityPlan {
    /// The bytes of a log's segment, which is removed as a whole.
    static let segmentBytes = 64.0 * 1_048_576
    /// Batches whose blocks the log still holds: the one that runs and the one that gathers.
    static let liveBatches = 2.0

    /// The plan for `load` from the first setting of `bench`, with the pipelines of `league` beside it.
    ///
    /// - Throws: ``Diagnosis`` for a benchmark that holds nothing to go by; `NumberError` for a rate that fills a batch
    ///   with more records than can be worked out.
    public static func make(
        _ load: PlannedLoad, from bench: BenchResult, source: String, league: LeagueResult? = nil
    ) throws -> PlanResult {
        guard bench.valid, let setting = bench.settings.first else {
            throw Diagnosis(
                cause: "\(source): this benchmark was invalid, so nothing follows from it",
                fix: "name a valid one: kbench bench --out DIR makes DIR/bench.json", exitCode: .usage)
        }
        // The closed forms are worked out for eight batches.
        let batch = load.recordsPerSecond * Double(setting.batchIntervalMilliseconds) / 1000
        try NumberCheck.check(
            8 * batch, 0...Double(ScenarioLimits.records.upperBound),
            "--rate for 8 batches of \(setting.batchIntervalMilliseconds) ms", unit: "records")
        // Those of one client: of two, the one that was named first.
        let rows = bench.rows.filter {
            $0.setting == setting.name && $0.strategy != Strategy.raw.rawValue && $0.client == bench.rows.first?.client
        }
        let bytes = load.recordBytes ?? setting.bytesPerRecord
        let inputs = CostInputs(
            recordsPerSecond: load.recordsPerSecond, recordBytes: bytes,
            batchSeconds: Double(setting.batchIntervalMilliseconds) / 1000, retentionSeconds: load.retentionSeconds,
            crashesPerDay: load.crashesPerDay, prices: load.prices)
        let restarts = rows.compactMap(\.crash?.recoverySeconds)
        let plans = rows.compactMap { plan($0, load, setting, inputs, restarts: restarts) }
        guard !plans.isEmpty else {
            throw Diagnosis(
                cause: "\(source): it has no row of a strategy",
                fix: "name another one: kbench bench --out DIR makes DIR/bench.json", exitCode: .usage)
        }
        var result = PlanResult(
            rows: plans, recordsPerSecond: load.recordsPerSecond, partitions: load.partitions,
            retentionSeconds: load.retentionSeconds, crashesPerDay: load.crashesPerDay, recordBytes: bytes,
            kafkaBytes: load.recordsPerSecond * bytes * load.retentionSeconds,
            source: source, assumptions: assumptions(setting, load, bench) + assumptions(inputs, league))
        result.inputs = inputs
        result.pipelines = league.map { pipelines(of: $0, inputs) }
        return result
    }

    private static func plan(
        _ row: BenchRow, _ load: PlannedLoad, _ setting: BenchSetting, _ inputs: CostInputs, restarts: [Double]
    ) -> PlanRow? {
        guard let strategy = Strategy(rawValue: row.strategy), let sink = SinkKind(rawValue: row.sink),
            row.recordsPerSecond > 0
        else { return nil }
        let rate = load.recordsPerSecond
        let bytes = rate * (load.recordBytes ?? setting.bytesPerRecord)
        let seconds = Double(setting.batchIntervalMilliseconds) / 1000
        let copies = Double(setting.logReplicas)
        func scaled(_ interval: Interval, _ scale: (Double) -> Double) -> Interval {
            Interval(median: scale(interval.median), low: scale(interval.low), high: scale(interval.high))
        }
        let hasLog = hasLog(row)
        let crash = crash(BenchCell(strategy: strategy, sink: sink), load, setting)
        var plan = PlanRow(
            strategy: row.strategy, sink: row.sink, guarantee: row.guarantee,
            cores: scaled(row.cpu) { $0 * rate / 1e6 },
            shareOfOneWorker: rate / row.recordsPerSecond,
            logBytesLive: scaled(row.walFactor) {
                hasLog ? $0 * bytes * seconds * liveBatches + segmentBytes * copies : 0
            },
            logBytesPerDay: scaled(row.walFactor) { $0 * bytes * 86_400 },
            duplicatesPerDay: scaled(crash.duplicates) { $0 * load.crashesPerDay },
            lostPerDay: scaled(crash.lost) { $0 * load.crashesPerDay }, crashPoint: crash.point)
        let basis = basis(
            of: row, duplicates: crash.duplicates, lost: crash.lost, inputs, setting, restarts: restarts)
        (plan.basis, plan.costs) = (basis, basis.figures(inputs))
        return plan
    }

    /// Whether a row keeps records in a log; others have at most a few bytes of events.
    static func hasLog(_ row: BenchRow) -> Bool { row.walBytesPerIngestedByte > 0.5 }

    /// What a crash costs by the closed forms: at the point that is priced, and from the cheapest point to the dearest.
    private static func crash(
        _ cell: BenchCell, _ load: PlannedLoad, _ setting: BenchSetting
    ) -> (point: String, duplicates: Interval, lost: Interval) {
        func records(in milliseconds: Int) -> Int {
            max(1, Int(load.recordsPerSecond * Double(milliseconds) / 1000))
        }
        let block = records(in: setting.blockIntervalMilliseconds)
        let batch = max(block, records(in: setting.batchIntervalMilliseconds))
        let shape = LoadShape(
            records: 8 * batch, partitions: load.partitions, blockRecords: block, batchRecords: batch,
            groupCommitBlocks: 1, checkpointLagTasks: 1, chunkRecords: Scenario.usualChunkRecords)
        let priced = cell.pricedCrash(shape)
        var duplicates = [priced?.expected.duplicates ?? 0]
        var lost = [priced?.expected.lost ?? 0]
        if let sink = cell.sink {
            let schedule = CrashSchedule(strategy: cell.strategy, sink: sink, shape: shape)
            for point in CrashPoint.all where point.isDeath {
                guard let count = schedule.occurrences(of: point), count > 0 else { continue }
                let crash = ArmedCrash(point, at: (count + 1) / 2)
                guard
                    let outcome = ExpectedOutcome(strategy: cell.strategy, sink: sink, crash: crash, shape: shape)
                else { continue }
                duplicates.append(outcome.duplicates)
                lost.append(outcome.lost)
            }
        }
        func interval(_ values: [Int]) -> Interval {
            Interval(
                median: Double(values.first ?? 0), low: Double(values.min() ?? 0), high: Double(values.max() ?? 0))
        }
        return (priced?.crash.point.description ?? "-", interval(duplicates), interval(lost))
    }

    private static func assumptions(_ setting: BenchSetting, _ load: PlannedLoad, _ bench: BenchResult) -> [String] {
        [
            "cores: the measured processor seconds for a record stay what they are at this rate, record size and number of "
                + "partitions; measured with \(setting.partitions) partitions on \(bench.host.system), "
                + "\(bench.host.cores) cores; from the lowest to the highest round",
            "of one worker: the rate as a part of what one worker was measured to take; above 1 it needs as many more",
            "Kafka keeps rate x bytes x retention, once for each of its replicas; receivers and direct strategies alike",
            "the log holds the blocks of \(Int(liveBatches)) batches of \(setting.batchIntervalMilliseconds) ms and the "
                + "64 MiB segment in use, with \(setting.logReplicas == 1 ? "1 copy" : "\(setting.logReplicas) copies"); "
                + "after an outage it holds the backlog as well",
            "a crash: blocks of \(setting.blockIntervalMilliseconds) ms, batches of \(setting.batchIntervalMilliseconds) "
                + "ms; by the closed forms at the priced point, and from the cheapest crash point to the dearest",
            "losses and duplicates are those of a process that is killed and started again, not of a lost machine",
        ]
    }
}
