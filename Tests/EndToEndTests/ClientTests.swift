// `--client native`: what comes out is what comes out with librdkafka, and what the client lacks is refused.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct ClientTests {
        private struct Scenario: Decodable {
            struct Host: Decodable { var client: String? }
            var verdict: String
            var host: Host
        }

        private struct Matrix: Decodable {
            struct Totals: Decodable {
                var cells: Int
                var crashesFired: Int
                var agreeing: Int
                var worldsCompared: Int
                var worldsAgreeing: Int
            }
            var client: String?
            var totals: Totals
        }

        private struct Bench: Decodable {
            struct Row: Decodable {
                var strategy: String
                var client: String?
                var duplicates: Int
                var lost: Int
                var walBytesPerIngestedByte: Double
            }
            var rows: [Row]
            var host: Scenario.Host
        }

        @Test func theFlagshipHoldsWithEitherClient() async throws {
            let folder = try Folder()
            for client in ["librdkafka", "native"] {
                let outcome = try await Kbench.run(
                    ["scenario", "crash-before-commit", "--client", client, "--format", "json"], in: folder)
                #expect(outcome.status == .exited(0), "\(outcome)")
                let result = try JSONDecoder().decode(Scenario.self, from: Data(outcome.output.utf8))
                #expect(result.verdict == "pass" && result.host.client == client)
                FlagshipTests.expectPromise(of: try outcome.report(), records: 10_000, recordBytes: 200, note: client)
            }
        }

        @Test(arguments: ["sound", "spark"])
        func everyStrategyAgreesWithItsClosedForms(fidelity: String) async throws {
            let folder = try Folder()
            let points = [
                "receiver.poll.before", "receiver.wal.append.torn", "receiver.offsets.commit.before",
                "batch.offsets.commit.before", "task.read.after", "sink.write.after", "engine.idle.before",
            ]
            let outcome = try await Kbench.run(
                [
                    "matrix", "--client", "native", "--partitions", "3", "--block-records", "10", "--batch-records",
                    "40", "--sink", "append,transactional", "--point", points.joined(separator: ","), "--fidelity",
                    fidelity, "--format", "json",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let result = try JSONDecoder().decode(Matrix.self, from: Data(outcome.output.utf8))
            #expect(result.client == "native")
            #expect(result.totals.cells > 40 && result.totals.crashesFired == result.totals.cells)
            #expect(result.totals.agreeing == result.totals.cells)
            #expect(result.totals.worldsCompared == result.totals.cells)
            #expect(result.totals.worldsAgreeing == result.totals.cells)
        }

        @Test func aLoadOfEverythingComesOutWithTheClientThatAScenarioNames() async throws {
            let folder = try Folder()
            _ = try folder.write(
                """
                name: mixed
                summary: tombstones, keys, headers, and transactions of which some are aborted
                client: native
                records: 3000
                partitions: 3
                load:
                  weights: [5, 0, 2]
                  keys: unique
                  tombstones: 10%
                  record-bytes: {min: 40, max: 400}
                  headers: {source: here}
                  transactions: {records: 50, aborted: 20%}
                block-records: 100
                batch-records: 500
                runs:
                  - strategy: receiver-wal
                    crash: receiver.offsets.commit.before@seeded
                    expect: {counting: {duplicates: any, lost: 0}}
                  - strategy: direct-log-first
                    crash: sink.write.after@seeded
                    expect: {counting: {duplicates: any, lost: 0}}
                """, to: "mixed.yaml")
            let outcome = try await Kbench.run(["scenario", "mixed.yaml", "--format", "json"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let result = try JSONDecoder().decode(Scenario.self, from: Data(outcome.output.utf8))
            #expect(result.verdict == "pass" && result.host.client == "native")
        }

        @Test func aBenchmarkHasRowsOfBothClients() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "bench", "--client", "librdkafka,native", "--strategy", "receiver-wal", "--records", "20000",
                    "--partitions", "4", "--pairs", "1", "--no-latency", "--no-crash", "--topic-compression", "zstd",
                    "--format", "json",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let result = try JSONDecoder().decode(Bench.self, from: Data(outcome.output.utf8))
            #expect(result.rows.map(\.client) == ["librdkafka", "native", "librdkafka", "native"])
            #expect(result.rows.map(\.strategy) == ["raw", "raw", "receiver-wal", "receiver-wal"])
            #expect(result.rows.allSatisfy { $0.duplicates == 0 && $0.lost == 0 })
            #expect(result.host.client == "librdkafka, native")
            // Records one by one take more than they are, batches as they came what the topic takes.
            #expect(result.rows[2].walBytesPerIngestedByte > 1 && result.rows[3].walBytesPerIngestedByte < 0.7)
        }

        static let refusals: [(arguments: [String], cause: String)] = [
            (
                [
                    "--client", "native", "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanism=OAUTHBEARER",
                ], "sasl.mechanism is OAUTHBEARER, and the native client has PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"
            ),
            (
                ["--client", "native", "-X", "security.protocol=SSL", "-X", "ssl.cipher.suites=a"],
                "ssl.cipher.suites is given, and the native client has no such setting"
            ),
            (["--client", "native", "-X", "queued.min.messages=5"], "queued.min.messages is 5, and the native client"),
            (["--client", "nativ"], "--client: there is no 'nativ'"),
            (["--client", "native,librdkafka"], "names 2 clients"),
        ]

        @Test(arguments: refusals)
        func whatTheClientLacksIsRefusedBeforeAnythingRuns(arguments: [String], cause: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", "no-crash"] + arguments, in: folder)
            #expect(outcome.status == .exited(64), "\(outcome)")
            #expect(outcome.errors.contains(cause), "\(outcome.errors)")
            #expect(outcome.errors.contains("librdkafka") || outcome.errors.contains("name one"), "\(outcome.errors)")
        }

        @Test func groupsAreLeftToTheOtherClient() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", "group-rebalance", "--client", "native"], in: folder)
            #expect(outcome.status == .exited(64), "\(outcome)")
            #expect(outcome.errors.contains("the native client joins none"), "\(outcome.errors)")
        }
    }
}
