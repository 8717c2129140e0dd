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

        @Test(
            "bench begins at a moment of somebody's topic (issue point 6, field case 5.4)",
            .enabled(if: mustRun, "needs the external broker that scripts/test starts (KBENCH_TEST_BROKERS)"))
        func aMomentSaysWhereToBegin() async throws {
            let brokers = try #require(Self.brokers, "KBENCH_TEST_BROKERS is not set: run scripts/test")
            let kcat = try #require(Self.path(of: "kcat"), "kcat is not on the PATH")
            let folder = try Folder()
            let topic = "foreign-\(UUID().uuidString)"
            let path = try folder.write((1...700).map { "line \($0)\n" }.joined(), to: "lines")
            func fill() async throws {
                let filled = try await Kbench.runProgram(
                    kcat, ["-P", "-b", brokers, "-t", topic, "-l", path], in: folder)
                try #require(filled.status == .exited(0), "\(filled)")
            }
            try await fill()
            // Records have the milliseconds of their making: what comes later is of a later one.
            try await Task.sleep(for: .milliseconds(50))
            let moment = Int(Date().timeIntervalSince1970 * 1000)
            try await Task.sleep(for: .milliseconds(50))
            try await fill()
            func bench(_ moment: String) async throws -> Outcome {
                try await Kbench.run(
                    [
                        "bench", "--brokers", brokers, "-X", "receive.message.max.bytes=1000000000", "--topic", topic,
                        "--strategy", "direct-log-first", "--pairs", "1", "--no-latency", "--format", "json",
                        "--start-timestamp", moment,
                    ], in: folder)
            }
            let outcome = try await bench("\(moment)")
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.contains("\"records\" : 700"), "\(outcome)")
            let late = try await bench("2100-01-01T00:00:00Z")
            #expect(late.status == .exited(64))
            #expect(late.errors.contains("no record of \(topic) is of that moment or later"), "\(late)")
            let scenario = """
                name: since
                summary: All records are of after the beginning of 1970.
                records: 800
                partitions: 4
                record-bytes: 40
                start-timestamp: 1970-01-02T00:00:00Z
                block-records: 20
                batch-records: 100
                runs:
                  - strategy: direct
                    crash: sink.write.after@last
                    expect: {append: {duplicates: E, lost: 0}}
                """
            _ = try folder.write(scenario, to: "since.yaml")
            let since = try await Kbench.run(
                ["scenario", "./since.yaml", "--brokers", brokers, "-X", "receive.message.max.bytes=1000000000"],
                in: folder)
            #expect(since.status == .exited(0), "\(since)")
            let embedded = try await Kbench.run(["scenario", "./since.yaml"], in: folder)
            #expect(embedded.status == .exited(0), "\(embedded)")
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
