// Pipeline files: what they say, and what is wrong with them; rows and their records; files by pattern.
import Foundation
import Harness
import Judgement
import KafkaProxy
import Posix
import Results
import Testing

@testable import Pipelines

@Suite("A pipeline file") struct PipelineFileTests {
    @Test("says how a pipeline is started, fed, read and killed")
    func everything() throws {
        let pipeline = try PipelineFile.parse(
            """
            pipeline: mine
            version: [python3, --version]
            setup:
              - [pip, install, "{state}"]
              - touch "{output}"
            command: [python3, c.py, "{bootstrap}"]
            env: {GROUP: "{group}", LEVEL: 3}
            input: {records: 10, partitions: 2, record-bytes: 64, batch-records: 5}
            output: {files: "{output}/*.csv", ignore: '^id,'}
            identity: {column: 2}
            offsets: elsewhere
            guarantee: exactly-once
            drain: {quiet-ms: 0, commit-ms: 1, timeout-s: 2, stop-s: 3}
            kill:
              points: ["wire.fetch.records", "wire.offset-commit.request@3", "file.rename.after[path=*.csv]"]
              occurrences: [first, 7, all]
              docker: box
            script: ["at=1s leader-moves partition=0 to=2"]
            """, file: "mine.yaml", folder: "/f")
        #expect(pipeline.name == "mine")
        #expect(pipeline.version == ["python3", "--version"])
        #expect(pipeline.setup == [["pip", "install", "{state}"], ["sh", "-c", "touch \"{output}\""]])
        #expect(pipeline.command == ["python3", "c.py", "{bootstrap}"])
        #expect(pipeline.environment.map { "\($0.name)=\($0.value)" } == ["GROUP={group}", "LEVEL=3"])
        #expect(pipeline.load == PipelineLoad(records: 10, partitions: 2, recordBytes: 64, batchRecords: 5))
        #expect(pipeline.output == .files("{output}/*.csv"))
        #expect(pipeline.reading.ignored?.text == "^id,")
        #expect(pipeline.reading.identity == .column(2))
        #expect(!pipeline.offsetsAreGroups)
        #expect(pipeline.guarantee == .exactlyOnce)
        #expect(
            pipeline.drain
                == DrainLimits(quietMilliseconds: 0, commitMilliseconds: 1, timeoutSeconds: 2, stopSeconds: 3))
        #expect(pipeline.killer == ["docker", "kill", "box"])
        #expect(pipeline.script?.count == 1)
        #expect(
            pipeline.points == ["wire.fetch.records", "wire.offset-commit.request@3", "file.rename.after[path=*.csv]"])
        #expect(pipeline.occurrences == [.first, .number(7), .all])
        let least = try PipelineFile.parse("pipeline: a\ncommand: cat", file: "a.yaml", folder: "/f")
        #expect(least.command == ["sh", "-c", "cat"])
        #expect(least.load == PipelineLoad())
        #expect(least.guarantee == .atLeastOnce)
        #expect(least.offsetsAreGroups)
        #expect(least.reading.identity == .token)
        #expect(least.output == .files("{output}"))
    }

    @Test(
        "is refused with the place of what is wrong",
        arguments: [
            ("command: cat", "'pipeline' is missing"), ("pipeline: a", "'command' is missing"),
            ("pipeline: a\ncommand: cat\ncolour: red", "'colour'"), ("pipeline: a\ncommand: cat {topics}", "{topics}"),
            ("pipeline: a\ncommand: []", "empty"), ("pipeline: a\ncommand: cat\nsetup: cat", "not a list"),
            ("pipeline: a\ncommand: cat\ninput: {records: 0}", "not within"),
            ("pipeline: a\ncommand: cat\nidentity: key", "not 'value'"),
            ("pipeline: a\ncommand: cat\nidentity: {json: a, column: 2}", "several places"),
            ("pipeline: a\ncommand: cat\nidentity: {pattern: '('}", "no regular expression"),
            ("pipeline: a\ncommand: cat\nguarantee: maybe", "'maybe'"),
            ("pipeline: a\ncommand: cat\noffsets: here", "'here'"),
            ("pipeline: a\ncommand: cat\nkill: {points: [wire.nothing.request]}", "no point"),
            ("pipeline: a\ncommand: cat\nkill: {points: [file.read.before]}", "no point"),
            ("pipeline: a\ncommand: cat\nkill: {occurrences: [second]}", "no occurrence"),
            ("pipeline: a\ncommand: cat\nkill: {docker: a, command: b}", "'docker'"),
            ("pipeline: a\ncommand: cat\nscript: [at=1s leader-moves]", "does not say partition"),
            ("pipeline: a\ncommand: cat\noutput: {topic: mine}", "the same in each run"),
            ("pipeline: a\ncommand: cat\noutput: {files: a, sqlite: b}", "several places"),
            ("pipeline: a\ncommand: cat\noutput: {sqlite: b}", "'query' is missing"),
            ("pipeline: a\ncommand: cat\noutput: {query: b}", "goes with 'sqlite' only"),
        ])
    func refusals(text: String, words: String) {
        let error = #expect(throws: ScenarioError.self) { try PipelineFile.parse(text, file: "a.yaml", folder: "/f") }
        #expect(error?.cause.contains(words) == true, "\(error?.cause ?? "")")
    }

    @Test("fills in what differs from run to run, and says the same in the environment")
    func placeholders() {
        let values = Placeholders.Values(
            bootstrap: "b:1", topic: "t", outputTopic: "o", group: "g", output: "/out", state: "/state")
        #expect(
            values.filled("{bootstrap} {topic} {output-topic} {group} {output}/x {state} {y}")
                == "b:1 t o g /out/x /state {y}")
        #expect(
            values.environment == [
                "KBENCH_BOOTSTRAP": "b:1", "KBENCH_TOPIC": "t", "KBENCH_OUTPUT_TOPIC": "o", "KBENCH_GROUP": "g",
                "KBENCH_OUTPUT": "/out", "KBENCH_STATE": "/state",
            ])
    }

    @Test("means these frames by its occurrences")
    func occurrences() {
        let cases: [(occurrence: Occurrence, count: Int, numbers: [Int])] = [
            (.first, 9, [1]), (.middle, 9, [5]), (.middle, 10, [5]), (.middle, 1, [1]), (.last, 9, [9]),
            (.all, 3, [1, 2, 3]), (.number(4), 3, [4]), (.middle, 0, [1]), (.last, 0, [1]), (.all, 0, [1]),
        ]
        for (occurrence, count, numbers) in cases { #expect(occurrence.numbers(of: count) == numbers) }
        #expect(Occurrence("0") == nil)
        #expect(Occurrence("second") == nil)
    }
}

@Suite("Rows") struct RowTests {
    @Test("name their records wherever the format puts them")
    func identities() throws {
        let value = String(decoding: RowIdentity.value(of: 17, bytes: 100, seed: 3), as: UTF8.self)
        #expect(value.utf8.count == 100)
        let escaped = value.replacing("\"", with: "\\\"")
        let pattern = try #require(RowPattern(#"n=(\d+)"#))
        let cases: [(identity: RowIdentity, row: String, number: Int?)] = [
            (.token, value, 17), (.token, #"{"value":"\#(escaped)"}"#, 17), (.token, "none", nil),
            (.token, "kbench-", nil), (.token, "kbench-99999999999999999999", nil),
            (.json(["id"]), value, 17), (.json(["n"]), value, 17), (.json(["a", "b"]), #"{"a":{"b":4}}"#, 4),
            (.json(["a"]), #"{"a":"kbench-5"}"#, 5), (.json(["a"]), #"{"b":1}"#, nil), (.json(["a"]), "{", nil),
            (.json(["a"]), "[1]", nil), (.json(["a"]), #"{"a":1.5}"#, nil),
            (.column(2), "x,7,y", 7), (.column(2), #""a,""b",8"#, 8), (.column(1), "kbench-9\r", 9),
            (.column(4), "x,7,y", nil), (.pattern(pattern), "a n=12 b", 12), (.pattern(pattern), "n=", nil),
        ]
        for (identity, row, number) in cases { #expect(identity.number(of: row) == number, "\(identity): \(row)") }
    }

    @Test("are read from every file that fits, and lines that are none are left out")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [
            ("a/part-1", "id\nkbench-1\nkbench-2\n"), ("a/part-2", "id\nkbench-2\nnothing\nkbench-3"),
            ("b/part-1", "kbench-4\n"), ("b/other", "kbench-5\n"), ("a/.part-3", "kbench-6\n"),
        ] {
            let path = "\(folder)/\(name)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        let rows = RowFiles("\(folder)/*/part-?", RowReading(ignoring: RowPattern("^id$")))
        var numbers: [Int?] = []
        try rows.forEachDelivery { numbers.append($0.number) }
        // The last line of a file is no row before it is whole.
        #expect(numbers == [1, 2, 2, nil, nil, 4])
        let size = rows.size
        try Data("kbench-7\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/b/part-2"))
        #expect(rows.size != size)
        try rows.remove()
        #expect(rows.files.isEmpty)
        #expect(RowFiles("\(folder)/b/other", RowReading()).files == ["\(folder)/b/other"])
        #expect(RowFiles("\(folder)/none", RowReading()).files.isEmpty)
    }
}
