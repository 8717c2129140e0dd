// Pipelines of a few lines, killed and judged: those that keep their word, those that do not, those that cannot be judged.
import Foundation
import Harness
import Kafka
import KafkaProxy
import Posix
import Results
import Testing
import World

@testable import Pipelines

@Suite("A judged pipeline", .serialized, .timeLimit(.minutes(10))) struct JudgeTests {
    /// A Python with confluent-kafka, which `scripts/test` names.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["KBENCH_TEST_PYTHON"]
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let installed = root.appendingPathComponent(".build/python-clients/2.16.1/bin/python3").path
        return named ?? (FileManager.default.isExecutableFile(atPath: installed) ? installed : nil)
    }()

    /// Writes 100 records at a time, and commits when MODE says.
    static let consumer = """
        import os
        from confluent_kafka import Consumer
        consumer = Consumer({
            "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest", "enable.auto.commit": False})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        mode = os.environ["MODE"]
        with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
            while True:
                messages = [message for message in consumer.consume(100, 0.1) if not message.error()]
                if messages and mode == "before": consumer.commit(asynchronous=False)
                for message in messages: output.write(message.value() + b"\\n")
                if messages and mode == "after": os.fsync(output.fileno())
                if messages and mode == "after": consumer.commit(asynchronous=False)

        """

    /// Judges a pipeline in a folder of its own, of which nothing is left.
    static func judge(
        _ settings: JudgeSettings = JudgeSettings(), program: String = consumer, brokers: Int = 1,
        at cluster: (address: String, properties: [KafkaProperty])? = nil,
        _ change: (inout Pipeline) -> Void
    ) async throws -> JudgeResult {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(program.utf8).write(to: URL(fileURLWithPath: "\(folder)/consumer.py"))
        var pipeline = Pipeline(name: "test", folder: folder, command: [python ?? "python3", "consumer.py"])
        pipeline.load = PipelineLoad(records: 600, partitions: 3)
        change(&pipeline)
        var options = RunOptions(
            brokers: cluster?.address, properties: cluster?.properties ?? [], workDirectory: "\(folder)/work",
            workerExecutable: WatchedFilesTests.kbench,
            reproduce: "kbench judge test.yaml \(JudgeRunner.pointsPlace)", version: "")
        if cluster == nil { options.embeddedBrokers = brokers } else { options.topics.replication = brokers }
        let result = try await JudgeRunner(pipeline, settings, options: options).run()
        let left = try PosixDisk().list(folder)
        #expect(left == ["consumer.py"])
        return result
    }

    private static func counts(_ result: JudgeResult, at point: String) -> [[Int]] {
        result.runs.filter { $0.point == point }.map { [$0.duplicates, $0.lost] }
    }

    @Test(
        "that commits after it has written repeats what it had not committed, and loses nothing",
        .enabled(if: python != nil))
    func commitAfterWrite() async throws {
        let result = try await Self.judge { $0.environment = [("MODE", "after")] }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        #expect(result.runs[0].point == nil)
        #expect(result.runs[0].drainedBy == "committed")
        #expect(Self.counts(result, at: "wire.offset-commit.request") == [[100, 0], [100, 0]])
        #expect(Self.counts(result, at: "wire.offset-commit.response") == [[0, 0], [0, 0]])
        #expect(result.runs.dropFirst().allSatisfy { $0.fired && $0.agrees == true && $0.restarts == 1 })
        #expect(result.findings == [])
        #expect(result.guarantee == .init(claimed: "at-least-once", observed: "at-least-once"))
        #expect(result.broker.kind == "embedded")
        #expect(result.census.first { $0.point == "wire.offset-commit.request" }?.count ?? 0 >= 6)
        let second = result.runs.filter { $0.point == "wire.offset-commit.request" }[1]
        #expect(second.reproduce == "kbench judge test.yaml --points 'wire.offset-commit.request@3'")
        #expect(second.atKill?.sinkRows == 300)
        #expect(second.atKill?.committed.reduce(0) { $0 + ($1 ?? 0) } == 200)
    }

    @Test(
        "is killed beside its calls on files, and each count is what follows from the kill",
        .enabled(if: python != nil && FileWatch.obstacle == nil))
    func filePoints() async throws {
        var settings = JudgeSettings()
        settings.points = [
            "file.write.before[path={output}]", "file.write.after@1", "file.write.after@150", "file.sync.before@2",
            "file.sync.after",
        ]
        let result = try await Self.judge(settings) {
            $0.environment = [("MODE", "after")]
            $0.killer = ["sh", "-c", "echo killed >>{state}/kills"]
        }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        #expect(result.runs.dropFirst().allSatisfy { $0.fired && $0.agrees == true && $0.restarts == 1 })
        #expect(result.census.first { $0.point == "file.write.before" }?.count == 600)
        let syncs = try #require(result.census.first { $0.point == "file.sync.after" }?.count)
        #expect(syncs >= 6)
        // Before the first write there is no row, and half of them before the middle one.
        let before = result.runs.filter { $0.point == "file.write.before[path={output}]" }
        #expect(before.map(\.occurrence) == [1, 300])
        #expect(before.map { $0.atKill?.sinkRows } == [0, 299])
        #expect(before.first?.duplicates == 0)
        let after = result.runs.filter { $0.point == "file.write.after" }
        #expect(after.map { $0.atKill?.sinkRows } == [1, 150])
        #expect(after.first?.duplicates == 1)
        // What is synced is not committed yet.
        let synced = result.runs.filter { $0.point?.hasPrefix("file.sync") == true }
        #expect(synced.allSatisfy { $0.duplicates > 0 && $0.lost == 0 })
        #expect(synced.last?.reproduce.contains("--points 'file.sync.after@\((syncs + 1) / 2)'") == true)
    }

    @Test(
        "is killed at the points of its census that are meant",
        arguments: [
            ([], ["wire.fetch.records"]), (["default"], ["wire.fetch.records"]),
            (["wire"], ["wire.fetch.records", "wire.metadata.request"]),
            (["census"], ["file.write.after", "wire.fetch.records", "wire.metadata.request"]),
        ])
    func chosenByCensus(names: [String], points: [String]) {
        let census = ["file.write.after", "wire.fetch.records", "wire.metadata.request"]
            .map { JudgeResult.PointCount(point: $0, count: 2) }
        #expect(JudgeRunner.chosen(by: names, of: census).map(\.point) == points)
    }

    @Test("whose killing command fails shows nothing", .enabled(if: python != nil))
    func killingFails() async throws {
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request@1"]
        let error = await #expect(throws: Diagnosis.self) {
            try await Self.judge(settings) {
                $0.environment = [("MODE", "after")]
                $0.killer = ["sh", "-c", "echo no such container; exit 1"]
            }
        }
        #expect(error?.cause.contains("no such container") == true)
    }

    @Test("that commits before it writes is found to lose records", .enabled(if: python != nil))
    func commitBeforeWrite() async throws {
        let result = try await Self.judge { $0.environment = [("MODE", "before")] }
        #expect(result.verdict == .fail)
        #expect(Self.counts(result, at: "wire.offset-commit.request") == [[0, 0], [0, 0]])
        #expect(Self.counts(result, at: "wire.offset-commit.response") == [[0, 100], [0, 100]])
        #expect(result.runs.dropFirst().allSatisfy { $0.agrees == true })
        #expect(result.findings.map(\.name) == ["commit-before-write"])
        #expect(result.guarantee.observed == "at-most-once")
    }

    @Test("that never commits is found out, and judged by its output alone", .enabled(if: python != nil))
    func neverCommits() async throws {
        var settings = JudgeSettings()
        settings.points = ["wire.fetch.records[topic=none]", "wire.heartbeat.request@1"]
        settings.isInLockstep = true
        settings.trims = true
        let result = try await Self.judge(settings) {
            $0.environment = [("MODE", "never")]
            $0.drain.commitMilliseconds = 100
        }
        #expect(result.runs[0].drainedBy == "quiet")
        #expect(result.findings.map(\.name) == ["offset-never-committed"])
        // 600 records lie in batches of 50, and it gets one at a time.
        #expect(result.census.first { $0.point == "wire.fetch.records" }?.count == 12)
        // No frame is of that topic.
        #expect(result.verdict == .invalid)
        #expect(result.runs[1].invalidReason?.contains("never came") == true)
    }

    @Test("that runs where no signal reaches is killed by a command of its own", .enabled(if: python != nil))
    func killer() async throws {
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request@2"]
        let result = try await Self.judge(settings) {
            $0.environment = [("MODE", "after")]
            let python = $0.command[0]
            $0.command = [
                "sh", "-c", "setsid \(python) consumer.py & echo $! >\"$KBENCH_STATE/pid\"; trap 'kill $!' TERM; wait",
            ]
            $0.killer = ["sh", "-c", "kill -9 $(cat {state}/pid)"]
        }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        #expect(Self.counts(result, at: "wire.offset-commit.request") == [[100, 0]])
    }

    @Test("that is wrong by itself, ends with errors, never ends, or writes what is no record shows nothing")
    func invalid() async throws {
        let cases: [(command: String, reason: String, findings: [String])] = [
            ("exit 3", "ended with an error", ["restart-failed"]),
            ("exec sleep 1000", "was not done after 1 s", []), ("exec yes garbage", "was not done after 1 s", []),
            ("echo garbage >\"$KBENCH_OUTPUT\"", "wrong by itself", []),
            ("echo garbage >\"$KBENCH_OUTPUT\"; rm \"$KBENCH_OUTPUT\"", "600 lost", []),
            ("true", "600 lost", []), ("kill -9 $$", "killed by somebody else", []),
        ]
        for (command, reason, findings) in cases {
            let result = try await Self.judge {
                $0.command = ["sh", "-c", command]
                $0.drain.timeoutSeconds = 1
            }
            #expect(result.verdict == .invalid)
            #expect(!result.valid)
            #expect(result.reason?.contains(reason) == true, "\(command): \(result.reason ?? "")")
            #expect(result.runs.count == 1)
            if !findings.isEmpty {
                #expect(result.findings.map(\.name) == findings, "\(command)")
            }
        }
    }

    @Test("is not started where its output is there already, or its broker cannot be spoken to")
    func refusals() async throws {
        let there = await #expect(throws: Diagnosis.self) { try await Self.judge { $0.output = .files("consumer.py") } }
        #expect(there?.cause.contains("the output is there before") == true)
        #expect(there?.exitCode == .usage)
        let options = RunOptions(
            brokers: "127.0.0.1:1", properties: [KafkaProperty(name: "security.protocol", value: "sasl_ssl")],
            workDirectory: "work", workerExecutable: "", reproduce: "", version: "")
        let runner = JudgeRunner(Pipeline(name: "a", folder: "/", command: ["true"]), JudgeSettings(), options: options)
        let ticket = await #expect(throws: ProxyPropertyError.self) { try await runner.run() }
        #expect(ticket?.cause.contains("sasl.mechanisms is GSSAPI, and the proxy has PLAIN") == true)
        let missing = await #expect(throws: Diagnosis.self) {
            try await Self.judge { $0.command = ["/no/such/program"] }
        }
        #expect(missing?.cause.contains("cannot be started") == true)
        let setup = await #expect(throws: Diagnosis.self) {
            try await Self.judge { $0.setup = [["sh", "-c", "echo no luck; exit 4"]] }
        }
        #expect(setup?.cause.contains("no luck") == true)
    }
}
