// Every command of the documents, taken from the documents themselves, is run as it stands there, at a small size.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct DocumentedCommandsTests {
        static let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

        /// What becomes of a command of the documents.
        enum Treatment: Sendable {
            /// It is run with these words added, which make it small; what it exits with.
            case runs(with: [String] = [], exits: [Int32] = [0])
            /// Its address is an example: it is run with an address where nobody listens, and with the external broker's
            /// where there is one and it says so.
            case needsServer(with: [String] = [], alsoWithBroker: Bool = false)
            /// It is run at this size by the test in this file, whose text has these words; or it cannot be a test's part.
            case elsewhere(file: String, words: String)
        }

        /// Treatments by the beginning of the command; the first that fits.
        static let table: [(command: String, treatment: Treatment)] = [
            ("make demo", .elsewhere(file: "Makefile", words: ".build/release/kbench scenario crash-before-commit")),
            // This very run.
            ("make test", .elsewhere(file: "Makefile", words: "@scripts/test")),
            ("kbench crash-points", .runs()),
            (
                "kbench scenario crash-before-commit --brokers",
                .needsServer(with: ["--records", "500"], alsoWithBroker: true)
            ),
            ("kbench scenario crash-before-commit -F", .runs(with: ["--records", "500"])),
            ("kbench scenario schema", .runs()), ("kbench scenario new", .runs()),
            // It says of a broker that is away what it says of everything, and not on standard error.
            (
                "kbench doctor --brokers",
                .elsewhere(file: "Tests/EndToEndTests/DoctorTests.swift", words: "[\"doctor\", \"--brokers\"")
            ),
            ("kbench doctor", .runs()),
            ("kbench scenario list", .runs()), ("kbench offsets --help", .runs()),
            ("kbench scenario crash-before-commit --strategy", .runs()),
            ("kbench scenario crash-before-commit --log-directory", elsewhereLogged),
            ("kbench bench --strategy receiver-wal --log-directory", elsewhereLogged),
            ("kbench scenario crash-before-commit --client", .runs(with: ["--records", "500"])),
            ("kbench scenario crash-before-commit", shipped),
            ("kbench scenario uneven-load", shipped), ("kbench scenario orderly-stop", shipped),
            ("kbench scenario spark-graceful-stop", shipped),
            ("kbench scenario batch-keyed-trap", shipped), ("kbench scenario no-crash", shipped),
            ("kbench scenario offsets-moved", shipped),
            ("kbench scenario c5-upgrade", shipped),
            ("kbench scenario zookeeper-outage", shipped), ("kbench scenario c16-one-owner-of-the-offsets", shipped),
            ("kbench scenario offsets-in-zookeeper --zookeeper", .needsServer()),
            ("kbench scenario offsets-in-zookeeper", shipped),
            ("kbench scenario c20-word-count", job), ("kbench scenario c18-same-output", job),
            ("kbench scenario c21-own-output-operation", job),
            ("kbench scenario second-driver", .runs(with: ["--records", "2000"])),
            ("kbench scenario check ./", .runs()), ("kbench scenario ./", .runs(with: ["--records", "4000"])),
            (
                "kbench atlas --fidelity spark",
                .runs(with: atom + ["--strategy", "direct", "--sink", "append"], exits: [3])
            ),
            ("kbench atlas", .runs(with: atom + ["--strategy", "direct-log-first", "--sink", "offset-keyed"])),
            ("kbench campaign export", .runs()),
            ("kbench swarm --seeds 1..200 ", .runs()), ("kbench swarm", .runs(with: ["--seeds", "1..20"])),
            // Its hunt in the sound engine is a minute's work of a debug build, whatever the bug.
            (
                "kbench mutants",
                .elsewhere(file: "Tests/ExplorationTests/PlantedBugTests.swift", words: "func aBugIsFound")
            ),
            ("kbench replay", .runs()), ("kbench shrink", .runs(with: ["--quiet"])),
            ("kbench explain", .runs(with: ["--record", "simulated/0@1"])),
            ("kbench matrix --strategy direct --resume", resumed), ("kbench again results/2026", resumed),
            (
                "kbench diff",
                .elsewhere(file: "Tests/EndToEndTests/DiffTests.swift", words: "func twoOfOneKindAreCompared")
            ),
            (
                "kbench matrix --load",
                .runs(
                    with: ["--strategy", "direct", "--sink", "append", "--point", "sink.write.after"]
                        + ["--block-records", "5", "--batch-records", "10"])
            ),
            ("kbench matrix --against", .runs(with: ["--world", "simulated"])),
            ("kbench matrix --strategy receiver-wal --sink append --fidelity spark --point", .runs()),
            ("kbench matrix --strategy receiver-wal", .runs(with: ["--point", "receiver.poll.before"])),
            (
                "kbench matrix",
                .runs(with: ["--strategy", "direct", "--sink", "append", "--point", "sink.write.after"])
            ),
            ("kbench claims", .runs(with: ["--claim", "C3"])),
            ("kbench offsets import reset.csv", .needsServer()), ("kbench offsets export kafka:", .needsServer()),
            ("kbench offsets show", .runs()), ("kbench offsets export", .runs()), ("kbench offsets import", .runs()),
            ("kbench bench recovery", .runs(with: ["--sizes", "1", "--pairs", "1", "--partitions", "2"])),
            ("kbench bench --brokers", .needsServer(with: ["--pairs", "1", "--no-latency"])),
            ("kbench bench --strategy receiver-wal --sweep", .runs(with: tiny)),
            ("kbench bench", .runs(with: tiny + ["--strategy", "direct-log-first"])),
            (
                "kbench ceilings",
                .runs(
                    with: ["--records", "2000", "--partitions", "3", "--pairs", "1"] + [
                        "--verdict-records", "100000", "--block-records", "2000",
                    ])
            ),
            // No record is in a sink within a microsecond, so the search is short and its answer is exit code 5.
            (
                "kbench capacity",
                .runs(
                    with: ["--strategy", "direct-log-first", "--partitions", "2", "--from", "2", "--p99", "0.001"]
                        + ["--probe-time", "500ms"], exits: [5])
            ),
            ("kbench plan --rate", .runs()), ("kbench counts", .runs()),
            // The programs are the test's own and print the same figures; only time may tell them apart.
            ("kbench compare OLD/kbench --calibrate", .runs(with: few + ["--calibrate", "1"], exits: [0, 2])),
            ("kbench compare", .runs(with: few, exits: [0, 2, 6])),
            ("kbench gate --policy Benchmarks/gate.yaml --tier 0", .runs()),
            ("kbench gate --policy Benchmarks/stored.yaml", .runs()),
            ("kbench gate", .runs(with: few, exits: [0, 2, 6])),
            ("kbench judge new", .runs()),
            // They need a Python with a Kafka client, which the module's own tests bring.
            (
                "kbench judge",
                .elsewhere(file: "Tests/PipelinesTests/JudgeTests.swift", words: "commits after it has written")
            ),
            (
                "kbench league",
                .elsewhere(file: "Tests/PipelinesTests/LeagueTests.swift", words: "judges those that are installed")
            ),
            ("kbench broker check", .runs()),
            (
                "kbench broker tell",
                .elsewhere(file: "Tests/EndToEndTests/BrokerCommandTests.swift", words: "[\"broker\", \"tell\"")
            ),
            // They serve until somebody ends them.
            (
                "kbench broker",
                .elsewhere(file: "Tests/EndToEndTests/BrokerCommandTests.swift", words: "[\"broker\", \"--port\"")
            ),
            ("kbench list", .runs()), ("kbench report", .runs()), ("kbench again", .runs()),
            ("kbench history append", .runs(with: ["--commit", "c", "--date", "d"])), ("kbench history", .runs()),
        ]

        private static let resumed = Treatment.elsewhere(
            file: "Tests/EndToEndTests/ResumeTests.swift", words: "func matrix(torn")
        private static let shipped = Treatment.elsewhere(
            file: "Tests/EndToEndTests/ShippedScenariosTests.swift", words: "")
        // They need a file system that is mounted.
        private static let elsewhereLogged = Treatment.elsewhere(
            file: "Tests/EndToEndTests/LogDirectoryTests.swift", words: "\"--log-directory\", \"logs\"")
        private static let job = Treatment.elsewhere(file: "Tests/EndToEndTests/JobTests.swift", words: "")
        private static let atom = [
            "--partitions", "1", "--block-records", "2", "--batch-records", "4", "--batches", "1",
        ]
        private static let tiny = [
            "--records", "2000", "--partitions", "4", "--pairs", "1", "--no-latency", "--no-crash",
        ]
        private static let few = ["--pairs", "7", "--best-of", "1"]

        /// README, what lies beside it, and the pages; but for the page that lists the commands, which has its own test.
        static let documents: [CommandsOfDocument] = {
            let pages = root.appendingPathComponent("docs/kbench.docc")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: pages.path)) ?? []
            let paths =
                ["README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY", "docs/tuning-log"].map { "\($0).md" }
                + names.filter { $0.hasSuffix(".md") && $0 != "Commands.md" }.sorted().map { "docs/kbench.docc/\($0)" }
            return paths.compactMap { path in
                let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
                return text.map { CommandsOfDocument(name: path, text: $0) }
            }
        }()
        static let sections = documents.flatMap(\.sections)

        @Test("M7: every command of the documents has its treatment, and every treatment a command")
        func theTableIsWhole() throws {
            #expect(Self.documents.count > 30 && Self.sections.count > 20)
            let commands = Self.sections.flatMap(\.commands) + Self.documents.flatMap(\.mentioned)
            for command in commands {
                #expect(Self.treatment(of: command) != nil, "no treatment: \(command)")
            }
            for entry in Self.table {
                #expect(commands.contains { $0.hasPrefix(entry.command) }, "unused: \(entry.command)")
            }
            for command in commands {
                guard case .elsewhere(let file, let words) = Self.treatment(of: command) else { continue }
                let name = command.split(separator: " ").last.map { "\"\($0)\"" } ?? ""
                let text = try String(contentsOf: Self.root.appendingPathComponent(file), encoding: .utf8)
                #expect(text.contains(words.isEmpty ? name : words), "\(file) no longer runs \(command)")
            }
        }

        private static func treatment(of command: String) -> Treatment? {
            if let found = table.first(where: { command.hasPrefix($0.command) }) { return found.treatment }
            guard let target = command.wholeMatch(of: #/make ([a-z-]+).*/#)?.1 else { return nil }
            return .elsewhere(file: "Makefile", words: "\n\(target): ##")
        }

        @Test("M7: the page of commands names those that the program has, and no others")
        func thePageOfCommandsIsWhole() async throws {
            let page = try String(
                contentsOf: Self.root.appendingPathComponent("docs/kbench.docc/Commands.md"), encoding: .utf8)
            // A row may name a command's older name besides.
            let rows = page.components(separatedBy: "\n").filter { $0.hasPrefix("| `kbench ") }
                .map { row in
                    row.split(separator: "|")[0].matches(of: #/`kbench ([a-z -]+)`/#).map { String($0.1) }
                }
            let commands = try await HelpDump.commands()
            for row in rows { #expect(row.contains { commands[$0] != nil }, "\(row)") }
            for name in commands.keys {
                #expect(rows.contains { $0.contains(name) }, "the page has no `kbench \(name)`")
            }
        }

        /// Commands of one section may build on each other: they are run in their order, in one folder.
        @Test("M7: the commands of a section run", arguments: sections)
        func theCommandsOfASectionRun(section: CommandsOfDocument.Section) async throws {
            let folder = try Folder()
            try Self.prepare(folder)
            for command in section.commands {
                switch Self.treatment(of: command) {
                case .runs(let words, let exits):
                    let outcome = try await Self.run(command, with: words, in: folder)
                    #expect(exits.contains { outcome.status == .exited($0) }, "\(command)\n\(outcome)")
                    #expect(!outcome.output.isEmpty || command.contains("offsets"), "\(command)\n\(outcome)")
                case .needsServer(let words, let alsoWithBroker):
                    let away = try await Self.run(Self.addressed(command, "127.0.0.1:1"), with: words, in: folder)
                    try ErrorTests.expect(away, exitCode: 69, cause: "127.0.0.1:1", fix: "", in: folder)
                    guard alsoWithBroker, !command.contains(#/SASL|--replication-factor/#), let broker = Self.broker
                    else { continue }
                    let near = try await Self.run(Self.addressed(command, broker), with: words, in: folder)
                    #expect(near.status == .exited(0), "\(command)\n\(near)")
                case .elsewhere, nil: continue
                }
            }
            try folder.expectNothingLeftBehind()
        }

        /// The external broker that `scripts/test` starts.
        private static let broker = ProcessInfo.processInfo.environment["KBENCH_TEST_BROKERS"]

        private static func addressed(_ command: String, _ address: String) -> String {
            command.replacing(#/(--brokers|--zookeeper) \S+/#) { "\($0.1) \(address)" }
        }

        private static func run(_ command: String, with words: [String], in folder: Folder) async throws -> Outcome {
            let capsule = try folder.contents().first { $0.hasSuffix(".capsule") && !$0.hasSuffix(".small.capsule") }
            var typed = command.split(separator: " ").dropFirst().map { word in
                word == "CAPSULE" ? capsule ?? "CAPSULE" : String(word)
            }
            typed.insert(contentsOf: words, at: typed.firstIndex(of: "--") ?? typed.endIndex)
            if command.contains("<(") {
                let line = "KAFKA_USER=me KAFKA_PASSWORD=secret; exec \(Kbench.path) \(typed.joined(separator: " "))"
                return try await Kbench.runProgram("/bin/bash", ["-c", line], in: folder)
            }
            return try await Kbench.run(typed, in: folder)
        }

        /// The files that the commands name.
        private static func prepare(_ folder: Folder) throws {
            let files = FileManager.default
            func copy(_ path: String, to name: String) throws {
                try files.copyItem(atPath: root.appendingPathComponent(path).path, toPath: "\(folder.path)/\(name)")
            }
            try copy("Tests/Golden/offsets/state", to: "state")
            try files.createDirectory(atPath: "\(folder.path)/Benchmarks", withIntermediateDirectories: false)
            try copy("Benchmarks/gate.yaml", to: "Benchmarks/gate.yaml")
            try copy("Benchmarks/stored.yaml", to: "Benchmarks/stored.yaml")
            for place in ["results/bench", "new"] {
                try files.createDirectory(atPath: "\(folder.path)/\(place)", withIntermediateDirectories: true)
                try copy("results/bench/bench.json", to: "\(place)/bench.json")
            }
            try copy("results/counts.json", to: "counts.json")
            try folder.write("client.id=documents\n", to: "client.properties")
            try folder.write("orders,0,5\n", to: "reset.csv")
            for (name, text) in documents.flatMap(\.files) { try folder.write(text, to: name) }
            for name in ["OLD", "NEW"] {
                try files.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
                try folder.write(
                    """
                    #!/bin/sh
                    [ "$1" = counts ] && exec cat \(folder.path)/counts.json
                    echo '{"rows": [{"strategy": "direct", "sink": "append", "recordsPerSecond": 1000, "lost": 0,
                    "duplicates": 0, "cpuSecondsPerMillionRecords": 2}]}'

                    """, to: "\(name)/kbench")
                try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/\(name)/kbench")
            }
        }

        @Test("M7: the documents' samples have the shape and the exact counts of what the commands print now")
        func theSamplesAreWhatIsPrinted() async throws {
            let folder = try Folder()
            let script = Self.root.appendingPathComponent("scripts/samples").path
            let outcome = try await Kbench.runProgram(
                "/usr/bin/env", ["python3", script, "--check", Kbench.path], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
        }
    }
}

/// What a document tells people to type.
struct CommandsOfDocument: Sendable {
    struct Section: Sendable, CustomTestStringConvertible {
        var title: String
        /// The commands of its indented lines, in their order.
        var commands: [String] = []

        var testDescription: String { title }
    }

    /// The sections that have commands.
    private(set) var sections: [Section] = []
    /// The commands with arguments that are named within sentences.
    private(set) var mentioned: [String] = []
    /// The files that are printed whole: a first line `# name.yaml`, and the text.
    private(set) var files: [String: String] = [:]

    init(name: String, text: String) {
        var all = [Section(title: name)]
        var (fence, prose, begun): ([String]?, [String], String) = (nil, [], "")
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                if let lines = fence, let name = lines.first?.wholeMatch(of: #/# ([a-z-]+\.yaml)/#)?.1 {
                    files[String(name)] = lines.dropFirst().map { $0 + "\n" }.joined()
                }
                fence = fence == nil ? [] : nil
            } else if fence != nil {
                fence?.append(line)
            } else if line.hasPrefix("## ") {
                all.append(Section(title: "\(name), \(line.dropFirst(3))"))
            } else if line.hasPrefix("    ") {
                let words = line.replacing(#/\s+#.*$/#, with: "").trimmingCharacters(in: .whitespaces)
                // A word that goes on in the next line is joined to it without a space.
                let goesOn = words.hasSuffix("\\")
                begun +=
                    (begun.hasSuffix(",") || begun.isEmpty ? "" : " ")
                    + (goesOn ? String(words.dropLast()).trimmingCharacters(in: .whitespaces) : words)
                guard !goesOn else { continue }
                all[all.count - 1].commands += begun.components(separatedBy: " && ").filter(
                    CommandsOfDocument.isCommand)
                begun = ""
            } else {
                prose.append(line)
            }
        }
        sections = all.filter { !$0.commands.isEmpty }
        let spans = prose.joined(separator: "\n").matches(of: #/`((?:kbench|make)\s[^`]+)`/#)
        mentioned = spans.map { $0.1.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .filter { $0.split(separator: " ").count > 2 || $0.hasPrefix("make") }
            // Words in capitals stand for others.
            .filter { !$0.contains(#/\s[A-Z]+\b/#) }
    }

    private static func isCommand(_ text: String) -> Bool { text.hasPrefix("kbench ") || text.hasPrefix("make ") }
}
