// `kbench doctor`: a line for each thing, whatever is wrong with a folder or a broker, and nothing left behind.
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    @Suite struct DoctorTests {
        /// The part of `--format json` that other tools rely on.
        private struct Report: Decodable {
            var schema: String
            var lines: [Line]
            var isBrokerGone: Bool

            struct Line: Decodable {
                var name: String
                var found: String
                var standing: String
                var means: String
                var mend: String?
                var figures: [String: Double]
            }

            func line(_ name: String) throws -> Line { try #require(lines.first { $0.name == name }, "\(name)") }
        }

        private static func report(_ words: [String], exits: [Int32], in folder: Folder) async throws -> Report {
            let outcome = try await Kbench.run(["doctor", "--format", "json"] + words, in: folder)
            #expect(exits.contains { outcome.status == .exited($0) }, "\(outcome)")
            #expect(outcome.errors == "", "\(outcome)")
            return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        }

        private static let rights = ["create topic", "produce", "fetch", "commit offsets", "delete"]

        @Test("everything is looked at, with figures, and nothing is left behind")
        func whole() async throws {
            let folder = try Folder()
            // The machine that tests run on may have something to be minded.
            let report = try await Self.report([], exits: [0, 5], in: folder)
            #expect(
                report.lines.map(\.name) == [
                    "versions", "kernel", "folder", "free space", "sync", "synced writes", "cores", "steadiness",
                    "other work", "memory", "control group", "open files", "points of files", "points behind calls",
                    "processes", "broker",
                ] + Self.rights + ["clock", "time of day"])
            for line in report.lines {
                #expect(["ok", "warning", "failure", "skipped"].contains(line.standing))
                #expect(!line.found.isEmpty && !line.means.isEmpty, "\(line)")
                #expect((line.mend == nil) == ["ok", "skipped"].contains(line.standing), "\(line)")
            }
            for name in Self.rights { #expect(try report.line(name).standing == "ok", "\(name)") }
            #expect(try report.line("broker").found.hasPrefix("embedded at 127.0.0.1:"))
            let sync = try report.line("sync").figures
            let percentiles = try ["p50", "p90", "p99", "most"].map { try #require(sync["\($0)Seconds"]) }
            #expect(percentiles == percentiles.sorted() && percentiles[0] > 0)
            #expect(try report.line("cores").figures["cores"] ?? 0 >= 1)
            #expect(try report.line("free space").figures["freeBytes"] ?? 0 > 0)
            #expect(try folder.contents() == [], "the folder for results is only looked at")
            try folder.expectNothingLeftBehind()
        }

        @Test("a folder that cannot be written is a failure with its mend, and the rest is told all the same")
        func folder() async throws {
            let report = try await Self.report(["--out", "/proc/results"], exits: [5], in: Folder())
            let line = try report.line("folder")
            #expect(line.standing == "failure" && line.mend?.contains("--out") == true, "\(line)")
            #expect(!report.lines.contains { $0.name == "sync" })
            #expect(try report.line("delete").standing == "ok")
        }

        @Test("a broker that is not there is a line too, and exit code 69")
        func away() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["doctor", "--brokers", "127.0.0.1:1"], in: folder)
            #expect(outcome.status == .exited(69), "\(outcome)")
            #expect(outcome.output.hasPrefix("FAILURE doctor: "), "\(outcome)")
            #expect(outcome.sentences.contains("- broker: check --brokers"), "\(outcome)")
            #expect(try folder.contents() == [])
        }

        @Test(
            "a right that the broker refuses is named, with who can give it, and what rests on it is skipped",
            arguments: [
                (
                    "create-topics", "cluster-authorization-failed", "create topic", "CREATE",
                    ["produce", "fetch", "commit offsets", "delete"]
                ),
                ("produce", "topic-authorization-failed", "produce", "WRITE", ["fetch"]),
                ("fetch", "topic-authorization-failed", "fetch", "READ", []),
                ("offset-commit", "group-authorization-failed", "commit offsets", "groups", []),
                ("delete-topics", "topic-authorization-failed", "delete", "DELETE", []),
            ] as [(String, String, String, String, [String])])
        func refused(request: String, error: String, name: String, mend: String, skipped: [String])
            async throws
        {
            let folder = try Folder()
            try folder.write("- {on: \(request), times: 1000, fail: \(error)}\n", to: "script.yaml")
            _ = try await BrokerCommandTests.serve(["--script", "script.yaml"], in: folder) { child, address in
                let outcome = try await Kbench.runProgram(
                    Kbench.path, ["doctor", "--format", "json", "--brokers", address.bootstrap], in: folder,
                    waits: false)
                #expect(outcome.status == .exited(5), "\(outcome)")
                let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
                let line = try report.line(name)
                #expect(line.standing == "failure" && line.found.hasPrefix("the right is missing: "), "\(line)")
                #expect(line.mend?.contains(mend) == true, "\(line)")
                for other in Self.rights where other != name {
                    let standing = try report.line(other).standing
                    #expect(standing == (skipped.contains(other) ? "skipped" : "ok"), "\(other): \(standing)")
                }
                try child.send(signal: .terminate)
            }
        }

        @Test("it is printed in every form, and again from its JSON")
        func forms() async throws {
            let folder = try Folder()
            let json = try await Kbench.run(["doctor", "--format", "json"], in: folder)
            try folder.write(json.output, to: "doctor.json")
            for (format, words) in [
                ("text", " doctor: "), ("markdown", "# What this machine is good for"), ("csv", "name,standing,figure"),
                ("html", "<html"),
            ] {
                let outcome = try await Kbench.run(["report", "doctor.json", "--format", format], in: folder)
                #expect(outcome.status == .exited(0) && outcome.output.contains(words), "\(outcome)")
            }
        }
    }
}
