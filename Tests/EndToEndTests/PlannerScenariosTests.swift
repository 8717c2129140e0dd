// The scenarios about backlog, ranges and tasks: what they count is exact, what they time is only reported.
import Foundation
import Scenarios
import Testing

extension EndToEnd {
    @Suite struct PlannerScenariosTests {
        private struct Result: Decodable {
            var experiment: Experiment
            var claim: Claim

            struct Experiment: Decodable {
                var evidence: [String: Double]
            }

            struct Claim: Decodable {
                var id: String
                var verdict: String
            }
        }

        private func run(_ name: String, in folder: Folder) async throws -> Result {
            let outcome = try await Kbench.run(["scenario", name, "--format", "json"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            try folder.expectNothingLeftBehind()
            return try JSONDecoder().decode(Result.self, from: Data(outcome.output.utf8))
        }

        @Test func directReadsExactlyWhatItPlanned() async throws {
            let result = try await run("c8-exact-ranges", in: try Folder())
            #expect(result.claim.id == "C8" && result.claim.verdict == "holds")
            for strategy in ["direct", "direct-log-first", "direct-commit"] {
                #expect(result.experiment.evidence["\(strategy): planned"] == 10_000)
                #expect(result.experiment.evidence["\(strategy): read"] == 10_000)
                #expect(result.experiment.evidence["\(strategy) after a kill: read, not planned"] == 0)
            }
        }

        @Test func tasksFollowPartitionsForDirectAndBlocksForAReceiver() async throws {
            let result = try await run("c9-one-to-one", in: try Folder())
            #expect(result.claim.id == "C9" && result.claim.verdict == "holds")
            let evidence = result.experiment.evidence
            #expect(evidence["direct, 4 partitions: tasks per batch at most"] == 4)
            #expect(evidence["direct, 8 partitions: tasks per batch at most"] == 8)
            #expect(evidence["receiver-wal, 4 partitions: tasks per batch at most"] == 10)
            #expect(evidence["receiver-wal, 8 partitions: tasks per batch at most"] == 10)
        }

        @Test func aSplitMovesNothingAndAShuffleEverything() async throws {
            let result = try await run("c11-split-or-shuffle", in: try Folder())
            #expect(result.claim.id == "C11")
            let evidence = result.experiment.evidence
            #expect(evidence["one to one: tasks per batch at most"] == 2)
            #expect(evidence["split ranges: tasks per batch at most"] == 8)
            #expect(evidence["split ranges: bytes moved"] == 0)
            #expect(evidence["shuffle: tasks per batch at most"] == 10)
            #expect(evidence["shuffle: bytes moved"].map { $0 >= 16_000 * 500 } == true)
        }

        @Test func aBacklogIsOneBatchUnlessSomethingLimitsIt() async throws {
            let folder = try Folder()
            let result = try await run("c7-backlog-after-an-outage", in: folder)
            #expect(result.claim.id == "C7")
            let evidence = result.experiment.evidence
            #expect(evidence["no limit: largest batch"] == 19_800)
            #expect(evidence["PID backpressure alone: largest batch"] == 19_800)
            #expect(evidence["maximum rate per partition: largest batch"] == 2_000)
            #expect(evidence["receiver, bounded buffer: buffered records at most"].map { $0 <= 2_000 } == true)
            for name in evidence.keys where name.hasSuffix(": duplicates") || name.hasSuffix(": lost") {
                #expect(evidence[name] == 0, "\(name)")
            }
            let file = try #require(try folder.contents().first { $0.hasSuffix("/batches.csv") })
            let lines = try String(contentsOfFile: "\(folder.path)/\(file)", encoding: .utf8).split(separator: "\r\n")
            #expect(lines.first?.hasPrefix("variant,batch,planned_records") == true)
            #expect(lines.count { $0.hasPrefix("maximum rate per partition,") } == 10)
        }
    }
}
