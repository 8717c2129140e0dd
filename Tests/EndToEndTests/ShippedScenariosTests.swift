// The scenarios that come with kbench, and the files and formats of their results.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct ShippedScenariosTests {
        /// Debian's ZooKeeper; in continuous integration its scenarios must fail, not hide, when it is missing.
        private static let hasZooKeeper =
            FileManager.default.fileExists(atPath: "/usr/share/java/zookeeper.jar")
            || ProcessInfo.processInfo.environment["CI"] == "true"

        @Test(
            .enabled(if: hasZooKeeper, "needs Debian's packages zookeeper and default-jre-headless"),
            arguments: ["offsets-in-zookeeper", "zookeeper-outage", "c16-one-owner-of-the-offsets"])
        func aScenarioWithZooKeeperHoldsAndLeavesNoServer(name: String) async throws {
            try await Self.expectHolds(name)
        }

        @Test(arguments: [
            "crash-before-commit", "crash-after-output", "torn-wal", "crash-in-recovery", "idle-crash", "no-crash",
            "batch-keyed-trap", "uneven-load", "orderly-stop", "spark-graceful-stop", "c3-consumed-again", "c5-upgrade",
            "c6-get-or-create", "offsets-moved",
        ])
        func aShippedScenarioHoldsAndKeepsItsResult(name: String) async throws { try await Self.expectHolds(name) }

        private static func expectHolds(_ name: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", name], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.errors == "")
            #expect(outcome.output.hasPrefix("PASS \(name): "), "\(outcome)")
            #expect(outcome.output.contains("\nagain: kbench scenario \(name) --seed 1\n"), "\(outcome)")
            let result = try #require(try folder.results().first)
            #expect(result.hasSuffix("Z-\(name)-1"))
            #expect(outcome.output.hasSuffix("\nresults: results/\(result)\n"), "\(outcome)")
            let files = ["\(name).yaml", "report.html", "report.md", "run.json", "summary.csv"]
            #expect(
                Set(try folder.contents())
                    == Set(
                        ["results", "results/\(result)", "results/latest"] + files.map { "results/\(result)/\($0)" }))
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.path)/results/latest") == result)
            try folder.expectNothingLeftBehind()
        }

        @Test func withoutACrashEveryStrategyIsMeasuredAgainstRaw() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                ["scenario", "no-crash", "--records", "20000", "--format", "json"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let json = try JSONDecoder().decode(Percentages.self, from: Data(outcome.output.utf8))
            #expect(json.runs.map(\.strategy) == ["raw", "receiver-wal", "direct-log-first", "direct"])
            #expect(json.runs.first?.percentOfRaw == 100)
            #expect(json.runs.allSatisfy { $0.percentOfRaw > 0 })
            // `raw` has no sink, so the strict contract reads it as well: nothing is left out for it.
            let raw = try #require(try outcome.report().runs.first)
            #expect(raw.sink == "none" && raw.crashPoint.value == nil && !raw.crashFired && raw.lost == 0)
        }

        private struct Percentages: Decodable {
            var runs: [Run]

            struct Run: Decodable {
                var strategy: String
                var percentOfRaw: Double
            }
        }

        /// A format and the file of the result that it equals.
        static let formats = [
            ("json", "run.json"), ("csv", "summary.csv"), ("markdown", "report.md"), ("html", "report.html"),
        ]

        @Test(arguments: formats)
        func whatIsPrintedIsWhatIsKept(format: String, file: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                ["scenario", "idle-crash", "--records", "1000", "--format", format, "--out", "kept/here"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.errors == "")
            #expect(try outcome.output == folder.text(of: "kept/here/latest/\(file)"))
        }

        @Test func everyFormatTellsTheSameCounts() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", "crash-after-output", "--records", "2500"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let json = try folder.text(of: "results/latest/run.json")
            let report = try JSONDecoder().decode(ReportContract.self, from: Data(json.utf8))
            let csv = try folder.text(of: "results/latest/summary.csv").components(separatedBy: "\r\n")
            let markdown = try folder.text(of: "results/latest/report.md")
            let columns = try #require(csv.first).components(separatedBy: ",")
            #expect(csv.count == report.runs.count + 2, "a heading, a line per run, and the end of the last line")
            for (run, line) in zip(report.runs, csv.dropFirst()) {
                let cells = Dictionary(uniqueKeysWithValues: zip(columns, line.components(separatedBy: ",")))
                #expect(cells["strategy"] == run.strategy && cells["sink"] == run.sink)
                #expect(cells["crash_point"] == run.crashPoint.value)
                #expect(cells["delivered_records"] == "\(run.delivered)")
                #expect(cells["duplicate_records"] == "\(run.duplicates)")
                #expect(cells["lost_records"] == "\(run.lost)")
                #expect(cells["wal_written_bytes"] == "\(run.walBytesWritten)")
                for text in [outcome.output, markdown] {
                    let row = text.components(separatedBy: "\n").first { row in
                        row.split { " |".contains($0) }.starts(with: [run.strategy[...], run.sink[...]])
                    }
                    let shown = row?.filter { $0 != "," } ?? ""
                    #expect(shown.contains(" \(run.duplicates) "), "\(text)")
                    // The width of a terminal has no room for it.
                    if text == markdown { #expect(shown.contains(" \(run.delivered) "), "\(text)") }
                }
            }
        }

        @Test func aResultIsNeverOverwritten() async throws {
            let folder = try Folder()
            for _ in 0..<3 {
                let outcome = try await Kbench.run(
                    ["scenario", "idle-crash", "--records", "100", "--strategy", "direct"], in: folder)
                #expect(outcome.status == .exited(0), "\(outcome)")
            }
            #expect(try folder.results().count == 3)
        }

        @Test func anOutcomeThatIsNotTheExpectedOneIsTold() async throws {
            let folder = try Folder()
            let path = try folder.write(
                """
                name: too-hopeful
                summary: States that a receiver never repeats anything.
                records: 500
                partitions: 2
                record-bytes: 100
                block-records: 50
                batch-records: 100
                runs:
                  - strategy: receiver-wal
                    crash: receiver.offsets.commit.before@3
                    expect:
                      append: {duplicates: 0, lost: 0}
                """, to: "too-hopeful.yaml")
            let outcome = try await Kbench.run(["scenario", path, "--format", "json"], in: folder)
            #expect(outcome.status == .exited(3), "\(outcome)")
            #expect(try outcome.report().verdict == "fail")
            #expect(try outcome.report().runs.first?.duplicates == 50)
            #expect(try folder.results().count == 1, "what was found is kept")
            try folder.expectNothingLeftBehind()
        }
    }
}
