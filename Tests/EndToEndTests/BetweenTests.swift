// What happens at a real broker between two lives, and what the report says of it.
import Foundation
import Testing

extension EndToEnd {
    @Suite("Events between two lives (issue point 7)") struct BetweenTests {
        private static let environment = ProcessInfo.processInfo.environment
        /// The embedded broker, and the external one where `scripts/test` has started it.
        private static let brokers = [nil] + (environment["KBENCH_TEST_BROKERS"].map { [$0] } ?? [])

        /// 4,000 records over 4 partitions; the fifth batch of 400 is about to run when the worker dies, and what the four
        /// before it held is in the sink and committed: the offsets below 400 of each partition.
        private static func scenario(arrivals: Int, onDataLoss: String, runs: [String]) -> String {
            """
            name: events
            summary: Events.
            records: 4_000
            partitions: 4
            record-bytes: 100
            block-records: 50
            batch-records: 400
            arrivals: \(arrivals)
            on-data-loss: \(onDataLoss)
            runs:

            """ + runs.joined()
        }

        private static func run(_ strategy: String, _ between: String, _ expect: String) -> String {
            """
              - strategy: \(strategy)
                crash: batch.submit.before@5
                between: \(between)
                expect: {\(expect)}

            """
        }

        private static func execute(
            _ text: String, brokers: String?, format: String = "text", in folder: Folder
        ) async throws -> Outcome {
            try folder.write(text, to: "events.yaml")
            let arguments = ["scenario", "./events.yaml", "--format", format]
            let address = brokers.map { ["--brokers", $0, "-X", "receive.message.max.bytes=1000000000"] } ?? []
            return try await Kbench.run(arguments + address, in: folder)
        }

        @Test(arguments: brokers)
        func whatIsGoneIsSkippedAloudAndWhatComesAgainIsADuplicate(brokers: String?) async throws {
            let folder = try Folder()
            let text = Self.scenario(
                arrivals: 400, onDataLoss: "skip",
                runs: [
                    // The offsets 400 to 799 of each partition are gone.
                    Self.run("direct-commit", "[{retention: {keep: 200}}]", "append: {duplicates: 0, lost: 1600}"),
                    Self.run(
                        "direct-log-first", "[{delete-records: {partition: 1, before: 700}}]",
                        "append: {duplicates: 0, lost: 300}"),
                    Self.run("direct-commit", "[forget-offsets]", "append: {duplicates: 1600, lost: 0}"),
                    // Whoever finds nothing stored begins where the load began, and is told that this is gone.
                    Self.run(
                        "direct-commit", "[{retention: {keep: 200}}, forget-offsets]",
                        "append: {duplicates: 0, lost: 1600}"),
                ])
            let outcome = try await Self.execute(text, brokers: brokers, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            for line in [
                "direct-commit/append: before its second life retention left the newest 200 offsets of each partition",
                "direct-commit/append skipped 1,600 records that the broker had dropped before they were read; 0 were lost",
                "direct-log-first/append skipped 300 records that the broker had dropped",
                "direct-commit/append: before its second life retention left the newest 200 offsets of each partition, then "
                    + "the group's offsets were forgotten",
            ] { #expect(outcome.sentences.contains("- \(line)"), "\(line)\n\(outcome)") }
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: brokers)
        func partitionsThatAreAddedAreReadToo(brokers: String?) async throws {
            let folder = try Folder()
            let text = Self.scenario(
                arrivals: 400, onDataLoss: "skip",
                runs: [
                    // What it has committed and not output is lost with or without new partitions.
                    Self.run("receiver-reliable", "[{add-partitions: 2}]", "append: {duplicates: 0, lost: 400}"),
                    Self.run(
                        "direct", "[{delete-records: {partition: 0, before: 300}}, {add-partitions: 3}]",
                        "append: {duplicates: 0, lost: 0}, offset-keyed: {duplicates: 0, lost: 0}"),
                ])
            let outcome = try await Self.execute(text, brokers: brokers, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            for line in [
                "receiver-reliable/append: before its second life 2 partitions were added",
                "receiver-reliable/append lost 400 records silently, of which the engine said nothing, as it would have "
                    + "without that",
                "direct/append: before its second life the records of partition 0 before 300 were deleted, then 3 "
                    + "partitions were added",
            ] { #expect(outcome.sentences.contains("- \(line)"), "\(line)\n\(outcome)") }
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: brokers)
        func aTopicMadeAnewIsRefusedOrReadFromAnotherPlaceInSilence(brokers: String?) async throws {
            let folder = try Folder()
            let refusing = Self.scenario(
                arrivals: 400, onDataLoss: "fail",
                runs: [Self.run("direct-log-first", "[topic-anew]", "append: refused, offset-keyed: refused")])
            let refused = try await Self.execute(refusing, brokers: brokers, format: "json", in: folder)
            #expect(refused.status == .exited(0), "\(refused)")
            let report = try JSONDecoder().decode(Report.self, from: Data(refused.output.utf8))
            #expect(report.verdict == "pass" && report.runs.count == 2)
            for run in report.runs {
                #expect(run.events == ["the topic was made anew"] && run.expected.refused)
                #expect(run.refusal?.contains("the topic was made anew or cut short") == true, "\(refused)")
                #expect(run.delivered == 1_600 && run.lostSilently == 0)
            }
            // The new topic is longer than the old positions, which mean other records now; what the group had committed is
            // gone with the old one.
            let silent = Self.scenario(
                arrivals: 4_000, onDataLoss: "fail",
                runs: [
                    Self.run("direct-log-first", "[topic-anew]", "append: {duplicates: 0, lost: 4000}"),
                    Self.run("direct-commit", "[topic-anew]", "append: {duplicates: 0, lost: 2400}"),
                ])
            let outcome = try await Self.execute(silent, brokers: brokers, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            for (strategy, count) in [("direct-log-first", "4,000"), ("direct-commit", "2,400")] {
                #expect(
                    outcome.sentences.contains(
                        "- \(strategy)/append lost \(count) records silently, of which the engine said nothing, after the "
                            + "topic was made anew"), "\(outcome)")
            }
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: brokers)
        func aRefusalThatNobodyExpectedAndAGoingOnInItsPlaceDiffer(brokers: String?) async throws {
            let folder = try Folder()
            let text = Self.scenario(
                arrivals: 0, onDataLoss: "fail",
                runs: [
                    Self.run("direct-commit", "[{retention: {keep: 200}}]", "append: {duplicates: 0, lost: 1600}"),
                    Self.run("direct-commit", "[{retention: {keep: 700}}]", "append: refused"),
                ])
            let outcome = try await Self.execute(text, brokers: brokers, in: folder)
            #expect(outcome.status == .exited(3), "\(outcome)")
            for part in [
                "direct-commit/append differs: it refused to go on, which was not expected: offset 400 of ",
                "direct-commit/append differs: it went on, and a refusal was expected",
            ] { #expect(outcome.sentences.contains("- \(part)"), "\(outcome)") }
            try folder.expectNothingLeftBehind()
        }

        /// The external broker of the tests never gives a dead member up.
        @Test("a group's offsets are moved and forgotten once its dead member is given up")
        func members() async throws {
            let folder = try Folder()
            let text =
                Self.scenario(
                    arrivals: 0, onDataLoss: "skip",
                    runs: [
                        Self.run("receiver-wal", "[{move-offsets: {by: -50}}]", "append: {duplicates: 200, lost: 0}"),
                        Self.run("receiver-wal", "[forget-offsets]", "append: {duplicates: 2000, lost: 0}"),
                    ]) + "membership: group\n"
            let outcome = try await Self.execute(text, brokers: nil, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        /// The part of a result that says what happened between two lives.
        private struct Report: Decodable {
            var verdict: String
            var runs: [Run]

            struct Run: Decodable {
                var delivered: Int
                var lostSilently: Int
                var events: [String]
                var refusal: String?
                var expected: Expected
            }

            struct Expected: Decodable {
                var refused: Bool
            }
        }
    }
}
