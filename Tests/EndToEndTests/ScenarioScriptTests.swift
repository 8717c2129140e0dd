// A scenario's script: what happens at the broker while real workers live, and what the report says of it.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct ScenarioScriptTests {
        private static func scenario(_ script: String) -> String {
            """
            name: scripted
            summary: What goes wrong at the broker while workers live.
            records: 2_000
            partitions: 2
            record-bytes: 100
            block-records: 50
            batch-records: 200
            script: \(script)
            runs:
              - strategy: receiver-wal
                crash: batch.submit.before@3
                expect: {append: {duplicates: 0, lost: 0}, offset-keyed: {duplicates: 0, lost: 0}}
              - strategy: direct-log-first
                crash: batch.submit.before@3
                expect: {append: {duplicates: 0, lost: 0}}
            """
        }

        @Test("what clients ride out changes no count, and the report names each event")
        func ridingOut() async throws {
            let folder = try Folder()
            try folder.write(
                Self.scenario(
                    "[{on: fetch, nth: 2, cut: before}, {on: fetch, nth: 3, fail: not-leader-or-follower}, "
                        + "on=fetch nth=4 delay=20ms]"), to: "scripted.yaml")
            let outcome = try await Kbench.run(["scenario", "./scripted.yaml"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            for words in [
                "nth=2 cut=before happened", "nth=3 fail=not-leader-or-follower happened", "nth=4 delay=20ms happened",
            ] {
                #expect(outcome.sentences.contains("direct-log-first / append: on=fetch \(words)"), "\(outcome)")
            }
            try folder.expectNothingLeftBehind()
        }

        @Test("an event that never happens makes the run invalid")
        func missing() async throws {
            let folder = try Folder()
            try folder.write(Self.scenario("[{on: end-txn, cut: before}]"), to: "scripted.yaml")
            let outcome = try await Kbench.run(["scenario", "./scripted.yaml"], in: folder)
            #expect(outcome.status == .exited(5), "\(outcome)")
            #expect(
                (outcome.sentences + outcome.errors).contains(
                    "event 1 of the script never happened: on=end-txn cut=before"),
                "\(outcome)")
            try folder.expectNothingLeftBehind()
        }
    }
}
