// Everything that can be asked wrongly: a cause, a fix, the exit code, and nothing left behind.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct ErrorTests {
        /// A request that must be refused. `DIR` in an argument stands for the test's folder.
        struct Mistake: Sendable, CustomTestStringConvertible {
            var name: String
            var arguments: [String]
            var files: [String: String] = [:]
            var exitCode: Int32 = 64
            var cause: String
            var fix: String

            var testDescription: String { name }
        }

        private static let flagship = ["scenario", "crash-before-commit"]
        private static let head = "name: mine\nsummary: A test.\nrecords: 10\npartitions: 1\nrecord-bytes: 100\n"
        private static let runs = "runs:\n  - strategy: raw\n"

        static let mistakes = [
            Mistake(
                name: "a scenario that does not exist", arguments: ["scenario", "nosuch"],
                cause: "nosuch: no scenario has this name", fix: "crash-before-commit"),
            Mistake(
                name: "a scenario misspelt", arguments: ["scenario", "crash-before-comit"],
                cause: "crash-before-comit", fix: "crash-before-commit"),
            Mistake(
                name: "a scenario file that is not there", arguments: ["scenario", "DIR/absent.yaml"],
                cause: "DIR/absent.yaml", fix: ""),
            Mistake(
                name: "a file that is not YAML", arguments: ["scenario", "DIR/mine.yaml"],
                files: ["mine.yaml": head + "runs: [{strategy: direct\n"], cause: "DIR/mine.yaml:", fix: ""),
            Mistake(
                name: "an unknown key", arguments: ["scenario", "DIR/mine.yaml"],
                files: ["mine.yaml": head + "partitons: 3\n"], cause: "DIR/mine.yaml:6: 'partitons' is not known here",
                fix: "partitions"),
            Mistake(
                name: "a value of the wrong type", arguments: ["scenario", "DIR/mine.yaml"],
                files: ["mine.yaml": head.replacing("records: 10\n", with: "records: many\n") + runs],
                cause: "DIR/mine.yaml:3: records: 'many' is not a whole number", fix: "records"),
            Mistake(
                name: "an unknown strategy", arguments: flagship + ["--strategy", "receiver"],
                cause: "--strategy", fix: "receiver-wal"),
            Mistake(
                name: "an unknown sink", arguments: flagship + ["--sink", "kafka"], cause: "--sink", fix: "append"),
            Mistake(
                name: "an impossible number of records", arguments: flagship + ["--records", "0"],
                cause: "--records: 0 is not within", fix: "--records"),
            Mistake(
                name: "an unknown crash point", arguments: flagship + ["--crash", "batch.log.wrte.before@1"],
                cause: "batch.log.wrte.before", fix: "batch.log.write.before"),
            Mistake(
                name: "a crash that the strategy never reaches",
                arguments: flagship + ["--strategy", "direct", "--crash", "batch.log.write.before@1"],
                cause: "direct: none of them ever reaches batch.log.write.before", fix: "kbench crash-points"),
            Mistake(
                name: "an occurrence that never comes",
                arguments: flagship + ["--strategy", "direct-log-first", "--crash", "batch.log.write.before@11"],
                cause: "the point is reached 10 times", fix: "1 to 10"),
            Mistake(
                name: "no occurrence at all", arguments: flagship + ["--crash", "engine.idle.before@never"],
                cause: "'never' is no occurrence", fix: "@seeded"),
            Mistake(
                name: "a property without a value", arguments: flagship + ["-X", "nonsense"],
                cause: "-X: expected name=value", fix: "-X"),
            Mistake(
                name: "a property that librdkafka does not know", arguments: flagship + ["-X", "no.such=1"],
                cause: "no.such", fix: "-X"),
            Mistake(
                name: "a file of properties that is not there", arguments: flagship + ["-F", "DIR/absent.conf"],
                cause: "DIR/absent.conf", fix: "-F"),
            Mistake(
                name: "a results folder that is a file", arguments: flagship + ["--out", "DIR/taken"],
                files: ["taken": ""], cause: "DIR/taken", fix: "--out"),
            Mistake(
                name: "a results folder below a file", arguments: flagship + ["--out", "DIR/taken/results"],
                files: ["taken": ""], cause: "DIR/taken", fix: "--out"),
            Mistake(
                name: "a broker that is not there", arguments: flagship + ["--brokers", "127.0.0.1:1"],
                exitCode: 69, cause: "127.0.0.1:1", fix: "--brokers"),
            Mistake(
                name: "a broker's name that does not resolve",
                arguments: flagship + ["--brokers", "broker.invalid:9092"],
                exitCode: 69, cause: "broker.invalid:9092", fix: "--brokers"),
        ]

        @Test(arguments: mistakes)
        func aMistakeIsToldInTwoLinesAndLeavesNothing(_ mistake: Mistake) async throws {
            let folder = try Folder()
            for (name, text) in mistake.files { try folder.write(text, to: name) }
            let outcome = try await Kbench.run(
                mistake.arguments.map { $0.replacing("DIR", with: folder.path) }, in: folder)
            try Self.expect(
                outcome, exitCode: mistake.exitCode, cause: mistake.cause.replacing("DIR", with: folder.path),
                fix: mistake.fix, in: folder)
            #expect(try folder.results() == [])
        }

        @Test func aListenerThatIsNotABrokerIsToldFromOne() async throws {
            let folder = try Folder()
            let listener = try NotABroker()
            let outcome = try await Kbench.run(
                Self.flagship + ["--brokers", "127.0.0.1:\(listener.port)"], in: folder)
            try Self.expect(outcome, exitCode: 69, cause: "127.0.0.1:\(listener.port)", fix: "--brokers", in: folder)
        }

        @Test func aLoadTooLargeForTheMemoryOfTheMachineSaysHowMuchFits() async throws {
            let folder = try Folder()
            let arguments = ["scenario", "idle-crash", "--strategy", "direct", "--sink", "append"]
            let large = ["--records", "10000000", "--record-bytes", "1000000"]
            let refused = try await Kbench.run(arguments + large, in: folder)
            try Self.expect(
                refused, exitCode: 64, cause: "10000000 records of 1000000 bytes take 10000240 MB", fix: "at most",
                in: folder)
            let accepted = try await Kbench.run(arguments + ["--records", "120000", "--format", "json"], in: folder)
            #expect(accepted.status == .exited(0), "\(accepted)")
            #expect(try accepted.report().runs.first?.lost == 0)
            try folder.expectNothingLeftBehind()
        }

        /// A command line that cannot be read, and what is said of it.
        static let unreadable: [(arguments: [String], cause: String, fix: String)] = [
            (["nosuch"], "there is no command 'nosuch'", "`kbench --help` lists them"),
            (["scenaro", "no-crash"], "there is no command 'scenaro'", "did you mean scenario? `kbench --help`"),
            (["history", "apend"], "there is no command 'apend'", "did you mean append? `kbench history --help`"),
            (["offsets", "shw"], "there is no command 'shw'", "did you mean show? `kbench offsets --help`"),
            (["bench", "recovry"], "there is no command 'recovry'", "did you mean recovery? `kbench bench --help`"),
            (["scenario", "lst"], "lst: no scenario has this name", "did you mean list?"),
            (["scenario", "chek", "x"], "there is no command 'chek'", "did you mean check? `kbench scenario --help`"),
            (["replay", "a", "b"], "'b' is an argument too many", "`kbench replay --help`"),
            (["scenario"], "<name> is missing", "`kbench scenario --help`"),
            (["swarm", "--sed", "1"], "there is no option --sed", "did you mean --seeds? `kbench swarm --help`"),
            (["swarm", "--seeds"], "--seeds: the value is missing", "write --seeds <A..B>"),
            (["swarm", "--quiet=1"], "--quiet", "`kbench swarm --help`"),
            (flagship + ["--no-such-option"], "there is no option --no-such-option", "`kbench scenario --help`"),
            (flagship + ["--records", "x"], "--records: 'x' is none of its values", "`kbench scenario --help`"),
            (
                ["crash-points", "--strategy", "drect"], "--strategy: 'drect' is none of its values",
                "did you mean direct? choose from raw, receiver, "
            ),
            (
                ["swarm", "--format", "yaml"], "--format: 'yaml' is none of its values",
                "choose from text, json, csv, markdown, html"
            ),
            (["scenario", "no-such\u{1b}[31m"], "no-such\\u001b[31m: no scenario", "kbench scenario list"),
            (["matrix", "--point", "a\u{9b}2Jb"], "there is no 'a\\u009b2Jb'", "choose all"),
        ]

        @Test("S4: a command line that cannot be read is told in the one form too", arguments: unreadable)
        func aCommandLineThatCannotBeReadIsUsage(arguments: [String], cause: String, fix: String) async throws {
            let folder = try Folder()
            try Self.expect(
                try await Kbench.run(arguments, in: folder), exitCode: 64, cause: cause, fix: fix, in: folder)
            #expect(try folder.contents() == [])
        }

        /// Expects the one form all errors have.
        static func expect(
            _ outcome: Outcome, exitCode: Int32, cause: String, fix: String, in folder: Folder,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            #expect(outcome.status == .exited(exitCode), "\(outcome)", sourceLocation: sourceLocation)
            #expect(outcome.output == "", "\(outcome)", sourceLocation: sourceLocation)
            let lines = outcome.errorLines
            try #require(lines.count == 2, "\(outcome)", sourceLocation: sourceLocation)
            #expect(lines[0].hasPrefix("kbench: "), "\(outcome)", sourceLocation: sourceLocation)
            #expect(lines[0].contains(cause), "\(outcome)", sourceLocation: sourceLocation)
            #expect(lines[1].hasPrefix("fix: "), "\(outcome)", sourceLocation: sourceLocation)
            #expect(lines[1].dropFirst(5).contains(fix) || fix.isEmpty, "\(outcome)", sourceLocation: sourceLocation)
            let internals = ["Error Domain", "NSPOSIXErrorDomain", "Fatal error", "Stack dump", "Optional(", "Swift."]
            for word in internals + ["DecodingError", "CodingKeys", "Usage: ", "\u{1b}", "\u{9b}"] {
                #expect(!outcome.errors.contains(word), "\(outcome)", sourceLocation: sourceLocation)
            }
            try folder.expectNothingLeftBehind(sourceLocation: sourceLocation)
        }
    }
}
