// A tiny benchmark of the built binary: every key that other tools rely on, and what a run must not leave behind.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite struct BenchTests {
        private static let tiny = [
            "bench", "--records", "20000", "--pairs", "1", "--latency-time", "300ms", "--rate", "5000", "--seed", "7",
        ]

        @Test func aTinyBenchmarkHasEveryKeyAndLosesNothing() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                Self.tiny + [
                    "--strategy", "receiver-wal,direct-log-first", "--sink", "counting,offset-keyed", "--out", "kept",
                    "--format", "json",
                ], in: folder)
            // A machine that is busy elsewhere may not let the generator keep its schedule, which the run then says.
            let isBusy = outcome.status == .exited(5) && outcome.output.contains("the generator fell behind")
            #expect(outcome.status == .exited(0) || isBusy, "\(outcome)")
            let result = try JSONDecoder().decode(BenchContract.self, from: Data(outcome.output.utf8))
            #expect(result.ceilings.rawRecordsPerSecond > 0)
            #expect(result.ceilings.diskBytesPerSecond > 0)
            #expect(result.ceilings.zstdBytesPerSecond > 0)
            #expect(
                result.rows.map { "\($0.strategy) \($0.sink)" } == [
                    "raw none", "receiver-wal counting", "receiver-wal offset-keyed", "direct-log-first counting",
                    "direct-log-first offset-keyed",
                ])
            for row in result.rows {
                #expect(row.duplicates == 0 && row.lost == 0, "\(row.strategy) / \(row.sink)")
                #expect(row.recordsPerSecond > 0 && row.ratioToCeiling > 0)
                #expect(row.ratioToRaw.low <= row.ratioToRaw.median && row.ratioToRaw.median <= row.ratioToRaw.high)
                // N9: a rate is of a time, and a time that says nothing is called too short.
                #expect((row.recordsPerSecond * row.measuredSeconds - 20_000).magnitude < 1)
                #expect(row.tooShort == (row.measuredSeconds < 0.2))
                #expect(row.cpuSecondsPerMillionRecords > 0 && row.peakResidentBytes > 1 << 20)
                if !isBusy {
                    let latency = try #require(row.latencyMicroseconds.value, "\(row.strategy) / \(row.sink)")
                    #expect(latency.p50 > 0 && latency.p50 <= latency.p99 && latency.p99 <= latency.p999)
                }
                // 2 % are the frames of 50 blocks, their events, and the runs of 32 partitions in each block.
                let factor = row.strategy == "receiver-wal" ? 1.0...1.1 : 0...0
                #expect(factor.contains(row.walBytesPerIngestedByte), "\(row.walBytesPerIngestedByte)")
                #expect((row.walBytesPeak > 0) == (row.strategy == "receiver-wal"))
                if row.strategy == "receiver-wal" {
                    // 17 groups of three blocks: a sync of each and of its events, and those of its batch.
                    #expect(row.fsyncs >= 100 && row.writeCalls >= 100 && row.bytesWrittenLogical > 4_000_000)
                }
            }
            // The group of three blocks in flight is read again; an offset-keyed sink stores it once.
            #expect(result.rows.map { $0.crash.value?.duplicates } == [nil, 1200, 0, 0, 0])
            #expect(result.rows.allSatisfy { ($0.crash.value?.lost ?? 0) == 0 })
            for name in ["bench.csv", "bench.md", "bench.json"] {
                #expect(try folder.contents().contains("kept/\(name)"))
            }
            try folder.expectNothingLeftBehind()
            let plan = try await Kbench.run(
                [
                    "plan", "--rate", "1000", "--partitions", "4", "--retention", "1d", "--crashes-per-day", "1",
                    "--from",
                    "kept/bench.json",
                ], in: folder)
            #expect(isBusy ? plan.status == .exited(64) : plan.status == .exited(0), "\(plan)")
        }

        @Test func recordsTooSmallForAnythingAreCountedByTheirPlaces() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "bench", "--pairs", "1", "--seed", "7", "--no-latency", "--strategy", "direct-log-first", "--sweep",
                    "record-bytes=10,1000", "--partitions", "8", "--records", "2000",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(
                outcome.output.contains("\nrecord-bytes=10    ") && outcome.output.contains("\nrecord-bytes=1000  "))
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: ["librdkafka", "native"])
        func recoveryBringsEveryRecordBackOnce(client: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "bench", "recovery", "--sizes", "1,2", "--pairs", "1", "--record-bytes", "100", "--client", client,
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.contains("PASS bench recovery"))
            try folder.expectNothingLeftBehind()
        }

        @Test func aCapacityLiesInABracket() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "capacity", "--strategy", "direct-log-first", "--from", "100", "--p99", "0.001", "--probe-time",
                    "300ms",
                    "--partitions", "2", "--format", "json",
                ], in: folder)
            // No record is in a sink within a microsecond, so nothing is sustained, and that is an answer too.
            #expect(outcome.status == .exited(5), "\(outcome)")
            #expect(outcome.errors.contains("direct-log-first / counting: 100 records/s"), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        @Test func controlCLeavesNothing() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                ["bench", "--strategy", "receiver-wal", "--block-records", "10", "--records", "100000", "--quiet"],
                in: folder, ownGroup: true
            ) { child in
                let found = try await eventually { try folder.workers().isEmpty ? nil : true }
                try #require(found != nil, "no worker was ever seen")
                try child.send(signal: .interrupt, toProcessGroup: true)
            }
            #expect(outcome.status == .exited(130), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        static let mistakes: [(arguments: [String], cause: String, fix: String)] = [
            (["bench", "--strategy", "nonsense"], "--strategy: there is no 'nonsense'", "receiver-wal"),
            (["bench", "--sink", "kafka"], "--sink: there is no 'kafka'", "append"),
            (["bench", "--record-bytes", "9"], "--record-bytes: 9 is not within", "10 to 1000000"),
            (["bench", "--pairs", "0"], "--pairs: 0 is not within", "--pairs"),
            (["bench", "--replicas", "4"], "--replicas: 4 is not within", "1 to 3"),
            (["bench", "--rate", "0"], "--rate: 0 is not within", "records a second"),
            (["bench", "--latency-time", "soon"], "--latency-time: 'soon' is no time", "90s"),
            (["bench", "--sweep", "colour=1"], "--sweep: 'colour=1'", "record-bytes"),
            (["bench", "--sweep", "replicas=1,9"], "--sweep replicas: '9' is not within", "1 to 3"),
            (["bench", "--topic", "orders"], "--topic orders: there is no broker", "--brokers"),
            (["bench", "--record-bytes", "10", "--sink", "append"], "--sink append", "--sink counting"),
            (
                ["bench", "--records", "100000000", "--record-bytes", "1000000"], "which keeps them in memory",
                "--brokers"
            ),
            (["bench", "recovery", "--sizes", "0"], "--sizes: '0' is not within", "million bytes"),
            (["capacity", "--p99", "0"], "--p99: 0 is not within", "milliseconds"),
            (
                ["plan", "--rate", "1", "--partitions", "1", "--retention", "1h", "--crashes-per-day", "1"],
                "results/bench/bench.json: No such file or directory", "kbench bench --out DIR"
            ),
            (
                ["plan", "--rate", "1", "--partitions", "1", "--retention", "1x", "--crashes-per-day", "1"],
                "--retention: '1x' is no time", "90s"
            ),
        ]

        @Test(arguments: mistakes)
        func aMistakeNamesOptionValueAndFix(arguments: [String], cause: String, fix: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(arguments, in: folder)
            #expect(outcome.status == .exited(64), "\(outcome)")
            #expect(outcome.output == "")
            #expect(outcome.errorLines.count == 2, "\(outcome)")
            #expect(outcome.errors.hasPrefix("kbench: ") && outcome.errors.contains(cause), "\(outcome)")
            #expect(outcome.errorLines.last?.hasPrefix("fix: ") == true, "\(outcome)")
            #expect(outcome.errorLines.last?.contains(fix) == true, "\(outcome)")
            try folder.expectNothingLeftBehind()
        }
    }
}

/// The part of `kbench bench --format json` that other tools rely on, with its types.
struct BenchContract: Decodable, Sendable {
    var ceilings: Ceilings
    var rows: [Row]

    struct Ceilings: Decodable, Sendable {
        var rawRecordsPerSecond: Double
        var diskBytesPerSecond: Double
        var zstdBytesPerSecond: Double
    }

    struct Row: Decodable, Sendable {
        var strategy: String
        var sink: String
        var recordsPerSecond: Double
        var ratioToRaw: Ratio
        var ratioToCeiling: Double
        var cpuSecondsPerMillionRecords: Double
        var peakResidentBytes: Int
        var latencyMicroseconds: ReportContract.Nullable<Latency>
        var fsyncs: Int
        var writeCalls: Int
        var bytesWrittenLogical: Int
        var bytesWrittenPhysical: Int
        var walBytesPerIngestedByte: Double
        var walBytesPeak: Int
        var duplicates: Int
        var lost: Int
        var crash: ReportContract.Nullable<Crash>
        var measuredSeconds: Double
        var tooShort: Bool
    }

    struct Ratio: Decodable, Sendable {
        var median: Double
        var low: Double
        var high: Double
    }

    struct Latency: Decodable, Sendable {
        var p50: Int
        var p99: Int
        var p999: Int
    }

    struct Crash: Decodable, Sendable {
        var duplicates: Int
        var lost: Int
    }
}
