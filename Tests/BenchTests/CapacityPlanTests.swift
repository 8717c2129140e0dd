// A plan is arithmetic over a benchmark: every figure here is worked out by hand.
import Harness
import Results
import Testing

@testable import Bench

@Suite struct CapacityPlanTests {
    private static func row(_ strategy: String, _ sink: String, walFactor: Double) -> BenchRow {
        let even = Interval(median: 1, low: 1, high: 1)
        return BenchRow(
            setting: "", strategy: strategy, sink: sink, guarantee: "at-least-once", recordsPerSecond: 500_000,
            ratioToRaw: even, ratioToCeiling: 1, cpuSecondsPerMillionRecords: 2,
            cpu: .init(median: 2, low: 1, high: 4), peakResidentBytes: 0, latencyMicroseconds: nil, latencyStages: [:],
            offered: nil, fsyncs: 0, fsyncsPerSecond: 0, writeCalls: 0, bytesWrittenLogical: 0, bytesWrittenPhysical: 0,
            walBytesPerIngestedByte: walFactor, walFactor: .init(median: walFactor, low: walFactor, high: walFactor),
            walBytesPeak: 0, checkpointBytes: 0, walLiveBytes: [], duplicates: 0, lost: 0, corrupted: 0, crash: nil)
    }

    private static func bench(_ rows: [BenchRow], valid: Bool = true) -> BenchResult {
        let ceilings = BenchCeilings(rawRecordsPerSecond: 1, diskBytesPerSecond: 1, zstdBytesPerSecond: 1)
        let setting = BenchSetting(
            name: "", records: 1_000, bytes: 200_000, partitions: 4, cuts: "", openLoopCuts: "", logReplicas: 1,
            zstdLevel: nil, ceilings: ceilings, batchIntervalMilliseconds: 1_000, blockIntervalMilliseconds: 100)
        return BenchResult(
            valid: valid, invalidReason: nil, sweep: nil, ceilings: ceilings, settings: [setting], rows: rows, pairs: 1,
            seed: 1, broker: .init(kind: "embedded", address: ""),
            host: .init(kbench: "", librdkafka: "", system: "", cores: 2, fileSystem: ""), reproduce: "", startedAt: "",
            notes: [])
    }

    private static let load = PlannedLoad(
        recordsPerSecond: 10_000, partitions: 4, retentionSeconds: 86_400, crashesPerDay: 5)

    @Test func diskCoresAndDuplicatesFollowFromTheRate() throws {
        let plan = try CapacityPlan.make(
            Self.load,
            from: Self.bench([
                Self.row("raw", "none", walFactor: 0), Self.row("receiver-wal", "append", walFactor: 2),
                Self.row("direct-log-first", "offset-keyed", walFactor: 0),
            ]), source: "x")
        #expect(plan.recordBytes == 200)
        let bytesPerSecond = 2_000_000.0
        #expect(plan.kafkaBytes == bytesPerSecond * 86_400)
        #expect(plan.rows.map(\.strategy) == ["receiver-wal", "direct-log-first"])
        let log = try #require(plan.rows.first)
        #expect(log.cores == Interval(median: 0.02, low: 0.01, high: 0.04))
        #expect(log.shareOfOneWorker == 0.02)
        // Two batches of a second and the segment in use.
        let batches = 2 * 2 * bytesPerSecond
        #expect(log.logBytesLive.median == batches + 67_108_864)
        #expect(log.logBytesPerDay.median == 2 * bytesPerSecond * 86_400)
        // A block of 100 ms is 1,000 records, logged and not committed: n.
        #expect(log.duplicatesPerDay.median == 5_000)
        #expect(log.duplicatesPerDay.low == 0 && log.duplicatesPerDay.high >= 5_000)
        #expect(log.lostPerDay.high == 0)
        let direct = plan.rows[1]
        #expect(direct.logBytesLive.high == 0)
        #expect(direct.duplicatesPerDay.high == 0, "an offset-keyed sink drops them")
    }

    @Test func anInvalidOrEmptyBenchmarkIsRefused() {
        #expect(throws: Diagnosis.self) {
            try CapacityPlan.make(Self.load, from: Self.bench([], valid: true), source: "x")
        }
        let rows = [Self.row("direct", "append", walFactor: 0)]
        #expect(throws: Diagnosis.self) {
            try CapacityPlan.make(Self.load, from: Self.bench(rows, valid: false), source: "x")
        }
    }
}
