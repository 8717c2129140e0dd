// A plan is arithmetic over a benchmark: every figure here is worked out by hand.
import Foundation
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

    @Test func costsFollowFromTheSameFigures() throws {
        var row = Self.row("receiver-wal", "append", walFactor: 2)
        row.crash = .init(
            point: "", duplicates: 0, lost: 0, expectedDuplicates: 0, expectedLost: 0, recoverySeconds: 0.5,
            derivation: "")
        var other = Self.row("direct", "append", walFactor: 0)
        other.crash = row.crash
        other.crash?.recoverySeconds = 2
        let plan = try CapacityPlan.make(Self.load, from: Self.bench([row, other]), source: "x")
        let log = try #require(plan.rows.first)
        let costs = try #require(log.costs)
        #expect(costs.interval(\.cores) == log.cores && costs.interval(\.duplicatesPerDay) == log.duplicatesPerDay)
        #expect(
            costs.interval(\.logBytes) == log.logBytesLive && costs.interval(\.logBytesPerDay) == log.logBytesPerDay)
        #expect(costs.median.kafkaBytes == plan.kafkaBytes * PriceSheet.example.replicas)
        #expect(log.basis?.median.restartSeconds == 0.5 && log.basis?.high.restartSeconds == 2)
        #expect(plan.pipelines == nil && costs.median.money != nil)
        // Without crashes it is known all the same what one would do.
        var calm = Self.load
        calm.crashesPerDay = 0
        let none = try CapacityPlan.make(calm, from: Self.bench([row]), source: "x").rows[0]
        #expect(none.costs?.high.duplicatesPerDay == 0 && none.basis?.median == log.basis?.median)
    }

    @Test func pipelinesOfALeagueStandBesideIt() throws {
        var entry = LeagueResult.Entry("theirs", file: "f", claimed: "at-least-once", outcome: .pass, reason: "")
        entry.observed = "at-least-once"
        entry.recoverySeconds = 1.5
        for duplicates in [0, 40, 100] {
            var run = JudgeResult.Run(point: "p", occurrence: 1, reproduce: "")
            run.duplicates = duplicates
            entry.kills.append(try Self.kill(run))
        }
        let skipped = LeagueResult.Entry(
            "absent", file: "f", claimed: "none", outcome: .skipped, reason: "not installed")
        let league = LeagueResult(
            broker: .init(kind: "embedded", address: ""),
            host: .init(kbench: "", librdkafka: "", system: "", cores: 2, fileSystem: ""), startedAt: "", reproduce: "",
            pipelines: [entry, skipped])
        let plan = try CapacityPlan.make(
            Self.load, from: Self.bench([Self.row("direct", "append", walFactor: 0)]), source: "x", league: league)
        let theirs = try #require(plan.pipelines?.first)
        #expect(plan.pipelines?.count == 1 && theirs.name == "theirs")
        #expect(theirs.costs.interval(\.duplicatesPerDay) == Interval(median: 200, low: 0, high: 500))
        #expect(theirs.costs.median.recoverySeconds == 1.5 && theirs.costs.median.money == nil)
    }

    private static func kill(_ run: JudgeResult.Run) throws -> LeagueResult.Kill {
        let json = """
            {"point": "p", "occurrence": 1, "duplicates": \(run.duplicates), "lost": 0,
            "expected": {"duplicates": null, "lost": null}}
            """
        return try JSONDecoder().decode(LeagueResult.Kill.self, from: Data(json.utf8))
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func theExampleOfAPriceSheetHasThePricesThatHoldWithoutOne() throws {
        let shipped = try PriceSheetFile.read(Self.root.appendingPathComponent("docs/prices.yaml").path)
        #expect(shipped == .example)
        let own = try PriceSheetFile.parse("currency: USD\ncore-hour: 0.5\nbusy-percent: 25\n", file: "p.yaml")
        #expect(own.currency == "USD" && own.coreHour == 0.5 && own.busyShare == 0.25)
        #expect(own.diskGigabyteMonth == PriceSheet.example.diskGigabyteMonth)
    }

    @Test(
        "a price sheet is checked: the key, the value and the fix are named",
        arguments: [
            ("core-hours: 1", "p.yaml:1", "core-hours"), ("core-hour: -1", "p.yaml:1", "'-1' is no number"),
            ("replicas: 0", "p.yaml:1", "from 1 to 10"), ("currency: a very long name", "p.yaml:1", "currency"),
            ("core-hour: nan", "p.yaml:1", "'nan'"), ("core-hour: [1]", "p.yaml:1", "core-hour"),
        ])
    func refused(text: String, place: String, words: String) {
        let error = #expect(throws: ScenarioError.self) { try PriceSheetFile.parse(text, file: "p.yaml") }
        let said = error.map { "\($0.cause) \($0.fix)" } ?? ""
        #expect(said.contains(place) && said.contains(words), "\(said)")
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
