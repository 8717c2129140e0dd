// Benchmarks, capacities, plans and recoveries to render.
import Results

enum SampleBench {
    private static func interval(_ median: Double) -> Interval {
        Interval(median: median, low: median * 0.97, high: median * 1.02)
    }

    private static let ceilings = BenchCeilings(
        rawRecordsPerSecond: 2_000_000, diskBytesPerSecond: 400_000_000, zstdBytesPerSecond: 250_000_000)

    static func row(
        _ strategy: String, _ sink: String, rate: Double, walFactor: Double = 0, duplicates: Int = 0,
        crash: BenchRow.CrashPrice? = nil, isTimed: Bool = true, measured: Double = 0.42
    ) -> BenchRow {
        BenchRow(
            setting: "", strategy: strategy, sink: sink, guarantee: strategy == "raw" ? "none" : "at-least-once",
            recordsPerSecond: rate, ratioToRaw: interval(rate / 2_000_000), ratioToCeiling: rate / 2_000_000,
            cpuSecondsPerMillionRecords: 0.875, cpu: interval(0.875), peakResidentBytes: 94_371_840,
            latencyMicroseconds: isTimed ? .init(p50: 51_200, p99: 110_100, p999: 130_000) : nil,
            latencyStages: isTimed ? ["sink": .init(p50: 51_200, p99: 110_100, p999: 130_000)] : [:],
            offered: isTimed
                ? .init(
                    recordsPerSecond: 250_000, shareOfMeasuredRate: 0.5, records: 500_000, generatorLatenessP99: 900,
                    generatorLatenessMax: 4_200, walBytesPeak: 0) : nil,
            fsyncs: 160, fsyncsPerSecond: 320, writeCalls: 210, bytesWrittenLogical: 101_000_000,
            bytesWrittenPhysical: 103_000_000, walBytesPerIngestedByte: walFactor, walFactor: interval(walFactor),
            walBytesPeak: walFactor > 0 ? 67_108_864 : 0, checkpointBytes: 4_096,
            walLiveBytes: walFactor > 0
                ? [.init(milliseconds: 0, bytes: 0), .init(milliseconds: 20, bytes: 65_536)] : [],
            duplicates: duplicates, lost: 0, corrupted: 0, crash: crash, measuredSeconds: measured)
    }

    /// A latency up to the last record.
    static let spectrum = LatencySpectrum(max: 340_000) { UInt64(40_000 + 100 * $0) }

    /// A plan with what it costs, beside a pipeline that nobody timed.
    static let costs: PlanResult = {
        var plan = SampleBench.plan
        let inputs = CostInputs(
            recordsPerSecond: plan.recordsPerSecond, recordBytes: plan.recordBytes, batchSeconds: 0.1,
            retentionSeconds: plan.retentionSeconds, crashesPerDay: plan.crashesPerDay, prices: .example)
        func basis(_ factor: Double) -> CostBasis {
            var basis = CostBasis()
            basis.cpuSecondsPerMillion = 5 * factor
            basis.workerRecordsPerSecond = 1_250_000
            basis.logFactor = 1.01
            basis.segmentBytes = 67_108_864
            basis.duplicateBatches = 0.2 * factor
            basis.restartSeconds = 0.1 * factor
            basis.readBytesPerSecond = 4e8
            return basis
        }
        let known = CostRange(median: basis(1), low: basis(0.8), high: basis(1.5))
        (plan.rows[0].basis, plan.rows[0].costs) = (known, known.figures(inputs))
        var other = CostBasis()
        other.duplicateRecords = 100
        other.restartSeconds = 0.75
        plan.inputs = inputs
        plan.pipelines = [
            PlanPipeline(
                name: "theirs </script>", guarantee: "at-least-once",
                basis: .init(median: other, low: CostBasis(), high: other), for: inputs)
        ]
        return plan
    }()

    private static func crash(_ duplicates: Int) -> BenchRow.CrashPrice {
        .init(
            point: "receiver.offsets.commit.before@25", duplicates: duplicates, lost: 0, expectedDuplicates: 10_000,
            expectedLost: 0, recoverySeconds: 0.085,
            derivation: "duplicates = n + E = 10000 + 0, lost = 0, row R1")
    }

    static let passing = result([
        row("raw", "none", rate: 2_000_000, isTimed: false),
        row("receiver-wal", "counting", rate: 1_200_000, walFactor: 1.01, crash: crash(10_000)),
    ])

    /// A duplicate without a crash, and a crash that did something else than it must.
    static let failing = result([
        row("raw", "none", rate: 2_000_000, isTimed: false),
        row(
            "receiver-wal", "counting", rate: 1_200_000, walFactor: 1.01, duplicates: 2, crash: crash(9_999),
            measured: 0.004),
    ])

    private static func result(_ rows: [BenchRow]) -> BenchResult {
        BenchResult(
            valid: true, invalidReason: nil, sweep: nil, ceilings: ceilings,
            settings: [
                .init(
                    name: "", records: 500_000, bytes: 100_000_000, partitions: 32,
                    cuts: "blocks of 10000 and batches of 100000 records",
                    openLoopCuts: "blocks every 20 ms and batches every 100 ms", logReplicas: 2, zstdLevel: 3,
                    ceilings: ceilings, batchIntervalMilliseconds: 100, blockIntervalMilliseconds: 20)
            ], rows: rows, pairs: 7, seed: 42, broker: .init(kind: "embedded", address: "127.0.0.1:9092"),
            host: .init(
                kbench: "0.1.0", librdkafka: "2.0.2", system: "Linux 6.1.0 x86_64", cores: 2, fileSystem: "ext4"),
            reproduce: "kbench bench --seed 42", startedAt: "2026-11-22T15:30:00Z",
            notes: ["what a reader must know"])
    }

    static let capacity: CapacityResult = {
        var sustained = CapacityProbe(recordsPerSecond: 100_000)
        sustained.p99Microseconds = 120_500
        sustained.lagEarly = 12_000
        sustained.lagLate = 900
        var refused = CapacityProbe(recordsPerSecond: 108_000)
        refused.p99Microseconds = 812_000
        refused.limit = .lag
        var row = CapacityRow(strategy: "direct-log-first", sink: "counting")
        row.probes = [sustained, refused]
        row.sustainedRecordsPerSecond = 100_000
        row.refusedRecordsPerSecond = 108_000
        row.limitedBy = .lag
        return CapacityResult(
            rows: [row, CapacityRow(strategy: "receiver-wal", sink: "counting")], p99BoundMilliseconds: 500,
            recordBytes: 200, partitions: 32, cuts: "blocks every 20 ms and batches every 100 ms", probeSeconds: 3,
            seed: 1, broker: .init(kind: "embedded", address: "127.0.0.1:9092"), reproduce: "kbench capacity --seed 1")
    }()

    static let plan = PlanResult(
        rows: [
            PlanRow(
                strategy: "receiver-wal", sink: "counting", guarantee: "at-least-once",
                cores: .init(median: 0.25, low: 0.2, high: 0.3), shareOfOneWorker: 0.04,
                logBytesLive: .init(median: 71_000_000, low: 71_000_000, high: 71_000_000),
                logBytesPerDay: .init(median: 872_640_000_000, low: 872_640_000_000, high: 881_280_000_000),
                duplicatesPerDay: .init(median: 3_000, low: 0, high: 15_000),
                lostPerDay: .init(median: 0, low: 0, high: 0), crashPoint: "receiver.offsets.commit.before@13")
        ], recordsPerSecond: 50_000, partitions: 100, retentionSeconds: 604_800, crashesPerDay: 3, recordBytes: 200,
        kafkaBytes: 6_048_000_000_000, source: "results/bench/bench.json", assumptions: ["what has to hold"])

    static let recovery: RecoveryResult = {
        var row = RecoveryRow(records: 80_000, partitions: 8)
        row.logBytes = 16_160_000
        row.logCachedBytesPerSecond = interval(1.5e9)
        row.logUncachedBytesPerSecond = interval(0.9e9)
        row.brokerBytesPerSecond = interval(0.3e9)
        row.brokerToCachedLog = interval(0.2)
        row.brokerToUncachedLog = interval(0.333)
        row.openSeconds = 0.012
        row.recoverySeconds = 0.045
        row.drainSeconds = 0.2
        var broken = RecoveryRow(records: 10, partitions: 1)
        broken.invalidReason = "9 of 10 records came back (broker)"
        return RecoveryResult(
            rows: [row, broken], pairs: 7, recordBytes: 200, seed: 1,
            broker: .init(kind: "embedded", address: "127.0.0.1:9092"), reproduce: "kbench bench recovery --seed 1")
    }()
}
