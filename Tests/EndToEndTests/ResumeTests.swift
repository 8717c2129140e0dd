// Commands that are killed in the middle, keep what they had, and come to the same result when they are gone on with.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite struct ResumeTests {
        /// The folder of a command that is not through, by its path; nil while there is none.
        private static func unfinished(in folder: Folder) throws -> String? {
            try folder.contents().first { $0.hasSuffix("/steps.ndjson") }.map { String($0.dropLast(13)) }
        }

        /// The lines of a command's steps that are whole, the header's first.
        private static func lines(in folder: Folder) throws -> Int {
            // A folder that was made only to ask whether it can be may go while it is walked.
            guard let place = (try? unfinished(in: folder)) ?? nil else { return 0 }
            let text = (try? folder.text(of: "\(place)/steps.ndjson")) ?? ""
            return text.count { $0 == "\n" }
        }

        /// Runs a command until so many steps are over, and ends it.
        ///
        /// - Returns: the folder that it leaves, from where it ran.
        private static func interrupted(
            _ command: [String], after steps: Int, by signal: Signal = .kill, in folder: Folder
        ) async throws -> (place: String, outcome: Outcome) {
            let outcome = try await Kbench.run(command, in: folder, ownGroup: true) { child in
                let found = try await eventually { try Self.lines(in: folder) > steps ? true : nil }
                try #require(found != nil, "step \(steps) was never over")
                try child.send(signal: signal)
            }
            #expect(outcome.status == (signal == .kill ? .signaled(9) : .exited(130)), "\(outcome)")
            // One that is just being started does not look like a worker yet.
            let gone = try await eventually { try folder.processes().isEmpty ? true : nil }
            #expect(gone != nil, "a worker outlives kbench")
            return (try #require(try unfinished(in: folder)), outcome)
        }

        /// Cuts the last bytes off, as a kill in the middle of a write would.
        private static func tear(_ place: String, by bytes: Int, in folder: Folder) throws {
            let file = "\(folder.path)/\(place)/steps.ndjson"
            let whole = try Data(contentsOf: URL(fileURLWithPath: file))
            try whole.dropLast(bytes).write(to: URL(fileURLWithPath: file))
        }

        private static let matrix = [
            "matrix", "--strategy", "receiver-wal,direct", "--sink", "append", "--point",
            "receiver.poll.before,sink.write.after,batch.submit.before,task.read.before", "--partitions", "2",
            "--block-records", "10", "--batch-records", "40", "--quiet", "--format", "json",
        ]

        @Test("a matrix that is killed, with its last line torn or not, comes to the same bytes", arguments: [0, 7])
        func matrix(torn: Int) async throws {
            let folder = try Folder()
            let (place, _) = try await Self.interrupted(Self.matrix, after: 2, in: folder)
            #expect(place.hasPrefix("results/") && place.hasSuffix("-matrix.unfinished"))
            if torn > 0 { try Self.tear(place, by: torn, in: folder) }
            let list = try await Kbench.run(["list"], in: folder)
            #expect(list.sentences.contains("UNFINISHED"), "\(list)")
            let report = try await Kbench.run(["report", place], in: folder)
            #expect(report.status == .exited(64) && report.errors.contains("kbench again \(place)"), "\(report)")
            let resumed = try await Kbench.run(Self.matrix + ["--resume", place], in: folder)
            #expect(resumed.status == .exited(0), "\(resumed)")
            let kept = String(place.dropLast(".unfinished".count))
            #expect(try folder.results() == [String(kept.dropFirst("results/".count))])
            #expect(try folder.text(of: "\(kept)/result.json") == resumed.output)
            #expect(try folder.text(of: "\(kept)/command").contains("--batch-records 40"))
            #expect(try !folder.contents().contains { $0.hasSuffix("steps.ndjson") })
            try folder.expectNothingLeftBehind()
            let other = try Folder()
            let whole = try await Kbench.run(Self.matrix, in: other)
            #expect(whole.output == resumed.output, "an uninterrupted run prints the same")
        }

        @Test("Ctrl-C says what is kept, and kbench again goes on with it")
        func again() async throws {
            let folder = try Folder()
            let (place, outcome) = try await Self.interrupted(Self.matrix, after: 1, by: .interrupt, in: folder)
            #expect(outcome.errors.contains("what was done is kept: kbench again \(place)"), "\(outcome)")
            #expect(outcome.errorLines.count == 1)
            try folder.expectNothingLeftBehind()
            let before = try Self.lines(in: folder)
            let resumed = try await Kbench.run(["again", place], in: folder)
            #expect(resumed.status == .exited(0) && before > 1, "\(resumed)")
            #expect(resumed.output.contains("\"kbench.matrix\""))
        }

        @Test("steps of something else are not taken up")
        func refusals() async throws {
            let folder = try Folder()
            let (place, _) = try await Self.interrupted(Self.matrix, after: 1, in: folder)
            let path = "\(place)/steps.ndjson"
            let steps = try folder.text(of: path)
            func expectRefusal(_ command: [String], _ cause: String) async throws {
                let outcome = try await Kbench.run(command, in: folder)
                #expect(outcome.status == .exited(64) && outcome.errors.contains(cause), "\(outcome)")
                #expect(outcome.output == "" && outcome.errorLines.count == 2, "\(outcome)")
            }
            try await expectRefusal(Self.matrix + ["--seed", "2", "--resume", place], "steps of something else")
            try await expectRefusal(["claims", "--resume", place], "steps of something else")
            try await expectRefusal(Self.matrix + ["--resume", "none"], "there is no such folder")
            try await expectRefusal(Self.matrix + ["--resume", "results"], "no steps of an interrupted command")
            #expect(try folder.text(of: path) == steps, "what was refused is as it was")
            try folder.write(steps.replacing("\"version\":\"", with: "\"version\":\"9."), to: path)
            try await expectRefusal(Self.matrix + ["--resume", place], "written by kbench 9.")
            try folder.write("{}\n", to: path)
            try await expectRefusal(Self.matrix + ["--resume", place], "does not say what its steps are of")
        }

        @Test("claims that are killed come to the same verdicts, and each scenario has one folder")
        func claims() async throws {
            let command = ["claims", "--claim", "C3,C9,C10", "--quiet", "--format", "json"]
            let folder = try Folder()
            let (place, _) = try await Self.interrupted(command, after: 1, in: folder)
            let resumed = try await Kbench.run(command + ["--resume", place], in: folder)
            #expect(resumed.status == .exited(0), "\(resumed)")
            let whole = try await Kbench.run(command, in: try Folder())
            #expect(whole.output == resumed.output, "\(whole)")
            let names = try folder.results()
            #expect(names.count == 4, "three scenarios and the claims: \(names)")
            try folder.expectNothingLeftBehind()
        }

        @Test(
            "a benchmark that is killed goes on, in a folder of its own or in the one it was given",
            arguments: [nil, "kept"])
        func bench(out: String?) async throws {
            let command =
                [
                    "bench", "--strategy", "direct-log-first", "--records", "4000", "--partitions", "2", "--pairs", "3",
                    "--no-latency", "--quiet", "--format", "json", "--seed", "7",
                ] + (out.map { ["--out", $0] } ?? [])
            let folder = try Folder()
            let (place, _) = try await Self.interrupted(command, after: 4, in: folder)
            let steps = try folder.text(of: "\(place)/steps.ndjson").split(separator: "\n").dropFirst().prefix(4)
            if out != nil {
                let anew = try await Kbench.run(command, in: folder)
                #expect(anew.status == .exited(64) && anew.errors.contains("kbench again kept"), "\(anew)")
            }
            let resumed = try await Kbench.run(command + ["--resume", place], in: folder)
            #expect(resumed.status == .exited(0), "\(resumed)")
            let whole = try await Kbench.run(command, in: try Folder())
            #expect(try Self.shape(resumed.output) == Self.shape(whole.output))
            #expect(resumed.output.contains("of more than one sitting"))
            // What was measured before is in the result: the rate of a round that was over.
            let first = try #require(steps.lazy.compactMap(Self.rate).first)
            #expect(first > 0)
            let file = out.map { "\($0)/bench.json" } ?? "\(place.dropLast(".unfinished".count))/result.json"
            #expect(try folder.text(of: file) == resumed.output)
            #expect(try !folder.contents().contains { $0.hasSuffix("steps.ndjson") })
            try folder.expectNothingLeftBehind()
        }

        @Test(
            "a comparison that is killed keeps its pairs; of a program that is another one by now it does not"
        )
        func compare() async throws {
            let folder = try Folder()
            for name in ["base", "new"] {
                let path = try folder.write("#!/bin/sh\nsleep 0.03\necho '{\"recordsPerSecond\": 1000}'\n", to: name)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
            let command = [
                "compare", "base", "new", "--tier", "1", "--metric", "recordsPerSecond", "--pairs", "7", "--best-of",
                "1", "--quiet", "--format", "json",
            ]
            let (place, _) = try await Self.interrupted(command, after: 2, in: folder)
            let known = try folder.text(of: "\(place)/steps.ndjson")
            // What was measured before is what the result has: a rate that no run has any more.
            try folder.write(known.replacing(":1000}", with: ":1010}"), to: "\(place)/steps.ndjson")
            let resumed = try await Kbench.run(command + ["--resume", place], in: folder)
            #expect(resumed.status == .exited(0) && resumed.output.contains("recordsPerSecond"), "\(resumed)")
            try folder.expectNothingLeftBehind()
            let again = try await Self.interrupted(command, after: 1, in: folder).place
            try folder.write("#!/bin/sh\necho '{}'\n", to: "new")
            let refused = try await Kbench.run(command + ["--resume", again], in: folder)
            #expect(refused.status == .exited(64) && refused.errors.contains("steps of something else"), "\(refused)")
        }

        @Test("a search for a capacity, recoveries and ceilings that are killed go on")
        func measured() async throws {
            for (command, steps) in [
                (
                    [
                        "capacity", "--strategy", "direct-log-first", "--from", "400", "--p99", "0.001", "--probe-time",
                        "200ms", "--partitions", "2",
                    ], 1
                ),
                (["bench", "recovery", "--sizes", "1,2", "--pairs", "1", "--partitions", "2"], 1),
                (
                    [
                        "ceilings", "--records", "2000", "--partitions", "2", "--pairs", "1", "--verdict-records",
                        "100000", "--block-records", "2000",
                    ], 1
                ),
            ] {
                let folder = try Folder()
                let (place, _) = try await Self.interrupted(command + ["--quiet"], after: steps, in: folder)
                let first = try folder.text(of: "\(place)/steps.ndjson").split(separator: "\n")[1]
                let resumed = try await Kbench.run(["again", place], in: folder)
                // No record is in a sink within a microsecond, so nothing is sustained, which is an answer too.
                #expect(resumed.status == .exited(command[0] == "capacity" ? 5 : 0), "\(resumed)")
                let kept = String(place.dropLast(".unfinished".count))
                #expect(try folder.results() == [String(kept.dropFirst("results/".count))])
                // A figure of the step that was over is in the result as it was.
                let figure = try #require(
                    first.matches(of: #/[0-9]{4,}\.[0-9]{3,}/#).first ?? first.firstMatch(of: #/[0-9]{4,}/#))
                #expect(try folder.text(of: "\(kept)/result.json").contains(figure.0), "\(first)")
                try folder.expectNothingLeftBehind()
            }
        }

        /// What of a search does not depend on time.
        private static func found(_ json: String) throws -> NSDictionary {
            var result = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            (result["seconds"], result["seedsPerSecond"]) = (nil, nil)
            return result as NSDictionary
        }

        @Test("a search that is killed comes to the same")
        func swarm() async throws {
            let command = ["swarm", "--seeds", "1..600", "--quiet", "--format", "json"]
            let folder = try Folder()
            let (place, _) = try await Self.interrupted(command, after: 2, in: folder)
            let resumed = try await Kbench.run(command + ["--resume", place], in: folder)
            #expect(resumed.status == .exited(0), "\(resumed)")
            let whole = try await Kbench.run(command, in: try Folder())
            #expect(try Self.found(whole.output) == Self.found(resumed.output))
            try folder.expectNothingLeftBehind()
        }

        private static func rate(of line: Substring) -> Double? {
            let step = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let run = (step?["value"] as? [String: Any])?["run"] as? [String: Any]
            return run?["recordsPerSecond"] as? Double
        }

        /// What of a benchmark does not depend on time.
        private static func shape(_ json: String) throws -> [String] {
            let result = try JSONDecoder().decode(BenchContract.self, from: Data(json.utf8))
            return result.rows.map { row in
                let crash = row.crash.value.map { "\($0.duplicates) \($0.lost)" } ?? "none"
                return "\(row.strategy) \(row.sink) \(row.duplicates) \(row.lost) crash \(crash)"
            }
        }
    }
}
