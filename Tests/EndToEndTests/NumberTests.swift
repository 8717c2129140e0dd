// Numbers from outside, on the command line and in files: each is held against its range before anything is computed.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct NumberTests {
        private static let head = "name: mine\nsummary: A test.\npartitions: 1\nrecord-bytes: 100\n"
        private static let most = "9223372036854775807"

        private static func scenario(_ lines: String, duplicates: String = "0") -> String {
            head + lines + "runs:\n  - strategy: direct\n    crash: batch.submit.before@last\n    expect:\n"
                + "      append: {duplicates: \(duplicates), lost: 0}\n"
        }

        private static let plan = ["plan", "--partitions", "4", "--from", "DIR/bench.json"]

        static let mistakes = [
            ErrorTests.Mistake(
                name: "S3: a sum that overflows", arguments: ["scenario", "check", "DIR/mine.yaml"],
                files: [
                    "mine.yaml": scenario(
                        "records: 10\nblock-records: 1\nbatch-records: 5\n", duplicates: "n + k + \(most) + \(most)")
                ], cause: "DIR/mine.yaml:12: runs[0].expect.append.duplicates: 'n + k + \(most) + \(most)'",
                fix: "at most 1000000000000"),
            ErrorTests.Mistake(
                name: "S3: more blocks than can be worked out", arguments: ["scenario", "check", "DIR/mine.yaml"],
                files: ["mine.yaml": scenario("records: 1000000000\nblock-records: 1\nbatch-records: 1\n")],
                cause: "direct: 1000000000 records are 1000061035 tasks", fix: "raise batch-records"),
            ErrorTests.Mistake(
                name: "S3: an occurrence at the end of the numbers",
                arguments: ["scenario", "crash-before-commit", "--crash", "batch.submit.before@\(most)"],
                cause: "the point is reached", fix: "choose an occurrence from 1"),
            ErrorTests.Mistake(
                name: "S3: a load that no memory holds",
                arguments: ["scenario", "no-crash", "--records", "500000000"],
                cause: "500000000 records of 200 bytes take 112000 MB", fix: "--brokers"),
            ErrorTests.Mistake(
                name: "S3: bench --rate 1e300", arguments: ["bench", "--rate", "1e300"],
                cause: "--rate: 1e+300 is not within 0.001 to 1000000000 records a second", fix: "--rate"),
            ErrorTests.Mistake(
                name: "S3: bench --rate inf", arguments: ["bench", "--rate", "inf"],
                cause: "--rate: inf is not within", fix: "--rate"),
            ErrorTests.Mistake(
                name: "S3: bench --latency-time 99999999999999999s",
                arguments: ["bench", "--latency-time", "99999999999999999s"],
                cause: "--latency-time: 99999999999999999s is not within 100ms to 1h", fix: "--latency-time"),
            ErrorTests.Mistake(
                name: "S3: a rate and a time that make too many records",
                arguments: ["bench", "--rate", "1000000000", "--latency-time", "1m"],
                cause: "--rate x --latency-time: 60000000000 is not within 0 to 1000000000 records", fix: "--rate"),
            ErrorTests.Mistake(
                name: "S3: capacity --from 1e300", arguments: ["capacity", "--from", "1e300"],
                cause: "--from: 1e+300 is not within", fix: "--from"),
            ErrorTests.Mistake(
                name: "S3: capacity --probe-time 9999999999999999s",
                arguments: ["capacity", "--probe-time", "9999999999999999s"],
                cause: "--probe-time: 9999999999999999s is not within 100ms to 1h", fix: "--probe-time"),
            ErrorTests.Mistake(
                name: "N10: capacity --probe-time 0s", arguments: ["capacity", "--probe-time", "0s"],
                cause: "--probe-time: 0s is not within 100ms to 1h", fix: "--probe-time"),
            ErrorTests.Mistake(
                name: "N10: a probe of the length of a few bounds",
                arguments: ["capacity", "--probe-time", "300ms", "--p99", "500"],
                cause: "--probe-time: 300 ms is less than 5 times the bound of --p99, 500 ms", fix: "2500ms"),
            ErrorTests.Mistake(
                name: "S3: plan --rate 1e308",
                arguments: plan + ["--rate", "1e308", "--retention", "1d", "--crashes-per-day", "1"],
                cause: "--rate: 1e+308 is not within", fix: "--rate"),
            ErrorTests.Mistake(
                name: "S3: plan --retention without an end",
                arguments: plan + ["--rate", "1", "--retention", "1e300d", "--crashes-per-day", "1"],
                cause: "--retention: 1e300d is not within 0ms to 36500d", fix: "--retention"),
            ErrorTests.Mistake(
                name: "S3: plan --crashes-per-day nan",
                arguments: plan + ["--rate", "1", "--retention", "1d", "--crashes-per-day", "nan"],
                cause: "--crashes-per-day: nan is not within 0 to 86400", fix: "--crashes-per-day"),
            ErrorTests.Mistake(
                name: "S3: numbers of bench.json at the end of the numbers",
                arguments: plan + ["--rate", "1", "--retention", "1d", "--crashes-per-day", "1"],
                files: ["bench.json": bench(interval: most)],
                cause: "settings[0].blockIntervalMilliseconds: \(most) is not within 1 to 3600000", fix: "bench"),
            ErrorTests.Mistake(
                name: "S3: a rate that fills a batch with more than can be worked out",
                arguments: plan + ["--rate", "1000000000", "--retention", "1d", "--crashes-per-day", "1"],
                files: ["bench.json": bench(interval: "1000")],
                cause: "--rate for 8 batches of 1000 ms: 8000000000 is not within 0 to 1000000000 records",
                fix: "records"),
            ErrorTests.Mistake(
                name: "N11: compare --metric with a direction that there is not",
                arguments: ["compare", "/bin/true", "/bin/true", "--metric", "throughput:up"],
                cause: "--metric: 'throughput:up'", fix: "NAME:higher"),
        ]

        @Test(arguments: mistakes)
        func aNumberOutOfItsRangeIsUsage(_ mistake: ErrorTests.Mistake) async throws {
            let folder = try Folder()
            for (name, text) in mistake.files { try folder.write(text, to: name) }
            let outcome = try await Kbench.run(
                mistake.arguments.map { $0.replacing("DIR", with: folder.path) }, in: folder)
            try ErrorTests.expect(
                outcome, exitCode: mistake.exitCode, cause: mistake.cause.replacing("DIR", with: folder.path),
                fix: mistake.fix, in: folder)
        }

        @Test("S3: a scenario of 10^9 records is checked without a schedule of all its blocks")
        func aLargeScenarioIsChecked() async throws {
            let folder = try Folder()
            try folder.write(
                Self.scenario("records: 1000000000\nblock-records: 10000\nbatch-records: 100000\n"), to: "mine.yaml")
            let outcome = try await Kbench.run(["scenario", "check", "\(folder.path)/mine.yaml"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
        }

        @Test("S3: where memory is limited too much for a run, that is said before it begins")
        func littleMemoryIsRefused() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.runProgram(
                "/bin/sh", ["-c", "ulimit -v 900000; exec \"$0\" scenario no-crash --records 1000", Kbench.path],
                in: folder)
            try ErrorTests.expect(
                outcome, exitCode: 70, cause: "limited to 900000 KiB, and a run takes 1048576 KiB at least",
                fix: "ulimit -v", in: folder)
        }

        /// A benchmark with one row, as small as it can be.
        private static func bench(interval: String) -> String {
            let one = "{\"median\": 1, \"low\": 1, \"high\": 1}"
            let ceilings = "{\"rawRecordsPerSecond\": 1, \"diskBytesPerSecond\": 1, \"zstdBytesPerSecond\": 1}"
            return """
                {"valid": true, "ceilings": \(ceilings), "pairs": 1, "seed": 1, "reproduce": "", "startedAt": "",
                "notes": [], "broker": {"kind": "embedded", "address": ""},
                "host": {"kbench": "", "librdkafka": "", "system": "", "cores": 1, "fileSystem": ""},
                "settings": [{"name": "", "records": 10, "bytes": 100, "partitions": 1, "cuts": "", "openLoopCuts": "",
                "logReplicas": 1, "ceilings": \(ceilings), "batchIntervalMilliseconds": \(interval),
                "blockIntervalMilliseconds": \(interval)}],
                "rows": [{"setting": "", "strategy": "direct", "sink": "append", "guarantee": "", "recordsPerSecond": 1,
                "ratioToRaw": \(one), "ratioToCeiling": 1, "cpuSecondsPerMillionRecords": 1, "cpu": \(one),
                "peakResidentBytes": 1, "latencyStages": {}, "fsyncs": 1, "fsyncsPerSecond": 1, "writeCalls": 1,
                "bytesWrittenLogical": 1, "bytesWrittenPhysical": 1, "walBytesPerIngestedByte": 0, "walFactor": \(one),
                "walBytesPeak": 0, "checkpointBytes": 0, "walLiveBytes": [], "duplicates": 0, "lost": 0,
                "corrupted": 0}]}
                """
        }
    }
}
