// Results of measurements as small as they can be, for readers of results.
internal import Results

/// Results to change.
enum Samples {
    private static let even = Interval(median: 1, low: 0.9, high: 1.1)

    private static func row(_ strategy: String, _ sink: String) -> BenchRow {
        BenchRow(
            setting: "", strategy: strategy, sink: sink, guarantee: "at-least-once", recordsPerSecond: 500_000,
            ratioToRaw: even, ratioToCeiling: 1, cpuSecondsPerMillionRecords: 2, cpu: even, peakResidentBytes: 1 << 26,
            latencyMicroseconds: .init(p50: 10, p99: 20, p999: 30),
            latencyStages: ["sink": .init(p50: 10, p99: 20, p999: 30)], offered: nil, fsyncs: 3, fsyncsPerSecond: 1.5,
            writeCalls: 4, bytesWrittenLogical: 5, bytesWrittenPhysical: 6, walBytesPerIngestedByte: 1, walFactor: even,
            walBytesPeak: 7, checkpointBytes: 8, walLiveBytes: [.init(milliseconds: 1, bytes: 2)], duplicates: 0,
            lost: 0,
            corrupted: 0,
            crash: .init(
                point: "task.read.before@1", duplicates: 1, lost: 0, expectedDuplicates: 1, expectedLost: 0,
                recoverySeconds: 0.1, derivation: "n"), measuredSeconds: 2)
    }

    static let bench: BenchResult = {
        let ceilings = BenchCeilings(rawRecordsPerSecond: 1e6, diskBytesPerSecond: 1e8, zstdBytesPerSecond: 1e8)
        let setting = BenchSetting(
            name: "", records: 1_000, bytes: 200_000, partitions: 4, cuts: "", openLoopCuts: "", logReplicas: 1,
            zstdLevel: 3, ceilings: ceilings, batchIntervalMilliseconds: 100, blockIntervalMilliseconds: 20)
        return BenchResult(
            valid: true, invalidReason: nil, sweep: nil, ceilings: ceilings, settings: [setting],
            rows: [row("raw", "none"), row("receiver-wal", "append"), row("direct-log-first", "offset-keyed")],
            pairs: 1, seed: 1, broker: .init(kind: "embedded", address: ""),
            host: .init(kbench: "", librdkafka: "", system: "", cores: 2, fileSystem: ""), reproduce: "", startedAt: "",
            notes: [])
    }()

    static let comparison = BuildComparison(
        base: "old", new: "new", command: ["bench"], pairs: 7, bestOf: 3, seed: 1, marginPercent: 2,
        brokenGuarantees: [], differences: ["a: 1, 2 before"],
        metrics: [
            GateMetric(
                name: "counts/fileSyncs", tier: 0, better: .lower, ratio: even, pAdjusted: 0,
                minimumDetectableEffect: 0, margin: 0.02),
            GateMetric(
                name: "rows/a/recordsPerSecond", tier: 1, better: .higher, ratio: even, pAdjusted: 0.004,
                minimumDetectableEffect: 0.01, confirmation: .init(ratio: even, pAdjusted: 0.5), margin: 0.02),
        ])

    static let policy = GatePolicy(
        rules: [.init(metric: "all", tier: 0, marginPercent: 0), .init(metric: "all", tier: 1, marginPercent: 2)],
        inconclusiveIsRed: true)
}
