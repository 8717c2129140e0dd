// No command prints a table that is wider than the terminal, as COLUMNS or the terminal itself says it.
import Foundation
import Testing

extension EndToEnd {
    @Suite("The width of tables") struct WidthTests {
        /// How it is known of a command that its tables fit.
        enum Evidence: Sendable {
            /// It runs here, in a folder that has results and a capsule.
            case runs([String])
            /// It runs here once, as JSON, and `kbench report` prints that in every width.
            case once([String])
            /// What it prints is long in coming: `kbench report` prints a kept one here.
            case report(String)
            /// As before, of a kind of which RenderingTests.WidthTests has a sample.
            case sample
            /// It prints no table.
            case none
        }

        private static let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        private static let small = ["--partitions", "1", "--block-records", "2", "--batch-records", "4"]

        /// Every command.
        static let commands: [String: Evidence] = [
            "scenario run": .runs(["crash-before-commit", "--records", "2000"]), "scenario list": .runs([]),
            "scenario check": .none, "scenario new": .none, "scenario schema": .none,
            "report": .runs(["results/latest"]), "list": .runs([]),
            "again": .none, "diff": .sample, "crash-points": .runs([]),
            "matrix": .runs(
                small + [
                    "--world", "simulated", "--strategy", "receiver-wal", "--point", "receiver.offsets.commit.before",
                ]
            ),
            "bench run": .report("results/bench/bench.json"), "bench recovery": .sample, "capacity": .sample,
            // A tenth of the records a second and ten times the crashes: the same figures, in a tenth of the time.
            "plan": .once([
                "--from", "\(root)/results/bench/bench.json", "--rate", "5000", "--partitions", "100", "--retention",
                "70d", "--crashes-per-day", "30",
            ]),
            "claims": .sample, "campaign export": .none,
            "atlas": .once(
                small + ["--batches", "1", "--strategy", "direct", "--sink", "append", "--fidelity", "spark"]),
            "swarm": .runs(["--seeds", "1..5"]), "mutants": .sample, "counts": .report("results/counts.json"),
            "compare": .sample, "gate": .sample, "history show": .runs(["--file", "\(root)/results/history.ndjson"]),
            "history append": .none, "replay": .runs(["CAPSULE"]), "shrink": .sample,
            "explain": .runs(["CAPSULE", "--record", "simulated/0@1"]),
            "offsets show": .runs(["checkpoint:\(root)/Tests/Golden/offsets/state"]), "offsets export": .sample,
            "offsets import": .none, "ceilings": .sample, "judge run": .sample, "judge check": .none,
            "judge new": .none, "doctor": .runs([]),
            "league": .report("results/league/league.json"), "broker serve": .none, "broker tell": .none,
            "broker check": .none,
        ]

        /// A folder with a kept run and the capsule of a broken promise, and the capsule's name.
        private static func filled() async throws -> (folder: Folder, capsule: String) {
            let folder = try Folder()
            let run = try await Kbench.run(["scenario", "no-crash", "--records", "4000", "--quiet"], in: folder)
            #expect(run.status == .exited(0), "\(run)")
            let atlas = try await Kbench.run(
                ["atlas"] + small + [
                    "--batches", "1", "--strategy", "direct", "--sink", "append", "--fidelity", "spark", "--quiet",
                ], in: folder)
            #expect(atlas.status == .exited(3), "\(atlas)")
            let names = try folder.contents().filter { $0.hasSuffix(".capsule") }
            return (folder, try #require(names.first))
        }

        /// The lines of the tables in a text: from the headings above a rule to the blank line behind it.
        private static func tables(in text: String) -> [Substring] {
            text.split(separator: "\n\n").flatMap { part -> [Substring] in
                let lines = part.split(separator: "\n")
                return lines.contains { $0.hasPrefix("---") && $0.allSatisfy { "- ".contains($0) } } ? lines : []
            }
        }

        @Test("the list of commands is whole")
        func allCommands() async throws {
            #expect(Set(try await HelpDump.commands().keys) == Set(Self.commands.keys))
        }

        @Test("at 80, 100 and 160 columns no line of a table is wider, of any command")
        func fits() async throws {
            let (folder, capsule) = try await Self.filled()
            var checked = 0
            for (name, evidence) in Self.commands.sorted(by: { $0.key < $1.key }) {
                let words: [String]
                switch evidence {
                case .runs(let arguments):
                    words =
                        name.split(separator: " ").map(String.init) + arguments.map { $0 == "CAPSULE" ? capsule : $0 }
                case .once(let arguments):
                    let once = name.split(separator: " ").map(String.init) + arguments + ["--format", "json"]
                    let outcome = try await Kbench.run(once, in: folder)
                    words = ["report", try folder.write(outcome.output, to: "once.json")]
                case .report(let file): words = ["report", "\(Self.root)/\(file)"]
                case .sample, .none: continue
                }
                // What takes seconds runs at the narrowest only; RenderingTests.WidthTests has all for its kind.
                for width in ["doctor", "scenario run"].contains(name) ? [80] : [80, 100, 160] {
                    let outcome = try await Kbench.runProgram(
                        "/usr/bin/env", ["COLUMNS=\(width)", Kbench.path] + words, in: folder)
                    let table = Self.tables(in: outcome.output)
                    checked += table.count
                    for line in table { #expect(line.count <= width, "\(name) at \(width): \(line)") }
                    #expect([.exited(0), .exited(3)].contains(outcome.status), "\(name): \(outcome)")
                }
            }
            #expect(checked > 500, "the tables are seen: \(checked) lines")
        }

        @Test("a terminal is asked for its width", arguments: [70, 120])
        func terminal(width: Int) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.runProgram(
                "/usr/bin/env",
                [
                    "-u", "COLUMNS", "script", "-qec",
                    "stty cols \(width); '\(Kbench.path)' report '\(Self.root)/results/bench/bench.json'", "/dev/null",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let table = Self.tables(in: outcome.output.replacing("\r\n", with: "\n"))
            #expect(table.contains { $0.hasPrefix("not shown in \(width) columns: ") }, "\(outcome)")
            for line in table { #expect(line.count <= width, "\(line)") }
        }

        @Test("a terminal gets a page of a long table, and a pipe all of it")
        func page() async throws {
            let folder = try Folder()
            let words =
                ["matrix", "--world", "simulated", "--strategy", "direct,receiver-wal", "--sink", "append"] + Self.small
            let whole = try await Kbench.run(words, in: folder)
            #expect(!whole.output.contains("more rows"), "\(whole)")
            let page = try await Kbench.runProgram(
                "/usr/bin/script", ["-qec", "'\(Kbench.path)' \(words.joined(separator: " ")) --quiet", "/dev/null"],
                in: folder)
            let shown = page.output.replacing("\r\n", with: "\n")
            #expect(shown.contains(#/\nand \d+ more rows: pipe/#), "\(page)")
            #expect(shown.split(separator: "\n").count < whole.output.split(separator: "\n").count)
        }

        @Test("COLUMNS is no width where it is no number that a table has room in", arguments: ["", "wide", "0", "7"])
        func nonsense(columns: String) async throws {
            let outcome = try await Kbench.runProgram(
                "/usr/bin/env",
                ["COLUMNS=\(columns)", Kbench.path, "report", "\(Self.root)/results/bench/bench.json"], in: Folder())
            #expect(outcome.output.contains("not shown in 100 columns: "), "\(outcome)")
        }
    }
}
