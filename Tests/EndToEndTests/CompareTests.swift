// `kbench compare`, `gate`, `counts` and `history` as a person runs them, on programs whose speed is known.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite struct CompareTests {
        /// A program that prints `rate` records a second, half a per cent to either side by turns, and `lost` records.
        private static func program(
            _ name: String, rate: Int, lost: Int = 0, in folder: Folder, also: String = "",
            minus: String = "0"
        ) throws -> String {
            let path = try folder.write(
                """
                #!/bin/sh
                turn=$(cat "$0.turn" 2>/dev/null || echo 0)
                echo $((turn + 1)) > "$0.turn"
                \(also)
                noise=$(((turn * 7919 % 21 - 10) * \(rate) / 2000))
                echo "{\\"rows\\": [{\\"strategy\\": \\"direct\\", \\"sink\\": \\"append\\",
                \\"recordsPerSecond\\": $((\(rate) + noise - \(minus))), \\"lost\\": \(lost), \\"publishRate\\": 5}]}"
                """, to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            return path
        }

        private static let options = ["--tier", "1", "--metric", "recordsPerSecond", "--format", "json"]

        /// What the JSON of a comparison says, as far as other tools rely on it.
        struct Comparison: Decodable {
            var metrics: [Metric]
            var verdict: String

            struct Metric: Decodable {
                var name: String
                var tier: Int
                var ratio: Ratio
                var pAdjusted: Double
                var minimumDetectableEffect: Double
                var verdict: String
            }
            struct Ratio: Decodable { var median, low, high: Double }
        }

        /// The new program's rate and losses, where the base has 1,000,000 and none; the verdict and the exit code.
        static let cases: [(rate: Int, lost: Int, verdict: String, exitCode: Int32)] = [
            (1_000_000, 0, "same", 0), (1_200_000, 0, "same", 0), (950_000, 0, "slower", 2),
            (1_000_000, 1, "guarantee-broken", 3),
        ]

        @Test(arguments: cases)
        func aProgramIsCalledWhatItIs(rate: Int, lost: Int, verdict: String, exitCode: Int32) async throws {
            let folder = try Folder()
            let base = try Self.program("base", rate: 1_000_000, in: folder)
            let new = try Self.program("new", rate: rate, lost: lost, in: folder)
            let outcome = try await Kbench.run(["compare", base, new] + Self.options, in: folder)
            #expect(outcome.status == .exited(exitCode), "\(outcome)")
            let comparison = try JSONDecoder().decode(Comparison.self, from: Data(outcome.output.utf8))
            #expect(comparison.verdict == verdict)
            let metric = try #require(comparison.metrics.first)
            #expect(metric.name == "rows/direct/append/recordsPerSecond" && metric.tier == 1)
            #expect((metric.ratio.median - Double(rate) / 1_000_000).magnitude < 0.01)
            #expect(metric.ratio.low <= metric.ratio.median && metric.ratio.median <= metric.ratio.high)
            try folder.expectNothingLeftBehind()

            // The gate comes to the same, from the file.
            let file = try folder.write(outcome.output, to: "result.json")
            let policy = try folder.write(
                "inconclusive: pass\nrules: [{metric: recordsPerSecond, tier: 1, margin-percent: 2}]", to: "gate.yaml")
            let gate = try await Kbench.run(["gate", "--policy", policy, "--result", file], in: folder)
            #expect(gate.status == .exited(exitCode), "\(gate)")
            #expect(gate.output.hasPrefix(exitCode == 0 ? "GREEN gate: same" : "RED gate: \(verdict)"), "\(gate)")
        }

        /// What stands in the stored figures in place of what the build counts; how the gate ends.
        static let stored: [(counted: String, stored: String, exitCode: Int32)] = [
            ("", "", 0), (#""fileSyncs":22"#, #""fileSyncs":21"#, 2), (#""fileSyncs":22"#, #""fileSyncs":23"#, 0),
            (#""duplicates":100"#, #""duplicates":99"#, 3),
        ]

        /// The committed policy, at the tier that needs no other build.
        @Test(arguments: stored)
        func aBuildIsHeldToFiguresThatWereStored(counted: String, stored: String, exitCode: Int32) async throws {
            let folder = try Folder()
            let root = DocumentedCommandsTests.root
            let counts = try String(contentsOf: root.appendingPathComponent("results/counts.json"), encoding: .utf8)
            #expect(counted.isEmpty || counts.contains(counted))
            let now = try folder.write(counts, to: "now.json")
            let new = try Self.program("new", rate: 1000, in: folder, also: "cat \(now); exit")
            let base = try folder.write(
                counted.isEmpty ? counts : counts.replacing(counted, with: stored), to: "base.json")
            let policy = root.appendingPathComponent("Benchmarks/gate.yaml").path
            let outcome = try await Kbench.run(["gate", "--policy", policy, "--tier", "0", base, new], in: folder)
            #expect(outcome.status == .exited(exitCode), "\(outcome)")
            #expect(outcome.output.hasPrefix(exitCode == 0 ? "GREEN gate: same" : "RED gate: "), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        /// The runs are paired in a drawn order, so neither program always goes first; and the same seed draws the same.
        @Test func theOrderIsDrawnFromTheSeed() async throws {
            let folder = try Folder()
            let log = folder.path + "/order"
            let base = try Self.program("base", rate: 1000, in: folder, also: "echo base >> \(log)")
            let new = try Self.program("new", rate: 1000, in: folder, also: "echo new >> \(log)")
            var orders: [[Substring]] = []
            for seed in ["3", "3", "4"] {
                let outcome = try await Kbench.run(
                    ["compare", base, new, "--seed", seed, "--pairs", "7", "--best-of", "1"] + Self.options, in: folder)
                #expect(outcome.status == .exited(0), "\(outcome)")
                orders.append(try folder.text(of: "order").split(separator: "\n"))
                try FileManager.default.removeItem(atPath: log)
            }
            #expect(orders[0] == orders[1] && orders[0] != orders[2])
            // Two to warm up, then seven pairs of one of each.
            #expect(orders[0].count == 16)
            let pairs = stride(from: 2, to: 16, by: 2).map { Array(orders[0][$0..<$0 + 2]) }
            #expect(pairs.allSatisfy { Set($0) == ["base", "new"] } && Set(pairs).count == 2)
        }

        @Test func aProgramIsNeverSlowerThanItself() async throws {
            let folder = try Folder()
            let base = try Self.program("base", rate: 1_000_000, in: folder)
            let outcome = try await Kbench.run(
                ["compare", base, "--calibrate", "20", "--pairs", "7", "--metric", "recordsPerSecond"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.sentences.contains("called slower 0 of 20 times"), "\(outcome)")
        }

        /// The program wastes what it is asked to waste, so that no clock has a part in it; only NEW is asked.
        @Test func aPlantedSlowdownIsNoticed() async throws {
            let folder = try Folder()
            let program = try Self.program(
                "wasting", rate: 1000, in: folder,
                also: "planted=0; case \"$*\" in *\"--plant-slowdown 5.0\"*) planted=50 ;; esac", minus: "planted")
            let outcome = try await Kbench.run(
                ["compare", program, program, "--tier", "1", "--plant-slowdown", "5", "--metric", "recordsPerSecond"],
                in: folder)
            #expect(outcome.status == .exited(2), "\(outcome)")
            #expect(outcome.output.hasPrefix("SLOWER"), "\(outcome)")
            #expect(outcome.sentences.contains("was slowed down by 5 % on purpose"), "\(outcome)")
        }

        /// How much slower a stopped program is, is for the machine to say, and not for a test; that it was is told.
        @Test func anotherCommandIsStoppedFromOutside() async throws {
            let folder = try Folder()
            let program = try Self.program("steady", rate: 1000, in: folder)
            let outcome = try await Kbench.run(
                [
                    "compare", program, program, "--tier", "1", "--metric", "recordsPerSecond", "--pairs", "7",
                    "--best-of", "1", "--plant-slowdown", "400", "--", "anything",
                ], in: folder)
            #expect(outcome.status == .exited(0), "what it prints is the same: \(outcome)")
            #expect(outcome.sentences.contains("was slowed down by 400 % on purpose"), "\(outcome)")
        }

        /// The binary against what another build of this source counted: every exact figure is the same, whatever the
        /// machine does.
        @Test func exactFiguresOfOneBuildAreTheSame() async throws {
            let folder = try Folder()
            let stored = DocumentedCommandsTests.root.appendingPathComponent("results/counts.json").path
            let outcome = try await Kbench.run(
                ["compare", stored, Kbench.path, "--tier", "0", "--format", "json"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let comparison = try JSONDecoder().decode(Comparison.self, from: Data(outcome.output.utf8))
            #expect(comparison.metrics.contains { $0.name == "counts/fileSyncs" })
            #expect(comparison.metrics.allSatisfy { $0.tier == 0 && $0.verdict == "same" && $0.ratio.high == 1 })
        }

        @Test func controlCLeavesNothing() async throws {
            let folder = try Folder()
            let slow = try Self.program("slow", rate: 1000, in: folder, also: "exec sleep 600")
            let outcome = try await Kbench.run(
                ["compare", slow, slow] + Self.options, in: folder, ownGroup: true
            ) { child in
                let found = try await eventually { try folder.processes().count > 1 ? true : nil }
                try #require(found != nil, "no run was ever seen")
                try child.send(signal: .interrupt)
            }
            #expect(outcome.status == .exited(130), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        @Test("N11: a direction that is given is taken") func aDirectionIsTaken() async throws {
            let folder = try Folder()
            let base = try Self.program("base", rate: 1_000_000, in: folder)
            let outcome = try await Kbench.run(
                [
                    "compare", base, base, "--tier", "1", "--pairs", "7", "--best-of", "1", "--metric",
                    "publishRate:higher",
                ]
                    + ["--format", "json"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.contains("\"better\" : \"higher\""), "\(outcome)")
        }

        static let mistakes: [(arguments: [String], cause: String, fix: String, exitCode: Int32)] = [
            (["compare", "none", "none"], "none is no program", "two kbench binaries", 64),
            (["compare", "BASE"], "there is nothing to compare", "--calibrate", 64),
            (["compare", "BASE", "BASE", "--pairs", "6"], "--pairs: 6 is not within 7 to 1000", "7 to 1000", 64),
            (["compare", "BASE", "BASE", "--margin=-1"], "--margin: -1 is not within", "per cent", 64),
            (["compare", "FAILS", "BASE", "--tier", "1"], "BASE ended with", "run it by itself", 5),
            (["compare", "BASE", "BREAKS", "--tier", "1"], "NEW broke a guarantee", "run it by itself", 3),
            (["compare", "OLD", "BASE"], "BASE does not know this command", "behind --", 64),
            (["compare", "BASE", "BASE"], "BASE: ", "--tier 1", 64),
            (
                ["compare", "BASE", "BASE", "--tier", "1", "--metric", "publishRate"],
                "--metric: nothing says whether more of rows/direct/append/publishRate is better or worse",
                "--metric publishRate:higher", 64
            ),
            (
                ["compare", "BASE", "BASE", "--tier", "1", "--metric", "speed"],
                "--metric: the command prints no 'speed'",
                "metrics: ", 64
            ),
            (["compare", "plain", "BASE", "--tier", "0"], "plain has no exact figures", "kbench counts", 64),
            (
                ["compare", "large", "BASE", "--tier", "0"], "large has no exact figures: a: b is -1", "kbench counts",
                64
            ),
            (["compare", "plain", "BASE", "--tier", "all"], "plain is no program", "two kbench binaries", 64),
            (
                ["gate", "--policy", "none.yaml", "--tier", "1", "BASE", "BASE"], "no rule is about tier 1", "add one",
                5
            ),
            (["gate", "--policy", "none.yaml"], "the gate needs", "two binaries", 64),
            (
                ["gate", "--policy", "none.yaml", "--result", "BASE"], "none.yaml: the policy cannot be read",
                "gate.yaml",
                64
            ),
            (["history", "append", "--commit", "a", "--date", "b", "--figures", "BASE"], "--figures: ", "JSON", 64),
        ]

        @Test(arguments: mistakes)
        func aMistakeIsNamed(arguments: [String], cause: String, fix: String, exitCode: Int32) async throws {
            let folder = try Folder()
            let programs = [
                "BASE": try Self.program("base", rate: 1000, in: folder),
                "FAILS": try Self.program("fails", rate: 1000, in: folder, also: "exit 9"),
                "BREAKS": try Self.program("breaks", rate: 1000, in: folder, also: "exit 3"),
                "OLD": try Self.program("old", rate: 1000, in: folder, also: "exit 64"),
            ]
            try folder.write("not figures", to: "plain")
            try folder.write(
                #"{"schema":"kbench.counts","version":1,"load":"l","rows":[{"place":"a","figures":{"b":-1}}]}"#,
                to: "large")
            if arguments.contains("none.yaml"), !arguments.contains("--result") {
                try folder.write(
                    "inconclusive: pass\nrules: [{metric: all, tier: 0, margin-percent: 0}]", to: "none.yaml")
            }
            let outcome = try await Kbench.run(arguments.map { programs[$0] ?? $0 }, in: folder)
            #expect(outcome.status == .exited(exitCode), "\(outcome)")
            let lines = outcome.errorLines
            #expect(lines.first?.hasPrefix("kbench: ") == true && lines.first?.contains(cause) == true, "\(outcome)")
            #expect(lines.last?.hasPrefix("fix: ") == true && lines.last?.contains(fix) == true, "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        @Test func aHistoryGrowsAndNamesWhatIsDamaged() async throws {
            let folder = try Folder()
            let append = ["history", "append", "--date", "2026-01-01"]
            let appended = try await Kbench.run(append + ["--commit", "a"], in: folder)
            #expect(appended.status == .exited(0), "\(appended)")
            let path = "results/history.ndjson"
            try folder.write(try folder.text(of: path) + "damaged\n", to: path)
            let outcome = try await Kbench.run(["history"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.hasPrefix("1 commit, 0 changes\n\nso few cannot show a change"), "\(outcome)")
            #expect(outcome.errors.hasPrefix("kbench: \(path):2: "), "\(outcome)")
        }
    }
}
