// The ends of a worker's life that are no crash at a point: an orderly stop, a kill at a time.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct EndsOfLifeTests {
        private static func scenario(_ name: String, runs: String, records: Int = 2_000) -> String {
            """
            name: \(name)
            summary: an end of a life
            records: \(records)
            partitions: 2
            record-bytes: 100
            block-records: 50
            batch-records: 200
            runs:
            \(runs)
            """
        }

        private static func run(_ name: String, runs: String, in folder: Folder) async throws -> Outcome {
            let path = "\(folder.path)/\(name).yaml"
            try scenario(name, runs: runs).write(toFile: path, atomically: true, encoding: .utf8)
            return try await Kbench.run(["scenario", path], in: folder)
        }

        @Test func aStopThenACrash() async throws {
            let folder = try Folder()
            let outcome = try await Self.run(
                "stop-then-crash",
                runs: """
                      - strategy: receiver-wal
                        stop: term
                        stop-at: receiver.event.sync.after@6
                        crash: receiver.offsets.commit.before@3
                        expect:
                          append: {duplicates: n, lost: 0}
                    """, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(
                try folder.text(of: "results/latest/summary.csv")
                    .contains("term at receiver.event.sync.after@6, receiver.offsets.commit.before@3"), "\(outcome)")
        }

        @Test func aKillAtATimeIsHeldToWhatIsPromised() async throws {
            let folder = try Folder()
            let killed = try await Self.run(
                "killed-early",
                runs: """
                      - strategy: direct-log-first
                        crash-after-ms: 1
                        expect:
                          append: {duplicates: any, lost: 0}
                    """, in: folder)
            #expect(killed.status == .exited(0), "\(killed)")
            #expect(try folder.text(of: "results/latest/summary.csv").contains(",after 1 ms,true,ok,"), "\(killed)")
            // One that comes too late shows nothing.
            let late = try await Self.run(
                "killed-late",
                runs: """
                      - strategy: direct-log-first
                        crash-after-ms: 600000
                        expect:
                          append: {duplicates: any, lost: 0}
                    """, in: folder)
            #expect(late.status == .exited(5), "\(late)")
            #expect(
                late.sentences.contains("the worker was done before it was to be killed, after 600000 ms"), "\(late)")
        }
    }
}
