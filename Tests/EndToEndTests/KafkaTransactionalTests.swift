// The sink that is a topic, through the binary: killed on both sides of each step of a transaction.
import Foundation
import Testing

extension EndToEnd {
    @Suite("Results and offsets in one transaction of Kafka (issue 15)") struct KafkaTransactionalTests {
        private static let environment = ProcessInfo.processInfo.environment
        /// The embedded broker, and the external one where `scripts/test` has started it.
        private static let brokers =
            [[]]
            + (environment["KBENCH_TEST_BROKERS"].map {
                [["--brokers", $0, "-X", "receive.message.max.bytes=1000000000"]]
            } ?? [])

        /// Where the second task of the second batch stands, and how many of its 100 records the topic has by then that
        /// are never committed.
        private static let steps = [
            ("sink.begin.before", 0), ("sink.begin.after", 0), ("sink.write.before", 0), ("sink.write.after", 100),
            ("sink.offsets.before", 100), ("sink.offsets.after", 100), ("sink.commit.before", 100),
            ("sink.commit.after", 0),
        ]

        private static func scenario(_ strategy: String) -> String {
            """
            name: steps
            summary: Each step of a transaction.
            records: 2_000
            partitions: 4
            record-bytes: 100
            block-records: 100
            batch-records: 400
            runs:

            """
                + steps.map {
                    """
                      - strategy: \(strategy)
                        crash: \($0.0)@6
                        expect: {kafka-transactional: {duplicates: 0, lost: 0}}

                    """
                }.joined()
        }

        @Test(
            "a reader of committed records sees each once, whenever the writer dies",
            arguments: ["direct-transactional", "direct-log-first", "direct-commit", "receiver-wal"], brokers)
        func everyStep(strategy: String, brokers: [String]) async throws {
            let folder = try Folder()
            try folder.write(Self.scenario(strategy), to: "steps.yaml")
            let outcome = try await Kbench.run(["scenario", "./steps.yaml", "--format", "json"] + brokers, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
            #expect(report.verdict == "pass" && report.runs.count == Self.steps.count)
            for (run, step) in zip(report.runs, Self.steps) {
                #expect(run.delivered == 2_000 && run.duplicates == 0 && run.lost == 0, "\(step)")
                #expect(run.uncommitted == step.1, "\(step)")
                // The next life has ended what this one left open.
                #expect(run.hiddenSeconds == 0, "\(step)")
            }
            try folder.expectNothingLeftBehind()
        }

        private struct Report: Decodable {
            var verdict: String
            var runs: [Run]

            struct Run: Decodable {
                var delivered: Int
                var duplicates: Int
                var lost: Int
                var uncommitted: Int
                var hiddenSeconds: Double
            }
        }
    }
}
