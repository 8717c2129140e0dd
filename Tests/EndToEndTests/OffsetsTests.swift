// `kbench offsets` as a person uses it: what it prints, what it writes, and how it refuses.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct OffsetsTests {
        private static let golden = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/offsets")

        /// A folder with the states of the golden folder in it.
        private static func folder() throws -> Folder {
            let folder = try Folder()
            for state in ["state", "old-format"] {
                try FileManager.default.copyItem(
                    atPath: golden.appendingPathComponent(state).path, toPath: "\(folder.path)/\(state)")
            }
            return folder
        }

        /// A command line and the file that holds what it prints.
        static let cases: [(arguments: [String], file: String)] = [
            (["offsets", "show", "checkpoint:state"], "show-checkpoint.txt"),
            (["offsets", "show", "checkpoint:state", "--format", "json"], "show-checkpoint.json"),
            (["offsets", "show", "checkpoint:state", "--format", "csv"], "show-checkpoint.csv"),
            (["offsets", "export", "checkpoint:state", "--topic", "orders"], "export-checkpoint.txt"),
            (
                ["offsets", "export", "checkpoint:state", "--topic", "orders", "--format", "csv"],
                "export-checkpoint.csv"
            ),
            (
                ["offsets", "export", "checkpoint:state", "--topic", "orders", "--format", "json"],
                "export-checkpoint.json"
            ),
            (["offsets", "export", "checkpoint:old-format"], "export-old-format.txt"),
        ]

        /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter OffsetsTests` writes the files anew; read the difference.
        @Test(arguments: cases)
        func whatIsPrintedIsAsAgreed(arguments: [String], file: String) async throws {
            let folder = try Self.folder()
            let before = try folder.contents()
            let outcome = try await Kbench.run(arguments, in: folder)
            let url = Self.golden.appendingPathComponent(file)
            let printed = outcome.output + (outcome.errors.isEmpty ? "" : "--- standard error\n" + outcome.errors)
            if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
                try Data(printed.utf8).write(to: url)
            }
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(printed == String(decoding: try Data(contentsOf: url), as: UTF8.self))
            #expect(try folder.contents() == before, "showing and exporting change nothing")
        }

        @Test func exportedPositionsBecomeAStateForTheNextVersion() async throws {
            let folder = try Self.folder()
            func run(_ arguments: String...) async throws -> Outcome {
                let outcome = try await Kbench.run(["offsets"] + arguments, in: folder)
                try #require(outcome.status == .exited(0), "\(outcome)")
                return outcome
            }
            let exported = try await run("export", "checkpoint:state", "--to", "positions.txt")
            #expect(exported.output == "")
            #expect(exported.errors.contains("note: not complete: batch 7"), "\(exported)")
            let imported = try await run("import", "positions.txt", "checkpoint:new/state", "--program-version", "2")
            #expect(imported.errors == "note: batches go on with number 8\n")
            #expect(
                try folder.text(of: "new/state/checkpoints/checkpoint-0000000001").hasPrefix(
                    "kbench-checkpoint 2\nprogram 2\nlatest 7\nnext 0 1500\nnext 1 1500\nnext 2 1500\ncrc32c "))
            _ = try await run("import", "positions.txt", "offset-log:log")
            let shown = try await run("show", "offset-log:log")
            #expect(shown.output.contains("        0         1500              1500\n"), "\(shown)")
            _ = try await run("import", "positions.txt", "file:group.offsets", "--topic", "orders")
            #expect(try folder.text(of: "group.offsets").hasPrefix("kbench-positions 1\ntopic orders\nlatest 7\n"))
        }

        /// A request that must be refused, with its exit code, cause and fix.
        static let mistakes: [(arguments: [String], exitCode: Int32, cause: String, fix: String)] = [
            (["show", "here"], 64, "'here' is no address of positions", "checkpoint:DIR"),
            (["show", "checkpoint:nowhere"], 64, "the folder holds no checkpoint (nowhere)", "kbench offsets --help"),
            (["show", "offset-log:state"], 64, "holds no offset log, but checkpoints", "kbench offsets --help"),
            (["show", "kafka:billing"], 64, "kafka:billing is not complete without --brokers", "--brokers HOST:PORT"),
            (["show", "zookeeper:h:1/g"], 64, "is not complete without --topic", "--topic NAME"),
            (["show", "zookeeper:h/g", "--topic", "t"], 64, "'h' is no address of a ZooKeeper", "host:port"),
            (["show", "zookeeper:h:1"], 64, "names no group", "zookeeper:HOST:PORT/GROUP"),
            (["show", "zookeeper:127.0.0.1:1/g", "--topic", "t"], 69, "ZooKeeper gave no answer", "check the address"),
            (["show", "kafka:g", "--topic", "t", "--brokers", "127.0.0.1:1"], 69, "127.0.0.1:1", "--brokers"),
            (
                ["show", "checkpoint:state", "--committed", "file:positions"], 64,
                "--committed has no effect: checkpoint:state is no receiver's", "leave out --committed"
            ),
            (["show", "file:absent"], 64, "absent", "kbench offsets export wrote"),
            (["show", "file:state/checkpoints/checkpoint-0000000013"], 64, "does not begin with", "restore it"),
            (["show", "file:state/checkpoints/checkpoint-0000000014"], 64, "is not the checksum", "restore it"),
            (["export", "checkpoint:state", "--to", "taken"], 64, "taken: the file is there already", "--force"),
            (["import", "taken", "checkpoint:new"], 64, "taken", "restore it"),
            (["import", "absent", "checkpoint:new"], 64, "absent", "kbench offsets export wrote"),
            (["import", "positions", "checkpoint:state"], 64, "the folder holds a state already", "--force"),
            (["import", "gap", "checkpoint:new"], 64, "there is no position for partition 0", "another place"),
        ]

        @Test(arguments: mistakes)
        func aMistakeIsToldInTwoLines(
            arguments: [String], exitCode: Int32, cause: String, fix: String
        ) async throws {
            let folder = try Self.folder()
            try folder.write("", to: "taken")
            try folder.write("kbench-positions 1\nnext 0 5\ncrc32c ca11f694\n", to: "positions")
            try folder.write("kbench-positions 1\nnext 1 5\ncrc32c 17545c2c\n", to: "gap")
            let before = try folder.contents()
            let outcome = try await Kbench.run(["offsets"] + arguments, in: folder)
            try ErrorTests.expect(outcome, exitCode: exitCode, cause: cause, fix: fix, in: folder)
            #expect(try folder.contents() == before, "a refusal writes nothing")
        }
    }
}
