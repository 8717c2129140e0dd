// A crash point of every effect in the list, with a real broker, real files and a real SIGKILL.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct EveryEffectTests {
        private static let strategies = [
            "receiver", "receiver-reliable", "receiver-wal", "direct", "direct-log-first", "direct-commit",
            "direct-transactional",
        ]
        /// The strategies that promise never to lose a record, wherever they are killed.
        private static let lossless: Set = ["receiver-wal", "direct", "direct-log-first", "direct-transactional"]

        /// Small, and yet of several blocks, batches and tasks, none of them even.
        private static let scenario = """
            name: every-point
            summary: A load of many small blocks and batches, killed where the command line says.
            records: 601
            partitions: 3
            record-bytes: 100
            block-records: 50
            batch-records: 200
            group-commit-blocks: 2
            checkpoint-lag-tasks: 1
            runs:

            """
            + strategies.map { strategy in
                let sinks =
                    strategy == "direct-transactional"
                    ? ["transactional", "kafka-transactional"]
                    : ["append", "batch-keyed", "offset-keyed", "transactional", "kafka-transactional"]
                return """
                      - strategy: \(strategy)
                        expect: {\(sinks.map { "\($0): {duplicates: 0, lost: 0}" }.joined(separator: ", "))}

                    """
            }.joined()

        @Test func aKillBesideAnyEffectComesOutAsItsClosedFormSays() async throws {
            // A state belongs to a job, and JobTests kills beside it.
            let points = Self.onePerEffect(
                try await CrashPointList.load().crashPoints.filter { !$0.name.hasPrefix("state.") })
            #expect(points.count >= 30)
            await withTaskGroup(of: Void.self) { group in
                for (index, point) in points.enumerated() {
                    group.addTask {
                        await #expect(throws: Never.self, "\(point.name)") { try await Self.expect(point, seed: index) }
                    }
                }
            }
        }

        /// One point of each effect, by turns before, in the middle and after; simulation covers all of them.
        private static func onePerEffect(_ points: [CrashPointList.Point]) -> [CrashPointList.Point] {
            var effects: [[CrashPointList.Point]] = []
            for point in points {
                let effect = point.name.prefix(upTo: point.name.lastIndex(of: ".") ?? point.name.endIndex)
                if effects.last?.last?.name.hasPrefix("\(effect).") == true {
                    effects[effects.count - 1].append(point)
                } else {
                    effects.append([point])
                }
            }
            return effects.enumerated().map { index, points in points[index % points.count] }
        }

        private static func expect(_ point: CrashPointList.Point, seed: Int) async throws {
            let folder = try Folder()
            let path = try folder.write(scenario, to: "every-point.yaml")
            // Recovery tidies up only after a crash that left something half done.
            let earlier: [String: (crash: String, strategies: [String])] = [
                "recovery.remove": ("checkpoint.completion.sync.after@2,", ["receiver", "receiver-wal", "direct"]),
                "recovery.truncate": ("receiver.event.append.torn@3,", ["receiver", "receiver-wal"]),
            ]
            let before = earlier[String(point.name.prefix(upTo: point.name.lastIndex(of: ".") ?? point.name.endIndex))]
            let strategies = before?.strategies ?? point.strategies.filter { $0 != "raw" }
            // How often old blocks are removed depends on the speed of the disk; all others can be counted before.
            let occurrence = point.name.hasPrefix("cleanup.remove") ? "1" : "seeded"
            // Not every sink has every step, and the one in Kafka takes its time.
            let sinks =
                switch point.name.split(separator: ".").prefix(2).joined(separator: ".") {
                case "sink.commit": "batch-keyed,transactional"
                case "sink.begin", "sink.offsets": "kafka-transactional"
                default: "append,batch-keyed,offset-keyed,transactional"
                }
            let outcome = try await Kbench.run(
                [
                    "scenario", path, "--strategy", strategies.joined(separator: ","), "--crash",
                    "\(before?.crash ?? "")\(point.name)@\(occurrence)", "--seed", "\(seed)", "--format", "json",
                    "--sink", sinks,
                ], in: folder)
            let note = "\(point.name), seed \(seed): \(outcome)"
            try folder.expectNothingLeftBehind()
            let report = try outcome.report()
            #expect(!report.runs.isEmpty, "\(note)")
            #expect(outcome.errors == "", "\(note)")
            if occurrence == "1", outcome.status == .exited(5) {
                #expect(report.verdict == "invalid" && !report.valid, "\(note)")
                #expect(report.runs.contains { !$0.crashFired }, "\(note)")
            } else {
                #expect(outcome.status == .exited(0) && report.verdict == "pass", "\(note)")
                #expect(
                    report.runs.allSatisfy {
                        $0.crashFired
                            && $0.restarts == (point.name.hasSuffix(".fails") ? 0 : before == nil ? 1 : 2)
                    }, "\(note)")
            }
            #expect(report.runs.allSatisfy { $0.lost == $0.expected.lost && $0.corrupted == 0 }, "\(note)")
            #expect(report.runs.allSatisfy { !lossless.contains($0.strategy) || $0.lost == 0 }, "\(note)")
            #expect(report.runs.allSatisfy { $0.crashPoint.value?.contains("\(point.name)@") == true }, "\(note)")
            #expect(
                report.runs.allSatisfy {
                    !["offset-keyed", "transactional", "kafka-transactional"].contains($0.sink) || $0.duplicates == 0
                },
                "\(note)")
        }
    }
}
