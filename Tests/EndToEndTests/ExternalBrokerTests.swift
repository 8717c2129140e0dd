// The same promise with a Kafka that is not ours.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct ExternalBrokerTests {
        private static let environment = ProcessInfo.processInfo.environment
        /// Where `scripts/test` has started an external broker.
        private static let brokers = environment["KBENCH_TEST_BROKERS"]
        /// In continuous integration the test must fail, not hide, when there is no broker.
        private static let mustRun = brokers != nil || environment["CI"] == "true"

        @Test(.enabled(if: mustRun, "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"))
        func theFlagshipHoldsOnAnExternalBrokerAndItsTopicIsRemoved() async throws {
            let brokers = try #require(Self.brokers, "KBENCH_TEST_BROKERS is not set: run scripts/test")
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "scenario", "crash-before-commit", "--brokers", brokers, "-X",
                    "receive.message.max.bytes=1000000000",
                    "--records", "3210", "--partitions", "3", "--seed", "70001", "--format", "json",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.errors == "")
            let report = try outcome.report()
            #expect(report.broker.kind == "external")
            #expect(report.verdict == "pass" && report.valid)
            FlagshipTests.expectPromise(of: report, records: 3_210, recordBytes: 200, note: "external, seed 70001")
            try folder.expectNothingLeftBehind()
            let kcat = try #require(Self.path(of: "kcat"), "kcat is not on the PATH")
            let gone = try await Self.becomesTrue {
                let listing = try await Kbench.runProgram(kcat, ["-L", "-b", brokers], in: folder)
                try #require(listing.output.contains("Metadata for"), "\(listing)")
                return !listing.output.contains("kbench-crash-before-commit-70001")
            }
            #expect(gone, "the run's topic is still there")
        }

        @Test(.enabled(if: mustRun, "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"))
        func wordsTypedIntoAnExternalBrokerAreCounted() async throws {
            let brokers = try #require(Self.brokers, "KBENCH_TEST_BROKERS is not set: run scripts/test")
            let folder = try Folder()
            let outcome = try await Kbench.run(
                ["scenario", "c20-word-count", "--brokers", brokers, "--seed", "70002"], in: folder)
            try JobTests.expectCountsOfSortAndUniq(outcome, in: folder)
            try folder.expectNothingLeftBehind()
        }

        @Test(.enabled(if: mustRun, "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"))
        func aTopicThatSomebodyElseFilledIsMeasuredAndLeftAsItIs() async throws {
            let brokers = try #require(Self.brokers, "KBENCH_TEST_BROKERS is not set: run scripts/test")
            let kcat = try #require(Self.path(of: "kcat"), "kcat is not on the PATH")
            let folder = try Folder()
            let topic = "foreign-\(UUID().uuidString)"
            let path = try folder.write((1...1_500).map { "line \($0)\n" }.joined(), to: "lines")
            let filled = try await Kbench.runProgram(kcat, ["-P", "-b", brokers, "-t", topic, "-l", path], in: folder)
            try #require(filled.status == .exited(0), "\(filled)")
            let outcome = try await Kbench.run(
                [
                    "bench", "--brokers", brokers, "-X", "receive.message.max.bytes=1000000000", "--topic", topic,
                    "--strategy", "receiver-wal,direct-log-first", "--pairs", "1", "--no-latency", "--format", "json",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let result = try JSONDecoder().decode(BenchContract.self, from: Data(outcome.output.utf8))
            #expect(result.rows.map(\.strategy) == ["raw", "receiver-wal", "direct-log-first"])
            #expect(result.rows.allSatisfy { $0.duplicates == 0 && $0.lost == 0 })
            // Blocks of a fiftieth of the load, committed by three: those in flight are read again.
            #expect(result.rows.map { $0.crash.value?.duplicates } == [nil, 90, 0])
            let listing = try await Kbench.runProgram(kcat, ["-L", "-b", brokers], in: folder)
            #expect(listing.output.contains(topic), "the topic is gone")
            try folder.expectNothingLeftBehind()
        }

        private static func path(of program: String) -> String? {
            (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }

        /// A broker may remove a topic a little later than it says so.
        private static func becomesTrue(_ condition: () async throws -> Bool) async throws -> Bool {
            for _ in 0..<100 {
                if try await condition() { return true }
                try await Task.sleep(for: .milliseconds(100))
            }
            return false
        }
    }
}
