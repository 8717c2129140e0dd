// Scenario files: what they may say, and how a refusal reads.
import Engine
import Foundation
import Harness
import Ingestion
import Judgement
import Testing
import World

@testable import Scenarios

/// A complete scenario; the tests change single lines of it.
private let complete = """
    name: sample
    summary: A sample.
    explanation: |
      First line.
      Second line.
    records: 10_000
    partitions: 4
    record-bytes: 200
    block-records: 100
    batch-records: 1000
    group-commit-blocks: 2
    wal-compression: zstd:3
    checkpoint-lag-tasks: 5
    seed: 7
    runs:
      - strategy: raw
      - strategy: receiver-wal
        crash: receiver.offsets.commit.before@seeded
        expect:
          append: {duplicates: E + n + 4, lost: 0}
          offset-keyed: {duplicates: 0, lost: 0}
    """

@Suite struct ScenarioFileTests {
    @Test func aCompleteFileIsReadAsWritten() throws {
        let scenario = try ScenarioFile.parse(complete, file: "sample.yaml")
        let expected = Scenario(
            name: "sample", summary: "A sample.", explanation: "First line.\nSecond line.", records: 10_000,
            partitions: 4, recordBytes: 200, cuts: .count(block: 100, batch: 1000), groupCommitBlocks: 2,
            walCompressionLevel: 3, checkpointLagTasks: 5, seed: 7,
            runs: [
                Scenario.Run(strategy: .raw, sinks: []),
                Scenario.Run(
                    strategy: .receiverWal,
                    sinks: [
                        Scenario.Expectation(
                            sink: .append, duplicates: SymbolSum(symbols: [.E, .n], constant: 4), lost: SymbolSum()),
                        Scenario.Expectation(sink: .offsetKeyed, duplicates: SymbolSum(), lost: SymbolSum()),
                    ],
                    crashes: [
                        Scenario.Crash(point: CrashPoint(.receiverOffsetsCommit, .before), occurrence: .seeded)
                    ]),
            ])
        #expect(scenario == expected)
    }

    @Test func aCrashMayBeAListOneForEachLife() throws {
        let text = changed([
            "receiver.offsets.commit.before@seeded":
                "[receiver.offsets.commit.before@seeded, recovery.open.after, sink.write.after@last]"
        ])
        let crashes = try ScenarioFile.parse(text, file: "sample.yaml").runs[1].crashes
        #expect(
            crashes.map(\.description) == [
                "receiver.offsets.commit.before@seeded", "recovery.open.after@1", "sink.write.after@last",
            ])
    }

    @Test func anOffsetStoreHoldsForEveryRunThatCommitsUnlessTheRunNamesItsOwn() throws {
        let text = changed([
            "seed: 7": "offset-store: file\nprogram-version: 3",
            "  - strategy: raw":
                "  - strategy: raw\n  - {strategy: receiver, offset-store: zookeeper, expect: {append: {duplicates: 0, lost: 0}}}",
        ])
        let scenario = try ScenarioFile.parse(text, file: "sample.yaml")
        #expect(scenario.runs.map(\.offsetStore) == [.kafka, .zookeeper, .file])
        #expect(scenario.programVersion == 3)
    }

    @Test func whatIsLeftOutHasADefault() throws {
        let brief = without(
            "explanation: |", "  First line.", "  Second line.", "group-commit-blocks: 2", "wal-compression: zstd:3",
            "checkpoint-lag-tasks: 5", "seed: 7")
        let scenario = try ScenarioFile.parse(brief, file: "sample.yaml")
        #expect(scenario.explanation.isEmpty)
        #expect(scenario.groupCommitBlocks == 1)
        #expect(scenario.walCompressionLevel == nil)
        #expect(scenario.checkpointLagTasks == 0)
        #expect(scenario.seed == 1)
    }

    @Test func outagesDamageAndFailuresAreRead() throws {
        let scenario = try ScenarioFile.parse(
            changed([
                "seed: 7": "seed: 7\narrivals: 3_000\nrestart-batch: unlimited\nreset: latest\ntask-attempts: 2",
                "    crash: receiver.offsets.commit.before@seeded":
                    "    crash: sink.write.fails@seeded\n    failures: 2\n    damage: newest-two-checkpoints",
            ]), file: "sample.yaml")
        #expect(scenario.arrivals == 3000 && scenario.restartBatch == .unlimited && scenario.reset == .latest)
        #expect(scenario.taskAttempts == 2)
        let run = try #require(scenario.runs.last)
        #expect(run.damage == .newestTwoCheckpoints && run.failures == 2)
        #expect(run.crashes.first?.point == CrashPoint(.sinkWrite, .fails))
    }

    @Test(arguments: [
        ("    damage: newest-checkpoint", "    crash: sink.write.fails@1", "without a crash that the worker dies of"),
        (
            "    damage: last-block", "    crash: batch.plan.before@1",
            "nothing of its own that damage last-block strikes"
        ),
        ("    failures: 2", "    crash: batch.plan.before@1", "failures 2 without a point at which a task fails"),
    ])
    func whatCannotHappenIsRefused(key: String, crash: String, cause: String) throws {
        let scenario = try ScenarioFile.parse(
            changed([
                "strategy: receiver-wal": "strategy: direct",
                "    crash: receiver.offsets.commit.before@seeded": "\(crash)\n\(key)",
                "E + n + 4": "0",
            ]), file: "sample.yaml")
        let error = #expect(throws: Diagnosis.self) { try ScenarioRunner.check(scenario) }
        #expect(error?.cause.contains(cause) == true, "\(String(describing: error))")
        #expect(error?.exitCode == .usage)
    }

    @Test func endsOfALifeOtherThanACrashAtAPointAreRead() throws {
        let line = "    crash: receiver.offsets.commit.before@seeded"
        let stopped = try ScenarioFile.parse(
            changed([line: "    stop: term\n    stop-at: receiver.poll.after@3\n\(line)"]), file: "sample.yaml")
        let run = try #require(stopped.runs.last)
        #expect(run.stop == .term && run.stopPlace?.description == "receiver.poll.after@3" && run.crashes.count == 1)
        let plan = try #require(try RunPlan.plans(of: stopped).last)
        guard case .points(let places) = plan.death else { return #expect(plan.death == .none) }
        #expect(plan.stop == .term && places.count == 2 && plan.expected != nil)

        let anywhere = try ScenarioFile.parse(changed([line: "    stop: drain"]), file: "sample.yaml")
        #expect(anywhere.runs.last?.stopPlace?.description == "receiver.poll.after@seeded")

        let timed = try ScenarioFile.parse(
            changed([line: "    crash-after-ms: 250", "E + n + 4": "any"]), file: "sample.yaml")
        #expect(timed.runs.last?.sinks.first?.duplicates.description == "any")
        #expect(try RunPlan.plans(of: timed).last?.death == .time(.milliseconds(250)))
    }

    @Test(arguments: [
        ("    stop-at: receiver.poll.after@3", "runs[1].stop-at: nothing is stopped there"),
        ("    stop: quit", "runs[1].stop: no way to stop is called 'quit'"),
        (
            "    stop: term\n    stop-at: receiver.wal.append.torn@1",
            "runs[1].stop-at: a worker cannot be asked there to leave"
        ),
        (
            "    stop: term\n    damage: last-event",
            "runs[1].damage: damage strikes after the first life, which is stopped and not killed"
        ),
        (
            "    crash-after-ms: 5\n    stop: term",
            "runs[1].stop: the run is killed at a time already"
        ),
        ("    crash-after-ms: 0", "runs[1].crash-after-ms: 0 is not within 1 to 600000"),
    ])
    func anImpossibleEndOfALifeIsRefused(lines: String, cause: String) throws {
        let error = #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(
                changed(["    crash: receiver.offsets.commit.before@seeded": lines]), file: "sample.yaml")
        }
        #expect(error?.cause.contains(cause) == true, "\(String(describing: error))")
    }

    @Test func blocksAndBatchesCanBeCutByTime() throws {
        let timed = changed([
            "block-records: 100": "block-interval-ms: 200", "batch-records: 1000": "batch-interval-ms: 2000",
        ])
        let scenario = try ScenarioFile.parse(timed, file: "sample.yaml")
        #expect(scenario.cuts == .time(blockMilliseconds: 200, batchMilliseconds: 2000))
    }

    @Test(arguments: [
        ("@7", Scenario.Occurrence.exactly(7)), ("@seeded", .seeded), ("@last", .last), ("", .exactly(1)),
    ])
    func aCrashNamesItsOccurrence(suffix: String, occurrence: Scenario.Occurrence) throws {
        let scenario = try ScenarioFile.parse(changed(["before@seeded": "before\(suffix)"]), file: "sample.yaml")
        #expect(scenario.runs[1].crashes.first?.occurrence == occurrence)
    }

    /// One wrong line: what it replaces, what it says instead, and how the refusal reads.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let line: String
        let instead: String
        let code: ScenarioError.Code
        let cause: String
        let fix: String
        var testDescription: String { "\(instead.isEmpty ? "no" : "") \(instead.isEmpty ? line : instead)" }
    }

    static let mistakes = [
        Mistake(
            line: "partitions: 4", instead: "partition: 4", code: .unknownKey,
            cause: "sample.yaml:7: 'partition' is not known here",
            fix: "did you mean partitions? keys: \(ScenarioKeys.top.map(\.name).joined(separator: ", "))"),
        Mistake(
            line: "    crash: receiver", instead: "    crush: receiver", code: .unknownKey,
            cause: "sample.yaml:18: runs[1]: 'crush' is not known here",
            fix: "did you mean crash? keys: \(ScenarioKeys.run.map(\.name).joined(separator: ", "))"),
        Mistake(
            line: "seed: 7", instead: "offset-store: kafca", code: .unknownName,
            cause: "sample.yaml:14: offset-store: no offset store is called 'kafca'",
            fix: "did you mean kafka? offset stores: kafka, file, zookeeper"),
        Mistake(
            line: "  - strategy: raw", instead: "  - strategy: raw\n    offset-store: file", code: .impossibleValue,
            cause: "sample.yaml:17: runs[0].offset-store: raw commits no offsets: it keeps them itself",
            fix: "remove offset-store from this run"),
        Mistake(
            line: "seed: 7", instead: "program-version: 0", code: .impossibleValue,
            cause: "sample.yaml:14: program-version: 0 is not within 1 to 1000000",
            fix: "give program-version a whole number from 1 to 1000000"),
        Mistake(
            line: "seed: 7", instead: "records: 7", code: .duplicateKey,
            cause: "sample.yaml:14: records: the key is given twice", fix: "keep one of the two lines of 'records'"),
        Mistake(
            line: "      offset-keyed:", instead: "      append:", code: .duplicateKey,
            cause: "sample.yaml:21: append: the key is given twice", fix: "keep one of the two lines of 'append'"),
        Mistake(
            line: "    crash: receiver.offsets.commit.before@seeded", instead: "    strategy: raw", code: .duplicateKey,
            cause: "sample.yaml:18: strategy: the key is given twice", fix: "keep one of the two lines of 'strategy'"),
        Mistake(
            line: "records: 10_000", instead: "", code: .missingKey,
            cause: "sample.yaml:1: the key 'records' is missing", fix: "add a line 'records: ...' there"),
        Mistake(
            line: ", lost: 0}\n      offset", instead: "}\n      offset", code: .missingKey,
            cause: "sample.yaml:20: runs[1].expect.append: the key 'lost' is missing",
            fix: "add a line 'lost: ...' there"),
        Mistake(
            line: "records: 10_000", instead: "records: many", code: .wrongType,
            cause: "sample.yaml:6: records: 'many' is not a whole number",
            fix: "give records a whole number from 1 to 1000000000"),
        Mistake(
            line: "records: 10_000", instead: "records: \"10000\"", code: .wrongType,
            cause: "sample.yaml:6: records: '10000' is not a whole number",
            fix: "give records a whole number from 1 to 1000000000"),
        Mistake(
            line: "records: 10_000", instead: "records: 1e4", code: .wrongType,
            cause: "sample.yaml:6: records: '1e4' is not a whole number",
            fix: "give records a whole number from 1 to 1000000000"),
        Mistake(
            line: "records: 10_000", instead: "records: [1]", code: .wrongType,
            cause: "sample.yaml:6: records: a list is not a whole number",
            fix: "give records a whole number from 1 to 1000000000"),
        Mistake(
            line: "partitions: 4", instead: "partitions: 0", code: .impossibleValue,
            cause: "sample.yaml:7: partitions: 0 is not within 1 to 1000",
            fix: "give partitions a whole number from 1 to 1000"),
        Mistake(
            line: "record-bytes: 200", instead: "record-bytes: 8", code: .impossibleValue,
            cause: "sample.yaml:8: record-bytes: 8 is not within 32 to 1000000",
            fix: "give record-bytes a whole number from 32 to 1000000"),
        Mistake(
            line: "summary: A sample.", instead: "summary: {a: b}", code: .wrongType,
            cause: "sample.yaml:2: summary: a mapping is not a text", fix: "write a text after 'summary:'"),
        Mistake(
            line: "summary: A sample.", instead: "summary:", code: .wrongType,
            cause: "sample.yaml:2: summary: nothing is not a text", fix: "write a text after 'summary:'"),
        Mistake(
            line: "name: sample", instead: "name: Sample", code: .impossibleValue,
            cause: "sample.yaml:1: name: 'Sample' is no name", fix: "use only small letters, digits and '-'"),
        Mistake(
            line: "name: sample", instead: "name: example", code: .impossibleValue,
            cause: "sample.yaml:1: name: 'example' is not the name of the file",
            fix: "write 'name: sample' or call the file example.yaml"),
        Mistake(
            line: "batch-records: 1000", instead: "batch-records: 99", code: .impossibleValue,
            cause: "sample.yaml:10: batch-records: a batch of 99 records cannot hold one block of 100",
            fix: "make batch-records at least 100"),
        Mistake(
            line: "seed: 7", instead: "block-interval-ms: 200", code: .impossibleValue,
            cause: "sample.yaml:14: block-interval-ms: blocks and batches are cut by count already",
            fix: "keep either block-records and batch-records or block-interval-ms and batch-interval-ms"),
        Mistake(
            line: "wal-compression: zstd:3", instead: "wal-compression: gzip", code: .impossibleValue,
            cause: "sample.yaml:12: wal-compression: 'gzip' is no compression",
            fix: "write none, or zstd:LEVEL with a level from 1 to 19"),
        Mistake(
            line: "wal-compression: zstd:3", instead: "wal-compression: zstd:20", code: .impossibleValue,
            cause: "sample.yaml:12: wal-compression: 'zstd:20' is no compression",
            fix: "write none, or zstd:LEVEL with a level from 1 to 19"),
        Mistake(
            line: "strategy: receiver-wal", instead: "strategy: reciever-wal", code: .unknownName,
            cause: "sample.yaml:17: runs[1].strategy: no strategy is called 'reciever-wal'",
            fix: "did you mean receiver-wal? strategies: raw, receiver, receiver-reliable, receiver-wal, direct, "
                + "direct-log-first, direct-commit, direct-transactional"),
        Mistake(
            line: "      offset-keyed:", instead: "      offset-key:", code: .unknownKey,
            cause: "sample.yaml:21: runs[1].expect: 'offset-key' is not known here",
            fix:
                "did you mean offset-keyed? sinks: append, batch-keyed, offset-keyed, transactional, kafka-transactional, "
                + "counting"),
        Mistake(
            line: "  - strategy: raw", instead: "  - {strategy: raw, expect: {append: {duplicates: 0, lost: 0}}}",
            code: .impossibleValue, cause: "sample.yaml:16: runs[0].expect: raw has no sink: it drops what it polls",
            fix: "remove expect from this run"),
        Mistake(
            line: "  - strategy: raw", instead: "  - strategy: direct", code: .missingKey,
            cause: "sample.yaml:16: runs[0]: the key 'expect' is missing", fix: "add a line 'expect: ...' there"),
        Mistake(
            line: "  - strategy: raw",
            instead: "  - {strategy: direct-transactional, expect: {append: {duplicates: 0, lost: 0}}}",
            code: .impossibleValue,
            cause: "sample.yaml:16: runs[0].expect.append: direct-transactional cannot write to append: it keeps its "
                + "offsets in the sink",
            fix: "use the sink transactional with it, or another strategy with this sink"),
        Mistake(
            line: "  - strategy: raw", instead: "  - {strategy: direct, expect: {}}", code: .impossibleValue,
            cause: "sample.yaml:16: runs[0].expect: no sink is named",
            fix: "name at least one sink, such as append"),
        Mistake(
            line: "receiver.offsets.commit.before@seeded", instead: "receiver.offset.commit.before@seeded",
            code: .unknownName,
            cause: "sample.yaml:18: runs[1].crash: no crash point is called 'receiver.offset.commit.before'",
            fix: "did you mean receiver.offsets.commit.before? crash points: see `kbench crash-points`"),
        Mistake(
            line: "before@seeded", instead: "before@0", code: .impossibleValue,
            cause: "sample.yaml:18: runs[1].crash: '0' is no occurrence of receiver.offsets.commit.before",
            fix: """
                write receiver.offsets.commit.before@1 for the first time, @seeded to let the seed choose, or @last
                """),
        Mistake(
            line: "E + n + 4", instead: "E + m", code: .impossibleValue,
            cause: "sample.yaml:20: runs[1].expect.append.duplicates: 'E + m' is not a sum",
            fix: "write n, k, N, E, G and numbers of at most 1000000000000 in all, joined by '+', such as 'E + n', "
                + "or any"),
        Mistake(
            line: "summary: A sample.", instead: "summary: [A sample.", code: .syntax,
            cause: "sample.yaml:3: not YAML: while parsing a flow sequence: did not find expected ',' or ']'",
            fix: "check indentation, quotes and brackets at and above this place"),
        Mistake(
            line: "partitions: 4", instead: "\tpartitions: 4", code: .syntax,
            cause: """
                sample.yaml:7: not YAML: while scanning a plain scalar: found a tab character that violates indentation
                """,
            fix: "check indentation, quotes and brackets at and above this place"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsRefusedWithFileLineKeyValueAndFix(mistake: Mistake) throws {
        let error = #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(changed([mistake.line: mistake.instead]), file: "sample.yaml")
        }
        #expect(error?.code == mistake.code)
        #expect(error?.cause == mistake.cause)
        #expect(error?.fix == mistake.fix)
        #expect(error?.exitCode == .usage)
    }

    @Test(arguments: [("", "not YAML: the file is empty"), ("- 1", "a list is not a mapping")])
    func aFileThatIsNoMappingIsRefused(text: String, message: String) {
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.parse(text, file: "sample.yaml") }
        #expect(error?.message == message)
    }

    @Test func anAbsentFileIsAUsageError() {
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.read("/nowhere/sample.yaml") }
        #expect(error?.cause == "/nowhere/sample.yaml: no such file")
        #expect(error?.exitCode == .usage)
    }

    @Test func aFolderIsNoScenarioFile() {
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.read("/tmp") }
        #expect(error?.cause == "/tmp: the file cannot be read")
    }

    @Test func aFileThatIsNotUTF8IsRefused() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID()).yaml")
        try Data([0xC3, 0x28]).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.read(file.path) }
        #expect(error?.cause == "\(file.path): the file is not UTF-8 text")
    }

    private func changed(_ replacements: [String: String]) -> String {
        replacements.reduce(complete) { text, change in
            precondition(text.contains(change.key), "the sample has no '\(change.key)'")
            return text.replacing(change.key, with: change.value, maxReplacements: 1)
        }
    }

    private func without(_ lines: String...) -> String {
        complete.split(separator: "\n").filter { !lines.contains(String($0)) }.joined(separator: "\n")
    }
}
