// Several pipelines in a league: judged, left out, taken up again, and out of time.
import Foundation
import Harness
import Posix
import Results
import Synchronization
import Testing
import World

@testable import Pipelines

@Suite("A league of pipelines", .serialized, .timeLimit(.minutes(10))) struct LeagueTests {
    /// A folder of pipelines that is removed.
    private final class Files {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-league-\(UUID().uuidString)")
            .path

        init() throws { try PosixDisk().makeDirectory(path) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws -> String {
            let file = "\(path)/\(name)"
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            return file
        }

        /// A consumer that writes and then commits; each life leaves a line in `lives`.
        func consumer(_ name: String) throws -> String {
            _ = try write("consumer.py", JudgeTests.consumer)
            return try write(
                "\(name).yaml",
                """
                pipeline: \(name)
                version: 'echo "client 7"; echo more'
                command: 'echo life >>lives; exec \(JudgeTests.python ?? "python3") consumer.py'
                env: {MODE: after}
                input: {records: 600, partitions: 3}
                """)
        }

        var lives: Int {
            (try? String(contentsOfFile: "\(path)/lives", encoding: .utf8))?.count(where: \.isNewline) ?? 0
        }
    }

    private static func league(
        _ files: [String], in folder: String, journals: String? = nil,
        _ change: (inout JudgeSettings) -> Void = { _ in }
    ) async throws -> (result: LeagueResult, notes: [String]) {
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request"]
        change(&settings)
        let options = RunOptions(
            brokers: nil, properties: [], workDirectory: "\(folder)/work", workerExecutable: WatchedFilesTests.kbench,
            reproduce: "kbench judge \(LeagueRunner.filePlace) \(JudgeRunner.pointsPlace)", version: "1")
        let notes = Mutex<[String]>([])
        let runner = LeagueRunner(files, settings, journals: journals, options: options, reproduce: "kbench league") {
            note in
            notes.withLock { $0.append(note) }
        }
        return (try await runner.run(), notes.withLock { $0 })
    }

    @Test(
        "judges those that are installed, measures them, and goes on where it was interrupted",
        .enabled(if: JudgeTests.python != nil))
    func judged() async throws {
        let files = try Files()
        let here = try files.consumer("here")
        let gone = try files.write("gone.yaml", "pipeline: gone\ncommand: [./no-such-program]\nguarantee: none")
        let journals = "\(files.path)/journals"
        func league() async throws -> (result: LeagueResult, notes: [String]) {
            try await Self.league([here, gone], in: files.path, journals: journals) {
                $0.speedRecords = 900
                // Whatever it takes is too short, until there are as many records as there may be.
                $0.speedSize.leastSeconds = 3_600
                $0.speedSize.most = 1_100
                $0.speedSize.plain = 2_000
            }
        }
        let first = try await league()
        #expect(first.notes == ["\(gone): skipped: there is no program ./no-such-program"])
        let entry = try #require(first.result.pipelines.first)
        #expect(entry.outcome == .pass, "\(entry.reason ?? "")")
        #expect(entry.program == "client 7")
        let sums: [Int] = [entry.kills.count, entry.agreedIn, entry.mostDuplicates, entry.repeatedIn]
        #expect(sums == [2, 2, 100, 2])
        #expect(entry.worst?.reproduce.hasPrefix("kbench judge \(here) --points 'wire.offset-commit.request@") == true)
        #expect(entry.recoverySeconds ?? 0 > 0)
        #expect(entry.recordsPerSecond ?? 0 > 0, "\(entry.speedReason ?? "")")
        #expect(entry.ratioToPlain.map { $0 > 0 && $0 < 1 } == true)
        let other = try #require(first.result.pipelines.last)
        #expect(other.outcome == .skipped && other.claimed == "none" && other.kills.isEmpty)
        // One life without a kill, two for each kill, one that is timed and was too short, one with more records.
        #expect(files.lives == 7)
        let second = try await league()
        #expect(second.result.pipelines == first.result.pipelines)
        #expect(files.lives == 7)
        #expect(try PosixDisk().list(journals) == ["here.ndjson"])
        // Who asks for no speed gets none, also where one is remembered.
        let bare = try await Self.league([here], in: files.path, journals: journals)
        #expect(bare.result.pipelines.first?.recordsPerSecond == nil)
        #expect(files.lives == 7)
    }

    @Test(
        "a speed is told from so many records that they take a second",
        arguments: [
            (20_000, 2.0, nil), (20_000, 1.0, nil), (20_000, 0.75, 40_000), (20_000, 0.3, 100_000),
            // What nobody could see, and what is as large as it may be.
            (20_000, 0.0, 1_000_000), (1_000, 0.0, 50_000), (999_999, 0.5, 1_000_000), (1_000_000, 0.5, nil),
            (3_000_000, 0.1, nil),
        ] as [(Int, Double, Int?)])
    func sizes(records: Int, seconds: Double, next: Int?) {
        #expect(SpeedSize().next(after: records, seconds: seconds) == next)
    }

    @Test("says of each why it has no row: not installed, wrong by itself, no time")
    func withoutRows() async throws {
        let files = try Files()
        let asked = try files.write(
            "asked.yaml", "pipeline: asked\nversion: 'echo not here >&2; exit 3'\ncommand: 'true'")
        let setup = try files.write(
            "setup.yaml", "pipeline: setup\nsetup: ['echo no luck; exit 4']\ncommand: 'true'")
        let wrong = try files.write("wrong.yaml", "pipeline: wrong\ncommand: 'true'\ninput: {records: 10}")
        let result = try await Self.league([asked, setup, wrong], in: files.path).result
        #expect(result.pipelines.map(\.outcome) == [.skipped, .invalid, .invalid])
        #expect(result.pipelines[0].reason == "not here")
        #expect(result.pipelines[1].reason?.contains("no luck") == true)
        #expect(result.pipelines[2].reason?.contains("10 lost") == true)
        let late = try await Self.league([wrong], in: files.path) { $0.budgetSeconds = 0 }.result
        #expect(late.pipelines.map(\.outcome) == [.unfinished])
    }

    @Test("is not begun with a file that cannot be read, or with two pipelines of one name")
    func refusals() async throws {
        let files = try Files()
        let one = try files.write("one.yaml", "pipeline: a/b\ncommand: 'true'")
        let two = try files.write("two.yaml", "pipeline: a_b\ncommand: 'true'")
        let same = await #expect(throws: Diagnosis.self) { try await Self.league([one, two], in: files.path) }
        #expect(same?.cause.contains("two of the files") == true)
        #expect(same?.exitCode == .usage)
        await #expect(throws: ScenarioError.self) { try await Self.league(["\(files.path)/none"], in: files.path) }
    }
}
