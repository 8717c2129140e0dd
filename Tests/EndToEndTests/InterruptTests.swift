// Ctrl-C in the middle, and the sudden death of kbench itself.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite struct InterruptTests {
        /// Many small blocks, each synced, so that a run lasts far longer than it takes to find its worker.
        static let scenario = """
            name: long
            summary: A run that is still busy when somebody presses Ctrl-C.
            records: 150_000
            partitions: 8
            record-bytes: 100
            block-records: 10
            batch-records: 1_000
            runs:
              - strategy: receiver-wal
                crash: receiver.wal.sync.before@20
                expect: {append: {duplicates: 0, lost: 0}}
            """

        /// When Ctrl-C comes, and whether the whole foreground group gets it, as from a terminal.
        struct Moment: Sendable, CustomTestStringConvertible {
            var life: Int
            var toGroup: Bool

            var testDescription: String { "life \(life), \(toGroup ? "to the whole group" : "to kbench alone")" }
        }

        static let moments = [
            Moment(life: 1, toGroup: false), Moment(life: 1, toGroup: true), Moment(life: 2, toGroup: false),
            Moment(life: 2, toGroup: true),
        ]

        /// The life under way, 0 before there is one: the second is not told to die. To count processes would miss a
        /// first life that is short.
        static func life(in folder: Folder) -> Int {
            let orders = (try? folder.contents())?.first { $0.hasSuffix("/worker.json") }
            guard let orders, let text = try? folder.text(of: orders) else { return 0 }
            guard let told = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
                return 0
            }
            return told["crash"] == nil ? 2 : 1
        }

        @Test(arguments: moments)
        func controlCEndsTheWorkerAndRemovesItsFiles(_ moment: Moment) async throws {
            let folder = try Folder()
            let path = try folder.write(Self.scenario, to: "long.yaml")
            let outcome = try await Kbench.run(["scenario", path], in: folder, ownGroup: true) { child in
                let found = try await eventually {
                    try Self.life(in: folder) >= moment.life && !folder.workers().isEmpty ? true : nil
                }
                try #require(found != nil, "the worker of life \(moment.life) was never seen")
                try child.send(signal: .interrupt, toProcessGroup: moment.toGroup)
            }
            #expect(outcome.status == .exited(130), "\(outcome)")
            #expect(outcome.output == "", "\(outcome)")
            #expect(outcome.errorLines.count == 1 && outcome.errors.hasPrefix("kbench: interrupted"), "\(outcome)")
            try folder.expectNothingLeftBehind()
            #expect(try folder.results() == [], "a run that was cut off has no result")
        }

        @Test func aWorkerDiesWithItsHarness() async throws {
            let folder = try Folder()
            let path = try folder.write(Self.scenario, to: "long.yaml")
            let outcome = try await Kbench.run(["scenario", path], in: folder) { child in
                let found = try await eventually { try folder.workers().isEmpty ? nil : true }
                try #require(found != nil, "no worker was ever seen")
                try child.send(signal: .kill)
            }
            #expect(outcome.status == .signaled(9), "\(outcome)")
            let gone = try await eventually { try folder.processes().isEmpty ? true : nil }
            #expect(gone != nil, "the worker outlives kbench")
            #expect(try folder.results() == [])
        }

        /// How a run with a ZooKeeper of its own is ended before it is over.
        static let ends: [(signal: Signal, status: Ending)] = [(.interrupt, .exited(130)), (.kill, .signaled(9))]

        @Test(
            .enabled(
                if: FileManager.default.fileExists(atPath: "/usr/share/java/zookeeper.jar")
                    || ProcessInfo.processInfo.environment["CI"] == "true",
                "needs Debian's packages zookeeper and default-jre-headless"), arguments: ends)
        func aPrivateZooKeeperEndsWithKbench(signal: Signal, status: Ending) async throws {
            let folder = try Folder()
            let path = try folder.write(
                Self.scenario.replacing("runs:", with: "offset-store: zookeeper\nruns:"), to: "long.yaml")
            let outcome = try await Kbench.run(["scenario", path], in: folder, ownGroup: true) { child in
                let found = try await eventually { try folder.workers().isEmpty ? nil : true }
                try #require(found != nil, "no worker was ever seen")
                // kbench, the worker, the server and what keeps it.
                #expect(try folder.processes().count >= 4)
                try child.send(signal: signal)
            }
            #expect(outcome.status == status, "\(outcome)")
            let gone = try await eventually { try folder.processes().isEmpty ? true : nil }
            #expect(gone != nil, "the server outlives kbench")
            // Who is killed cannot tidy up; the next run in the folder does.
            if signal == .interrupt { try folder.expectNothingLeftBehind() }
        }
    }
}
