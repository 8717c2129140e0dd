// Nothing passes that ran nothing, every output is asked for before the work, and advice fits what is wrong.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct SilenceTests {
        private static let small = ["--strategy", "direct", "--sink", "append"]
        private static let policy = "inconclusive: red\nrules: [{metric: nosuch, tier: 1, margin-percent: 0}]\n"
        private static let comparison = """
            {"base": "a", "new": "b", "command": [], "pairs": 0, "seed": 1, "marginPercent": 2, "verdict": "same",
            "brokenGuarantees": [], "differences": [], "metrics": []}
            """

        /// What would run nothing.
        static let nothing = [
            ErrorTests.Mistake(
                name: "atlas: a journal that is not there", arguments: ["atlas", "--merge", "nope"],
                cause: "nope: No such file", fix: "kbench atlas --resume"),
            ErrorTests.Mistake(
                name: "atlas: one of two journals that is not there", arguments: ["atlas", "--merge", "DIR/a,DIR/b"],
                files: ["a": ""], cause: "DIR/a: the file is of another atlas", fix: ""),
            ErrorTests.Mistake(
                name: "atlas: a shard without a unit", arguments: ["atlas"] + small + ["--shard", "3/3"],
                cause: "--shard 3/3: the atlas has", fix: "at most"),
            ErrorTests.Mistake(
                name: "atlas: no strategy for the sink",
                arguments: ["atlas", "--strategy", "direct-transactional", "--sink", "append"],
                cause: "no strategy that was chosen", fix: "direct-transactional"),
            ErrorTests.Mistake(
                name: "swarm: no seed", arguments: ["swarm", "--seeds", "5..1"], cause: "'5..1' is no range",
                fix: "A <= B"),
            ErrorTests.Mistake(
                name: "swarm: an event that nothing there is like",
                arguments: ["swarm", "--script", "DIR/faults.yaml"],
                files: ["faults.yaml": "- {on: produce, cut: after}\n"],
                cause: "nothing in the simulated world is like event 1", fix: "`script` in a scenario"),
            ErrorTests.Mistake(
                name: "mutants: no bug", arguments: ["mutants", "--bug", "nosuch"], cause: "there is no 'nosuch'",
                fix: ""),
            ErrorTests.Mistake(
                name: "mutants by its first name: no bug", arguments: ["power", "--bug", "nosuch"],
                cause: "there is no 'nosuch'", fix: ""),
            ErrorTests.Mistake(
                name: "matrix: no cell", arguments: ["matrix", "--strategy", "raw", "--world", "simulated"],
                cause: "no strategy that was chosen", fix: "kbench crash-points"),
            ErrorTests.Mistake(
                name: "capacity: no row", arguments: ["capacity", "--strategy", "raw"], cause: "raw has no sink",
                fix: "direct-log-first"),
            ErrorTests.Mistake(
                name: "bench: no pair", arguments: ["bench", "--pairs", "0"], cause: "--pairs: 0", fix: "1 to"),
            ErrorTests.Mistake(
                name: "compare: no pair", arguments: ["compare", "A", "B", "--pairs", "0"], cause: "--pairs: 0",
                fix: "7 to"),
            ErrorTests.Mistake(
                name: "scenario: no record", arguments: ["scenario", "no-crash", "--records", "0"],
                cause: "--records: 0", fix: "--records"),
            ErrorTests.Mistake(
                name: "history: none", arguments: ["history", "--file", "nope"], cause: "nope: there is no history",
                fix: "kbench history append"),
            ErrorTests.Mistake(
                name: "history: no entry", arguments: ["history", "--file", "DIR/empty"], files: ["empty": "\r\n"],
                exitCode: 5, cause: "DIR/empty: the history has no entry", fix: "kbench history append"),
        ]

        @Test("S4: what would run nothing is refused, and says what is missing", arguments: nothing)
        func whatRunsNothingIsRefused(_ mistake: ErrorTests.Mistake) async throws { try await expect(mistake) }

        @Test("S4: a gate whose rules guard nothing is not green")
        func aGateThatGuardsNothingIsNotGreen() async throws {
            let folder = try Folder()
            try folder.write(Self.policy, to: "gate.yaml")
            try folder.write(Self.comparison, to: "result.json")
            let outcome = try await Kbench.run(
                ["gate", "--policy", "gate.yaml", "--result", "result.json"], in: folder)
            #expect(outcome.status == .exited(5), "\(outcome)")
            #expect(
                outcome.output.hasPrefix("INVALID gate: invalid\n") && !outcome.output.contains("GREEN"), "\(outcome)")
            #expect(outcome.errorLines.first?.contains("no metric for the rule on 'nosuch'") == true, "\(outcome)")
        }

        @Test("S4: an atlas of which no unit was run is incomplete, and its journal merges into nothing")
        func anAtlasOfNothingIsIncomplete() async throws {
            let folder = try Folder()
            let journal = ["--resume", "\(folder.path)/journal"]
            let outcome = try await Kbench.run(["atlas"] + Self.small + journal + ["--budget", "0s"], in: folder)
            #expect(outcome.status == .exited(6), "\(outcome)")
            #expect(outcome.output.hasPrefix("INCOMPLETE atlas"), "\(outcome)")
            let merged = try await Kbench.run(
                ["atlas"] + Self.small + ["--merge", "\(folder.path)/journal"], in: folder)
            try ErrorTests.expect(
                merged, exitCode: 5, cause: "no unit of the atlas is done", fix: "--shard", in: folder)
        }

        @Test("S4: claims of which none was measured do not pass")
        func claimsWithoutAMeasurementDoNotPass() async throws {
            let folder = try Folder()
            // Without Java there is no server for the only scenario of this claim.
            let outcome = try await Kbench.runProgram(
                "/usr/bin/env", ["PATH=/nowhere", Kbench.path, "claims", "--claim", "C16"], in: folder)
            #expect(outcome.status == .exited(5), "\(outcome)")
            #expect(outcome.sentences.contains("not-measured"), "\(outcome)")
            #expect(outcome.errorLines.first == "kbench: none of the claims was measured", "\(outcome)")
        }

        /// Outputs that cannot be written. The broker that is not there would be noticed first if the work began.
        static let outputs: [(arguments: [String], option: String)] =
            [
                (["scenario", "no-crash", "--brokers", "127.0.0.1:1"], "--out"),
                (["matrix", "--brokers", "127.0.0.1:1"], "--out"), (["bench", "--brokers", "127.0.0.1:1"], "--out"),
                (["claims", "--claim", "C2", "--brokers", "127.0.0.1:1"], "--out"),
                (["ceilings", "--brokers", "127.0.0.1:1"], "--out"), (["compare", "A", "B"], "--out"),
                (["gate", "--policy", "gate.yaml", "A", "B"], "--out"), (["atlas"], "--capsules"),
                (["swarm"], "--capsules"), (["mutants"], "--capsules"), (["atlas"] + small, "--resume"),
                (["offsets", "export", "file:there"], "--to"), (["history", "append"], "--file"),
            ]

        @Test(
            "S4: an output that cannot be written fails before the work", arguments: outputs,
            ["DIR/taken/x", "/proc/kbench/x"])
        func anUnwritableOutputFailsFirst(_ output: (arguments: [String], option: String), path: String) async throws {
            let folder = try Folder()
            try folder.write("mine", to: "taken")
            try folder.write(Self.policy, to: "gate.yaml")
            let place = path.replacing("DIR", with: folder.path)
            let outcome = try await Kbench.run(output.arguments + [output.option, place], in: folder)
            try ErrorTests.expect(
                outcome, exitCode: 64, cause: "\(output.option): ", fix: output.option, in: folder)
            #expect(outcome.errorLines.first?.contains(place.dropLast(2)) == true, "\(outcome)")
            #expect(try folder.contents() == ["gate.yaml", "taken"] && folder.text(of: "taken") == "mine")
        }

        @Test("S4: bench replaces no files but its own", arguments: ["bench.csv", "bench.md", "bench.json"])
        func benchReplacesNoStrangersFile(name: String) async throws {
            let folder = try Folder()
            try folder.write("mine", to: name)
            let outcome = try await Kbench.run(["bench", "--out", folder.path, "--brokers", "127.0.0.1:1"], in: folder)
            try ErrorTests.expect(outcome, exitCode: 64, cause: "\(name) is there", fix: "--out", in: folder)
            #expect(try folder.contents() == [name] && folder.text(of: name) == "mine")
        }

        @Test(
            "S4: a device that is full is noticed by every command",
            arguments: [
                "--help", "--version", "help bench", "scenario list", "scenario check no-crash", "crash-points",
                "crash-points --format json", "swarm --seeds 1..1 --quiet", "plan --help", "bench run --help",
                "scenario no-crash --records 500 --strategy raw", "--experimental-dump-help",
            ])
        func aFullDeviceIsNoticed(command: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.runProgram(
                "/bin/sh", ["-c", "exec \(Kbench.path) \(command) > /dev/full"], in: folder)
            try ErrorTests.expect(
                outcome, exitCode: 70, cause: "standard output: No space left on device", fix: "standard output",
                in: folder)
        }

        /// Requests whose advice was wrong.
        static let advice = [
            ErrorTests.Mistake(
                name: "replay of nothing", arguments: ["replay", "/nonexist"], cause: "/nonexist: No such file",
                fix: "name a capsule's file"),
            ErrorTests.Mistake(
                name: "shrink of a folder", arguments: ["shrink", "/tmp"], cause: "/tmp: Is a directory",
                fix: "name a capsule's file"),
            ErrorTests.Mistake(
                name: "explain of what is no capsule", arguments: ["explain", "DIR/c"], files: ["c": "text"],
                cause: "the file is no capsule", fix: "name a file that kbench atlas"),
            ErrorTests.Mistake(
                name: "plan from a folder",
                arguments: [
                    "plan", "--rate", "1", "--partitions", "1", "--retention", "1d", "--crashes-per-day", "1", "--from",
                    "/tmp",
                ], cause: "/tmp: Is a directory", fix: "kbench bench --out"),
            ErrorTests.Mistake(
                name: "positions that were changed by hand", arguments: ["offsets", "show", "file:DIR/p"],
                files: ["p": "kbench-positions 1\nnext 0 7\ncrc32c 00000000\n"], cause: "the file's last line is not",
                fix: "kbench offsets export"),
            ErrorTests.Mistake(
                name: "positions with an ESC", arguments: ["offsets", "import", "DIR/p", "file:DIR/q"],
                files: ["p": "\u{1b}]0;title\u{7}\n"], cause: "DIR/p", fix: "kbench offsets export"),
            ErrorTests.Mistake(
                name: "a scenario with an ESC", arguments: ["scenario", "DIR/mine.yaml"],
                files: ["mine.yaml": "\"a\\e[2Jb\": 1\n"], cause: "'a\\u001b[2Jb' is not known here", fix: ""),
            ErrorTests.Mistake(
                name: "an empty address", arguments: ["scenario", "no-crash", "--brokers", ""],
                cause: "--brokers: the value is empty", fix: "give --brokers a value"),
            ErrorTests.Mistake(
                name: "a hundred crashes",
                arguments: [
                    "scenario", "crash-before-commit", "--strategy", "direct", "--crash",
                    Array(repeating: "sink.write.after", count: 100).joined(separator: ","),
                ], cause: "100 crashes, one for each life, are too many", fix: "at most 19"),
        ]

        @Test("S4: advice fits what is wrong", arguments: advice)
        func adviceFits(_ mistake: ErrorTests.Mistake) async throws { try await expect(mistake) }

        @Test("S4: too few file descriptors are told as that")
        func tooFewDescriptorsAreToldAsThat() async throws {
            let folder = try Folder()
            let command = "ulimit -n 20 && exec \(Kbench.path) scenario no-crash --records 1000 --strategy raw"
            let outcome = try await Kbench.runProgram("/bin/sh", ["-c", command], in: folder)
            try ErrorTests.expect(outcome, exitCode: 70, cause: "Too many open files", fix: "ulimit -n", in: folder)
        }

        @Test("N12: cuts by time: what was stated is shown in every format, and decides", arguments: [0, 999])
        func whatWasStatedIsShown(stated: Int) async throws {
            let folder = try Folder()
            let path = try folder.write(
                """
                name: mine
                summary: "Nobody dies \\e[31m."
                records: 400
                partitions: 2
                record-bytes: 100
                block-interval-ms: 20
                batch-interval-ms: 50
                runs:
                  - strategy: direct-log-first
                    crash: sink.write.after@1
                    expect:
                      offset-keyed: {duplicates: \(stated), lost: 0}

                """, to: "mine.yaml")
            let outcome = try await Kbench.run(["scenario", path], in: folder)
            #expect(outcome.status == .exited(stated == 0 ? 0 : 3), "\(outcome)")
            #expect(outcome.output.contains(" \(stated) / 0 "), "\(outcome)")
            #expect(!outcome.output.contains("any / 0"), "\(outcome)")
            if stated > 0 { #expect(outcome.sentences.contains("differs: 0 duplicates, expected 999"), "\(outcome)") }
            let results = try #require(try folder.results().first)
            let csv = try folder.text(of: "results/\(results)/summary.csv").split(separator: "\r\n")
            let cells = csv.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            let column = try #require(cells.first?.firstIndex(of: "expected_duplicate_records"))
            #expect(cells.last?[column] == "\(stated)")
            let json = try folder.text(of: "results/\(results)/run.json")
            #expect(json.contains("\"duplicates\" : \(stated),\n        \"ingestDuplicates\" : null"), "\(json)")
            let report = try folder.text(of: "results/\(results)/report.md")
            #expect(report.contains("the scenario states duplicates \(stated), lost 0"), "\(report)")
            #expect(report.contains("\\u001b[31m") && !report.contains("\u{1b}"), "S4: no control bytes in reports")
        }

        private func expect(_ mistake: ErrorTests.Mistake) async throws {
            let folder = try Folder()
            for (name, text) in mistake.files { try folder.write(text, to: name) }
            let outcome = try await Kbench.run(
                mistake.arguments.map { $0.replacing("DIR", with: folder.path) }, in: folder)
            try ErrorTests.expect(
                outcome, exitCode: mistake.exitCode, cause: mistake.cause.replacing("DIR", with: folder.path),
                fix: mistake.fix, in: folder)
            #expect(try folder.contents() == mistake.files.keys.sorted())
        }
    }
}
