// Every option of every command: where it has no effect it is refused, with the reason.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct NoEffectTests {
        /// Options of a command: what each one does nothing beside, and why. Those of which nothing is said have an effect
        /// beside everything.
        struct Command: Sendable {
            var options: [String]
            var idle: [Idle] = []
        }

        /// Options that have no effect beside `arguments`.
        struct Idle: Sendable {
            var options: [String]
            var arguments: [String]
            var reason: String
        }

        private static let broker = ["--brokers", "-X", "-F"]
        private static let topics = ["--replication-factor", "--topic-config", "--embedded-brokers"]
        private static let comparison = [
            "--pairs", "--best-of", "--metric", "--margin", "--tier", "--seed", "--plant-slowdown", "--out",
        ]
        private static let wholly = ["--tier", "0", "A", "B"]
        private static let measuring = ["--pairs", "--best-of", "--metric", "--margin", "--seed", "--plant-slowdown"]
        private static let load = [
            "--strategy", "--sink", "--fidelity", "--partitions", "--block-records", "--batch-records", "--batches",
            "--seed",
        ]

        /// A value for each option whose value is checked before it is asked whether it has an effect.
        private static let values = [
            "--tier": "1", "--sweep": "replicas=1", "--format": "json", "--world": "real", "--latency-time": "1s",
            "-X": "a=b", "--strategy": "direct", "--sink": "append", "--metric": "recordsPerSecond",
            "--plant-slowdown": "1", "--pairs": "7", "--budget": "1s", "--topic-config": "a=b", "--load": "load.yaml",
            "--records": "1000", "--record-bytes": "100", "--topic-compression": "zstd",
            "--shard": "1/2", "--color": "always", "--committed": "file:there",
            "--out": "results", "--point": "sink.write.after", "--fidelity": "spark", "--batch-records": "2000",
        ]

        static let table: [String: Command] = [
            "scenario run": Command(
                options: [
                    "--strategy", "--sink", "--records", "--partitions", "--record-bytes", "--seed", "--crash",
                    "--zookeeper", "--client", "--log-directory", "--between-lives", "--out", "--format", "--color",
                    "--quiet",
                ] + broker + topics,
                idle: [
                    Idle(options: ["--zookeeper"], arguments: ["no-crash"], reason: "no run of no-crash keeps"),
                    Idle(
                        options: ["--records", "--record-bytes"], arguments: ["c2-exactly-once"],
                        reason: "eight batches"),
                    Idle(options: ["--record-bytes"], arguments: ["c20-word-count"], reason: "lines that are typed"),
                ]),
            "scenario list": Command(options: ["--format", "--color"]),
            "scenario check": Command(options: []),
            "report": Command(
                options: ["--format", "--color"],
                idle: [Idle(options: ["--color"], arguments: ["results", "--format", "json"], reason: "only text")]),
            "list": Command(options: ["--out", "--format", "--color"]),
            "again": Command(options: []), "diff": Command(options: ["--format", "--color"]),
            "scenario schema": Command(options: []), "scenario new": Command(options: ["--force"]),
            "doctor": Command(options: ["--out", "--format", "--color"] + broker + topics),
            "matrix": Command(
                options: [
                    "--strategy", "--sink", "--point", "--fidelity", "--partitions", "--block-records",
                    "--batch-records", "--seed", "--load", "--world", "--against", "--client", "--out", "--shard",
                    "--journal", "--merge", "--resume",
                    "--format", "--color", "--dry-run", "--quiet",
                ] + broker + topics,
                idle: [
                    Idle(
                        options: [
                            "--strategy", "--sink", "--point", "--fidelity", "--partitions", "--block-records",
                            "--batch-records", "--load",
                        ], arguments: ["--against", "spark-3.5.7"], reason: "each row brings its own run"),
                    Idle(
                        options: broker + topics + ["--client"], arguments: ["--world", "simulated"],
                        reason: "has no broker"),
                    Idle(
                        options: ["--resume", "--shard", "--journal", "--merge"], arguments: ["--world", "simulated"],
                        reason: "too quick"),
                    Idle(
                        options: ["--shard", "--journal", "--resume", "--dry-run"], arguments: ["--merge", "a,b"],
                        reason: "--merge runs nothing"),
                ]),
            "bench run": Command(
                options: [
                    "--strategy", "--sink", "--client", "--records", "--record-bytes", "--partitions", "--topic",
                    "--start-timestamp", "--load", "--pairs", "--topic-compression",
                    "--replicas", "--zstd-level", "--block-records", "--batch-records", "--group-commit-blocks",
                    "--block-interval", "--batch-interval", "--rate", "--latency-time", "--no-latency", "--no-crash",
                    "--plant-slowdown", "--seed", "--sweep", "--log-directory", "--out", "--resume", "--format",
                    "--color",
                    "--dry-run", "--quiet",
                ] + broker + topics,
                idle: [
                    Idle(options: ["--rate", "--latency-time"], arguments: ["--no-latency"], reason: "measures none"),
                    Idle(options: ["--out"], arguments: ["--resume", "elsewhere"], reason: "--resume goes on in"),
                    Idle(
                        options: ["--records", "--record-bytes", "--partitions", "--topic-compression"],
                        arguments: ["--topic", "orders"], reason: "there already"),
                    Idle(
                        options: ["--replicas"], arguments: ["--strategy", "direct"],
                        reason: "nothing measured has a write-ahead log"),
                    Idle(
                        options: ["--group-commit-blocks"], arguments: ["--strategy", "direct"],
                        reason: "no receiver is measured"),
                    Idle(
                        options: ["--block-records", "--batch-records"],
                        arguments: ["--block-interval", "20", "--no-crash"], reason: "cut by time"),
                    Idle(
                        options: ["--replicas"], arguments: ["--sweep", "replicas=1,2"],
                        reason: "--sweep sets it anew"),
                    Idle(
                        options: ["--sweep"], arguments: ["--strategy", "direct"],
                        reason: "nothing measured has a write-ahead log"),
                ]),
            "bench recovery": Command(
                options: ["--sizes", "--record-bytes", "--partitions", "--pairs", "--zstd-level", "--seed", "--client"]
                    + ["--log-directory", "--out", "--resume", "--format", "--color", "--dry-run", "--quiet"] + broker
                    + topics),
            "capacity": Command(
                options: [
                    "--strategy", "--sink", "--client", "--p99", "--from", "--probe-time", "--record-bytes",
                    "--partitions",
                    "--block-interval", "--batch-interval", "--seed", "--out", "--resume", "--format", "--color",
                    "--dry-run", "--quiet",
                ] + broker + topics,
                idle: [
                    Idle(
                        options: ["--block-interval"], arguments: ["--strategy", "direct"],
                        reason: "no receiver is measured")
                ]),
            "plan": Command(
                options: [
                    "--rate", "--partitions", "--retention", "--crashes-per-day", "--record-bytes", "--from",
                    "--prices", "--league", "--format", "--color",
                ]),
            "claims": Command(
                options: ["--claim", "--client", "--out", "--resume", "--format", "--color", "--dry-run", "--quiet"]
                    + broker + topics),
            "atlas": Command(
                options: load + [
                    "--depth", "--choices", "--shard", "--resume", "--merge", "--budget", "--capsules", "--out",
                    "--format", "--color",
                    "--dry-run", "--quiet",
                ],
                idle: [
                    Idle(
                        options: ["--shard", "--resume", "--budget", "--dry-run"], arguments: ["--merge", "a,b"],
                        reason: "--merge runs nothing")
                ]),
            "campaign export": Command(options: ["--parts"]),
            "swarm": Command(
                options: [
                    "--seeds", "--script", "--capsules", "--out", "--shard", "--journal", "--merge", "--resume",
                    "--format", "--color", "--dry-run", "--quiet",
                ],
                idle: [
                    Idle(
                        options: ["--shard", "--journal", "--resume", "--dry-run"], arguments: ["--merge", "a,b"],
                        reason: "--merge runs nothing"),
                    Idle(options: ["--resume"], arguments: ["--journal", "steps"], reason: "from its own file"),
                ]),
            "mutants": Command(options: [
                "--bug", "--swarm-seeds", "--seed", "--capsules", "--out", "--resume", "--format", "--color",
                "--dry-run", "--quiet",
            ]),
            "counts": Command(options: ["--format", "--color", "--quiet"]),
            "compare": Command(
                options: ["--calibrate", "--resume", "--format", "--color", "--dry-run", "--quiet"] + comparison,
                idle: [
                    Idle(options: measuring, arguments: wholly, reason: "--tier 0 compares exact figures"),
                    Idle(
                        options: ["--tier", "--plant-slowdown"], arguments: ["--calibrate", "1", "A"],
                        reason: "--calibrate compares"),
                ]),
            "gate": Command(
                options: [
                    "--policy", "--baseline", "--figures", "--result", "--resume", "--format", "--color", "--dry-run",
                    "--quiet",
                ] + comparison,
                idle: [
                    Idle(
                        options: comparison.filter { $0 != "--out" } + ["--resume", "--dry-run"],
                        arguments: ["--policy", "gate.yaml", "--result", "r.json"],
                        reason: "--result names a comparison"),
                    Idle(
                        options: comparison.filter { $0 != "--out" } + ["--resume", "--dry-run"],
                        arguments: ["--policy", "gate.yaml", "--baseline", "b.json", "--figures", "f.json"],
                        reason: "--baseline compares"),
                    Idle(
                        options: measuring, arguments: ["--policy", "gate.yaml"] + wholly,
                        reason: "--tier 0 compares exact figures"),
                ]),
            "history show": Command(options: ["--file", "--format", "--color"]),
            "history append": Command(options: ["--file", "--commit", "--date", "--figures"]),
            "replay": Command(options: ["--format", "--color"]),
            "shrink": Command(options: ["--format", "--color", "--quiet"]),
            "explain": Command(
                options: ["--record", "--diagram", "--format", "--color"],
                idle: [
                    Idle(
                        options: ["--format"], arguments: ["--diagram", "a.capsule"],
                        reason: "--diagram prints a diagram")
                ]),
            "crash-points": Command(options: ["--strategy", "--format", "--color"]),
            "offsets show": Command(
                options: ["--committed", "--topic", "--format", "--color"] + broker,
                idle: [
                    Idle(options: broker, arguments: ["checkpoint:there"], reason: "no place is a consumer group"),
                    Idle(options: ["--topic"], arguments: ["file:there"], reason: "says itself which topic"),
                    Idle(options: ["--committed"], arguments: ["file:there"], reason: "no receiver's checkpoint"),
                ]),
            "offsets export": Command(
                options: ["--committed", "--to", "--force", "--topic", "--format", "--color"] + broker,
                idle: [
                    Idle(options: broker, arguments: ["file:there"], reason: "no place is a consumer group"),
                    Idle(options: ["--force"], arguments: ["file:there"], reason: "no file is written"),
                    Idle(options: ["--committed"], arguments: ["offset-log:there"], reason: "no receiver's checkpoint"),
                ]),
            "offsets import": Command(
                options: ["--program-version", "--force", "--topic"] + broker,
                idle: [
                    Idle(options: broker, arguments: ["there", "file:new"], reason: "no place is a consumer group"),
                    Idle(
                        options: ["--program-version"], arguments: ["there", "file:new"], reason: "only a checkpoint"),
                    Idle(options: ["--program-version"], arguments: ["there", "kafka:g"], reason: "only a checkpoint"),
                    Idle(options: ["--topic"], arguments: ["there", "checkpoint:new"], reason: "names no topic"),
                    Idle(
                        options: ["--topic", "--program-version"], arguments: ["there", "offset-log:new"],
                        reason: "names neither"),
                ]),
            "ceilings": Command(
                options: [
                    "--records", "--partitions", "--pairs", "--verdict-records", "--block-records", "--out", "--resume",
                    "--format", "--color",
                    "--dry-run", "--quiet",
                ] + broker + topics),
            "judge check": Command(options: []), "judge new": Command(options: ["--force"]),
            "judge run": Command(
                options: [
                    "--output-file", "--points", "--timed-kills", "--occurrences", "--guarantee", "--records",
                    "--partitions", "--seed",
                    "--trim", "--lockstep", "--repeat", "--evidence", "--budget", "--resume", "--shard", "--merge",
                    "--max-lost",
                    "--max-duplicates", "--out", "--format", "--color", "--dry-run", "--quiet",
                ] + broker + topics,
                idle: [
                    Idle(
                        options: ["--shard", "--resume", "--budget", "--dry-run"],
                        arguments: ["my.yaml", "--merge", "a,b"], reason: "--merge"),
                    Idle(
                        options: ["--output-file"], arguments: ["my.yaml"], reason: "the file says where its rows are"),
                ]),
            "league": Command(
                options: [
                    "--points", "--occurrences", "--timed-kills", "--repeat", "--seed", "--speed-records", "--budget",
                    "--resume", "--out", "--format", "--color", "--dry-run", "--quiet",
                ] + broker + topics),
            "broker serve": Command(
                options: [
                    "--port", "--host", "--brokers", "--partitions", "--cleaning-interval", "--auto-create-topics",
                    "--no-auto-create-topics", "--script", "--seed", "--log", "--control", "--until-eof", "--data",
                    "--sync", "--sasl-users",
                    "--tls-cert", "--tls-key", "--format",
                ],
                idle: [
                    Idle(options: ["--seed"], arguments: ["--port", "0"], reason: "no script to draw for"),
                    Idle(options: ["--sync"], arguments: ["--port", "0"], reason: "all is in memory"),
                    Idle(options: ["--tls-key"], arguments: ["--port", "0"], reason: "no certificate"),
                ]),
            "broker tell": Command(
                options: ["--port", "--control"],
                idle: [
                    Idle(options: ["--port"], arguments: ["--control", "there", "status"], reason: "names the socket")
                ]),
            "broker check": Command(options: []),
        ]

        private static let flags: Set<String> = [
            "--quiet", "--force", "--no-latency", "--no-crash", "--diagram", "--until-eof", "--sync",
            "--trim", "--lockstep", "--dry-run",
        ]

        /// What is typed for an option.
        private static func words(_ option: String) -> [String] {
            flags.contains(option) ? [option] : [option, values[option] ?? "1"]
        }

        @Test("S4: the table names every option of every command, so that a new one cannot be forgotten")
        func theTableIsWhole() async throws {
            let commands = try await HelpDump.commands()
            #expect(Set(commands.keys) == Set(Self.table.keys))
            for (name, options) in commands.sorted(by: { $0.key < $1.key }) {
                #expect(options.map(\.name).sorted() == Self.table[name]?.options.sorted(), "\(name)")
            }
        }

        /// Every pair of the table, as the words to type.
        static let pairs: [(words: [String], option: String, reason: String)] = table.sorted { $0.key < $1.key }
            .flatMap { name, command in
                command.idle.flatMap { idle in
                    idle.options.map { option in
                        (
                            name.split(separator: " ").map(String.init) + idle.arguments + words(option), option,
                            idle.reason
                        )
                    }
                }
            }

        @Test("S4: an option that has no effect is refused, with the reason", arguments: pairs)
        func anOptionWithoutEffectIsRefused(words: [String], option: String, reason: String) async throws {
            let folder = try Folder()
            try folder.write("inconclusive: red\nrules: [{metric: all, tier: 0, margin-percent: 0}]\n", to: "gate.yaml")
            let outcome = try await Kbench.run(words, in: folder)
            try ErrorTests.expect(
                outcome, exitCode: 64, cause: "has no effect: ", fix: "", in: folder)
            #expect(outcome.errorLines.first?.contains(option) == true, "\(outcome)")
            #expect(outcome.errorLines.first?.contains(reason) == true, "\(outcome)")
            #expect(try folder.contents() == ["gate.yaml"])
        }

        @Test(
            "S4: what was chosen by name and takes part in nothing is refused",
            arguments: [
                (["matrix", "--world", "simulated", "--strategy", "direct,raw"], "--strategy: raw"),
                (
                    [
                        "matrix", "--world", "simulated", "--strategy", "direct-transactional", "--sink",
                        "append,transactional",
                    ],
                    "--sink:"
                ),
                (
                    [
                        "matrix", "--world", "simulated", "--strategy", "direct", "--point",
                        "sink.write.after,receiver.poll.before",
                    ], "--point: receiver.poll.before"
                ),
                (
                    ["atlas", "--strategy", "direct,direct-transactional", "--sink", "append"],
                    "--strategy: direct-transact"
                ),
                (["bench", "--strategy", "direct-transactional", "--sink", "append,transactional"], "--sink: append"),
                (["bench", "--strategy", "raw", "--sink", "append"], "--sink: append"),
            ])
        func whatTakesNoPartIsRefused(words: [String], cause: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(words, in: folder)
            try ErrorTests.expect(outcome, exitCode: 64, cause: cause, fix: "leave it out", in: folder)
            #expect(outcome.errorLines.first?.contains("has no effect: no ") == true, "\(outcome)")
        }

        @Test("S4: an empty value is refused for every option that takes one")
        func anEmptyValueIsRefused() async throws {
            let folder = try Folder()
            // One rule for all commands: each option is tried with one of those that have it.
            var typed: [String: [String]] = [:]
            for (name, options) in try await HelpDump.commands().sorted(by: { $0.key < $1.key }) {
                for option in options where option.takesValue {
                    typed[option.name] = name.split(separator: " ").map(String.init)
                }
            }
            #expect(typed.count > 40)
            for (option, command) in typed.sorted(by: { $0.key < $1.key }) {
                // Both ways to write it, by turns.
                let isJoined = option.hasPrefix("--") && option.count.isMultiple(of: 2)
                let outcome = try await Kbench.run(command + (isJoined ? ["\(option)="] : [option, " "]), in: folder)
                try ErrorTests.expect(
                    outcome, exitCode: 64, cause: "\(option): the value is empty", fix: option, in: folder)
            }
            #expect(try folder.contents() == [])
        }

        @Test(
            "S4: a list with an empty or a repeated name is refused",
            arguments: [
                (["matrix", "--strategy", "direct,"], "--strategy: 'direct,' has an empty name"),
                (["matrix", "--point", ","], "--point: ',' has an empty name"),
                (["mutants", "--bug", ","], "--bug: ',' has an empty name"),
                (["claims", "--claim", ","], "--claim: ',' has an empty name"),
                (["atlas", "--merge", ","], "--merge: ',' has an empty name"),
                (["atlas", "--merge", "a,a"], "--merge: 'a' is there twice"),
                (["bench", "--sink", "append,append"], "--sink: 'append' is there twice"),
                (["bench", "--sweep", "replicas=1,1"], "--sweep replicas: '1,1' has a value twice"),
                (["bench", "recovery", "--sizes", ","], "--sizes: ',' has an empty name"),
                (["scenario", "no-crash", "--strategy", ","], "--strategy: ',' has an empty name"),
                (["scenario", "no-crash", "--sink", "append, "], "--sink: 'append, ' has an empty name"),
                (["compare", "A", "B", "--metric", ","], "--metric: ',' has an empty name"),
                (
                    ["history", "append", "--commit", "c", "--date", "d", "--figures", ","],
                    "--figures: ',' has an empty name"
                ),
            ])
        func aListWithoutANameIsRefused(words: [String], cause: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(words, in: folder)
            try ErrorTests.expect(outcome, exitCode: 64, cause: cause, fix: "", in: folder)
            #expect(try folder.contents() == [])
        }
    }
}

/// The commands and options that `kbench --experimental-dump-help` names.
enum HelpDump {
    struct Option: Sendable {
        /// `--rate`, or `-X`.
        var name: String
        var takesValue: Bool
    }

    private struct Dump: Decodable {
        var command: Command

        struct Command: Decodable {
            var commandName: String
            var shouldDisplay: Bool
            var arguments: [Argument]?
            var subcommands: [Command]?
        }

        struct Argument: Decodable {
            var kind: String
            var preferredName: Name?

            struct Name: Decodable {
                var kind: String
                var name: String
            }
        }
    }

    /// The options of every command that does something, by its words behind `kbench`.
    static func commands() async throws -> [String: [Option]] {
        let outcome = try await Kbench.run(["--experimental-dump-help"], in: Folder())
        try #require(outcome.status == .exited(0), "\(outcome)")
        let dump = try JSONDecoder().decode(Dump.self, from: Data(outcome.output.utf8))
        var found: [String: [Option]] = [:]
        func visit(_ command: Dump.Command, _ path: [String]) {
            let children = (command.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
            for child in children { visit(child, path + [child.commandName]) }
            guard children.isEmpty else { return }
            found[path.joined(separator: " ")] = (command.arguments ?? []).compactMap { argument in
                guard let name = argument.preferredName, !["help", "version"].contains(name.name) else { return nil }
                return Option(
                    name: (name.kind == "long" ? "--" : "-") + name.name, takesValue: argument.kind == "option")
            }
        }
        visit(dump.command, [])
        return found
    }
}
