// Jobs and a program's own output, through real kills: the words as sort and uniq count them, and the claims about them.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct JobTests {
        /// `tr`, `sort` and `uniq` know nothing of kbench.
        private static let countWords =
            #"LC_ALL=C tr -s ' \t\n\v\f\r' '\n' < text.txt | grep -v '^$' | LC_ALL=C sort | LC_ALL=C uniq -c"#

        @Test(arguments: [1, 70_001])
        func wordsTypedByKcatAreCountedAsSortAndUniqDo(seed: Int) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", "c20-word-count", "--seed", "\(seed)"], in: folder)
            try Self.expectCountsOfSortAndUniq(outcome, in: folder)
            try folder.expectNothingLeftBehind()
        }

        /// The kept counts of every strategy equal what the system's own tools make of the kept text.
        static func expectCountsOfSortAndUniq(_ outcome: Outcome, in folder: Folder) throws {
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.contains("C20 holds"), "\(outcome)")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", countWords]
            process.currentDirectoryURL = URL(fileURLWithPath: "\(folder.path)/results/latest")
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let counts = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(counts.split(separator: "\n").count > 20, "\(counts)")
            let strategies = ["receiver-wal", "direct", "direct-log-first", "direct-commit", "direct-transactional"]
            for strategy in strategies {
                let counted = try folder.text(of: "results/latest/words-\(strategy).txt")
                #expect(Array(counted.utf8) == Array(counts.utf8), "\(strategy)\n\(counted)\n\(counts)")
            }
        }

        @Test func withoutKcatTheRunIsInvalidAndSaysHowToInstallIt() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.runProgram(
                "/usr/bin/env", ["PATH=/nowhere", Kbench.path, "scenario", "c20-word-count"], in: folder)
            #expect(outcome.status == .exited(5), "\(outcome)")
            #expect(outcome.sentences.contains("kcat, which types the text, is not installed"), "\(outcome)")
            #expect(outcome.output.contains("C20 not-measured"), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        /// A scenario of a claim, and what it comes to.
        static let claims = [
            ("c14-receiver-order", "C14 holds-if"), ("c17-direct-order", "C17 holds-if"),
            ("c18-same-output", "C18 holds-if"), ("c21-own-output-operation", "C21 holds:"),
        ]

        @Test(arguments: claims)
        func aClaimComesOutAsItIs(name: String, verdict: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", name], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.contains("\n\(verdict)"), "\(outcome)")
            try folder.expectNothingLeftBehind()
        }

        /// The points that only a job with a state reaches.
        @Test(arguments: [
            "state.write.before", "state.write.torn", "state.write.after", "state.sync.before", "state.rename.before",
            "state.rename.after",
        ])
        func aKillBesideTheStateCountsEveryRecordOnce(point: String) async throws {
            let folder = try Folder()
            let path = try folder.write(
                """
                name: state
                summary: A job that keeps a state, killed beside it.
                job: word-count
                records: 601
                partitions: 3
                record-bytes: 100
                block-records: 50
                batch-records: 200
                runs:

                """
                    + ["receiver-wal", "direct", "direct-log-first", "direct-commit", "direct-transactional"].map {
                        "  - strategy: \($0)\n    crash: \(point)@seeded\n"
                            + "    expect: {state: {duplicates: 0, lost: 0}}\n"
                    }.joined(), to: "state.yaml")
            let outcome = try await Kbench.run(["scenario", path, "--format", "json", "--seed", "5"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let report = try outcome.report()
            #expect(report.runs.count == 5)
            #expect(report.runs.allSatisfy { $0.crashFired && $0.delivered == 601 && $0.sink == "word-count" })
            try folder.expectNothingLeftBehind()
        }
    }
}
