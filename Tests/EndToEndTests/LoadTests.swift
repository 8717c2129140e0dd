// Loads of another shape through the binary: what a scenario's file says is what the broker holds and the verdict counts.
import Foundation
import Testing

extension EndToEnd {
    @Suite("Loads of another shape (issue point 5)") struct LoadTests {
        private static let environment = ProcessInfo.processInfo.environment
        /// The embedded broker, and the external one where `scripts/test` has started it.
        private static let brokers =
            [[]]
            + (environment["KBENCH_TEST_BROKERS"].map {
                [["--brokers", $0, "-X", "receive.message.max.bytes=1000000000"]]
            } ?? [])

        private static func scenario(partitions: Int, load: String, more: String = "", bytes: String = "") -> String {
            """
            name: shaped
            summary: A load of another shape.
            records: 1_600
            partitions: \(partitions)
            \(bytes)
            block-records: 40
            batch-records: 200
            \(more)
            load:
            \(load.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            runs:
              - strategy: raw
              - strategy: receiver-wal
                crash: receiver.offsets.commit.before@9
                expect:
                  append: {duplicates: n + E, lost: 0}
                  transactional: {duplicates: 0, lost: 0}
                  counting: {duplicates: n + E, lost: 0}
              - strategy: direct
                crash: sink.write.after@last
                expect:
                  append: {duplicates: E, lost: 0}
                  offset-keyed: {duplicates: 0, lost: 0}
              - strategy: direct-commit
                crash: sink.write.after@3
                expect:
                  batch-keyed: {duplicates: E, lost: 0}
            """
        }

        /// Runs a scenario; every run has to be as its closed form says.
        private static func expectPass(
            _ text: String, records: Int, _ options: [String] = [], in folder: Folder
        ) async throws {
            _ = try folder.write(text, to: "shaped.yaml")
            let outcome = try await Kbench.run(
                ["scenario", "./shaped.yaml", "--format", "json"] + options, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let report = try outcome.report()
            #expect(report.verdict == "pass" && report.valid)
            #expect(report.runs.allSatisfy { $0.produced == records || $0.strategy == "raw" }, "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: [
            ("99 % in one of 8 partitions", 8, "weights: [693, 1, 1, 1, 1, 1, 1, 1]", "record-bytes: 50"),
            ("2 empty of 5", 5, "weights: [1, 0, 2, 0, 1]", "record-bytes: 50"),
            (
                "sizes, keys and tombstones", 3,
                "keys: unique\ntombstones: 10%\nrecord-bytes: {min: 10, max: 2_000}\nheaders: {source: shop}", ""
            ),
            (
                "a histogram and hot keys", 3,
                "keys: {skewed: {count: 9, share: 50%}}\nrecord-bytes: [{bytes: 40, weight: 9}, {bytes: 900, weight: 1}]",
                ""
            ),
        ])
        func realIsAsTheClosedFormSays(shape: String, partitions: Int, load: String, bytes: String) async throws {
            let folder = try Folder()
            try await Self.expectPass(
                Self.scenario(partitions: partitions, load: load, bytes: bytes), records: 1_600, in: folder)
        }

        @Test("values are the lines of a file, and records arrive while the engine is down")
        func lines() async throws {
            let folder = try Folder()
            _ = try folder.write((1...7).map { "line \($0)\n" }.joined(), to: "lines.txt")
            let text = Self.scenario(
                partitions: 4, load: "values-from: lines.txt\nweights: [3, 1, 0, 1]", more: "arrivals: 300")
            _ = try folder.write(text, to: "shaped.yaml")
            let outcome = try await Kbench.run(["scenario", "./shaped.yaml", "--format", "json"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let report = try outcome.report()
            #expect(report.runs.filter { $0.strategy != "raw" }.allSatisfy { $0.produced == 1_900 })
        }

        @Test("records arrive at a rate while the engine runs")
        func rate() async throws {
            let folder = try Folder()
            try await Self.expectPass(
                Self.scenario(partitions: 4, load: "rate: 2_000\nweights: [3, 1, 0, 1]", bytes: "record-bytes: 50"),
                records: 1_600, in: folder)
        }

        @Test(
            "30 % of the transactions are aborted, and nobody delivers their records (field cases N1, N3)",
            arguments: [
                ("transactions: {records: 20, aborted: 30%}", "record-bytes: 50", 1_600),
                (
                    "transactions: {records: 20, aborted: 30%}\nweights: [5, 0, 1, 2]\nkeys: unique\ntombstones: 20%",
                    "record-bytes: 50\narrivals: 130", 1_730
                ),
            ], brokers)
        func transactions(load: (String, String, Int), brokers: [String]) async throws {
            let (load, bytes, records) = load
            let folder = try Folder()
            try await Self.expectPass(
                Self.scenario(partitions: 4, load: load, bytes: bytes), records: records, brokers,
                in: folder)
        }

        @Test(
            "a matrix over shaped loads is as its closed forms say, in both worlds",
            arguments: [
                "load: {weights: [9, 0, 1, 0]}",
                "load: {keys: unique, tombstones: 20%, record-bytes: {min: 10, max: 500}}",
                "load: {transactions: {records: 7, aborted: 30%}, weights: [5, 1, 1, 2]}",
            ])
        func matrix(load: String) async throws {
            let folder = try Folder()
            _ = try folder.write(load, to: "load.yaml")
            let outcome = try await Kbench.run(
                [
                    "matrix", "--load", "load.yaml", "--block-records", "20", "--batch-records", "100", "--point",
                    "sink.write.after,receiver.offsets.commit.before,batch.plan.after", "--sink", "append,offset-keyed",
                    "--strategy", "receiver-wal,direct,direct-commit",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.hasPrefix("PASS matrix"))
        }
    }
}
