// What kbench says about itself, whole: help, the list of scenarios, the crash points.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct HelpTests {
        private static let golden = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/cli")

        /// A command line and the file that holds what it prints.
        static let cases: [(arguments: [String], file: String)] = [
            (["--help"], "help.txt"),
            (["scenario", "--help"], "scenario-help.txt"),
            (["scenario", "run", "--help"], "scenario-run-help.txt"),
            (["scenario", "list"], "scenario-list.txt"),
            (["bench", "--help"], "bench-help.txt"),
            (["bench", "run", "--help"], "bench-run-help.txt"),
            (["bench", "recovery", "--help"], "bench-recovery-help.txt"),
            (["capacity", "--help"], "capacity-help.txt"),
            (["plan", "--help"], "plan-help.txt"),
            (["offsets", "--help"], "offsets-help.txt"),
            (["offsets", "show", "--help"], "offsets-show-help.txt"),
            (["offsets", "export", "--help"], "offsets-export-help.txt"),
            (["offsets", "import", "--help"], "offsets-import-help.txt"),
            (["counts", "--help"], "counts-help.txt"),
            (["compare", "--help"], "compare-help.txt"),
            (["gate", "--help"], "gate-help.txt"),
            (["history", "--help"], "history-help.txt"),
            (["history", "append", "--help"], "history-append-help.txt"),
            (["broker", "--help"], "broker-help.txt"),
            (["broker", "serve", "--help"], "broker-serve-help.txt"),
            (["broker", "tell", "--help"], "broker-tell-help.txt"),
            (["judge", "--help"], "judge-help.txt"),
            (["judge", "run", "--help"], "judge-run-help.txt"),
            (["league", "--help"], "league-help.txt"),
            (["campaign", "export", "--help"], "campaign-export-help.txt"),
            (["doctor", "--help"], "doctor-help.txt"),
            (["crash-points"], "crash-points.txt"),
            (["crash-points", "--strategy", "direct-log-first"], "crash-points-direct-log-first.txt"),
        ]

        /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter HelpTests` writes the files anew; read the difference afterwards.
        @Test(arguments: cases)
        func everyWordIsAsItWasAgreed(arguments: [String], file: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(arguments, in: folder)
            let url = Self.golden.appendingPathComponent(file)
            if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
                try Data(outcome.output.utf8).write(to: url)
            }
            #expect(outcome.status == .exited(0))
            #expect(outcome.errors == "")
            #expect(outcome.output == String(decoding: try Data(contentsOf: url), as: UTF8.self))
            #expect(try folder.contents() == [], "asking for help must not make files")
        }

        @Test func everyCrashPointSaysWhatItStandsBetweenAndWhoReachesIt() async throws {
            let points = try await CrashPointList.load().crashPoints
            #expect(points.count > 60)
            #expect(Set(points.map(\.name)).count == points.count)
            for point in points {
                #expect(point.standsBetween.contains(" | "), "\(point.name)")
                #expect(!point.strategies.isEmpty, "\(point.name)")
                #expect(Set(point.rows.keys).isSubset(of: point.strategies), "\(point.name)")
            }
        }

        @Test func theVersionIsPrinted() async throws {
            let outcome = try await Kbench.run(["--version"], in: Folder())
            #expect(outcome.status == .exited(0))
            #expect(outcome.output.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil, "\(outcome)")
        }

        @Test func aScenarioIsCheckedWithoutRunningIt() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", "check", "crash-before-commit"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.contains("is a valid scenario"), "\(outcome)")
            #expect(try folder.contents() == [])
        }
    }
}

/// What `kbench crash-points --format json` prints.
struct CrashPointList: Decodable {
    var crashPoints: [Point]

    struct Point: Decodable, Sendable {
        var name: String
        var standsBetween: String
        var strategies: [String]
        var rows: [String: String]
    }

    static func load() async throws -> CrashPointList {
        let outcome = try await Kbench.run(["crash-points", "--format", "json"], in: Folder())
        try #require(outcome.status == .exited(0), "\(outcome)")
        return try JSONDecoder().decode(CrashPointList.self, from: Data(outcome.output.utf8))
    }
}
