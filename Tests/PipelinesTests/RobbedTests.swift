// Pipelines from which something is taken in the middle, or that commit only when all is over.
import Foundation
import Harness
import Posix
import Results
import Testing
import World

@testable import Pipelines

@Suite(
    "A judged pipeline that is robbed", .serialized, .timeLimit(.minutes(10)), .enabled(if: JudgeTests.python != nil))
struct RobbedTests {
    /// Writes rows to a file or to a topic, and takes something away after 200 records.
    private static let consumer = """
        import os, sys, time
        from confluent_kafka import Consumer, Producer
        from confluent_kafka.admin import AdminClient
        bootstrap, mode = os.environ["KBENCH_BOOTSTRAP"], os.environ["MODE"]
        consumer = Consumer({
            "bootstrap.servers": bootstrap, "group.id": os.environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "queued.min.messages": 1,
            "queued.max.messages.kbytes": 1, "fetch.message.max.bytes": 1000})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        producer = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 3000})
        count, isRobbed = 0, False
        with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
            while True:
                messages = [message for message in consumer.consume(50, 0.1) if not message.error()]
                for message in messages:
                    output.write(message.value() + b"\\n")
                    if mode == "output": producer.produce(os.environ["KBENCH_OUTPUT_TOPIC"], message.value())
                if messages: producer.flush(5); consumer.commit(asynchronous=False)
                count += len(messages)
                if count >= 200 and not isRobbed:
                    isRobbed = True
                    name = {"input": "KBENCH_TOPIC", "output": "KBENCH_OUTPUT_TOPIC"}.get(mode)
                    if name:
                        admin = AdminClient({"bootstrap.servers": bootstrap})
                        for future in admin.delete_topics([os.environ[name]]).values(): future.result()
                    if mode == "file": os.unlink(os.environ["KBENCH_OUTPUT"])

        """

    @Test(
        "is told what is gone",
        arguments: [
            ("input", "which it reads, is gone"), ("output", "its output cannot be read: the topic"),
            ("file", "600 lost"),
        ])
    func robbed(mode: String, reason: String) async throws {
        let result = try await JudgeTests.judge(program: Self.consumer) {
            $0.environment = [("MODE", mode)]
            $0.drain.timeoutSeconds = 60
            if mode == "output" { $0.output = .topic("{output-topic}", isCommitted: true) }
        }
        #expect(result.verdict == .invalid)
        #expect(result.reason?.contains(reason) == true, "\(result.reason ?? "")")
        #expect(result.runs.count == 1)
    }

    /// Reads all, writes half, and cannot be interrupted for a second and a half then, as by a slow disk: the system holds
    /// it until its child has ended.
    private static let blocked = """
        import ctypes, os, platform, signal, time
        from confluent_kafka import Consumer
        consumer = Consumer({
            "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest", "enable.auto.commit": False})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        rows = []
        while len(rows) < 600:
            rows += [message.value() + b"\\n" for message in consumer.consume(600, 0.1) if not message.error()]
        clone, vfork = {"x86_64": 56, "aarch64": 220}[platform.machine()], 0x4000
        with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
            output.write(b"".join(rows[:300]))
            if ctypes.CDLL(None).syscall(clone, vfork | signal.SIGCHLD, 0, 0, 0, 0) == 0:
                time.sleep(1.5)
                os._exit(0)
            output.write(b"".join(rows[300:]))
        consumer.close()

        """

    @Test("that waits for a disk is not done, however long it is silent")
    func blocked() async throws {
        var settings = JudgeSettings()
        settings.budgetSeconds = 0
        let result = try await JudgeTests.judge(settings, program: Self.blocked) {
            $0.offsetsAreGroups = false
            $0.drain.quietMilliseconds = 300
        }
        #expect(result.runs.first?.lost == 0, "\(result.reason ?? "")")
        #expect(result.runs.first?.drainedBy == "exit")
    }

    /// Commits automatically every five seconds, and when it stops.
    private static let lazy = """
        import os, signal, sys
        from confluent_kafka import Consumer
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        consumer = Consumer({
            "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest", "auto.commit.interval.ms": int(os.environ["EVERY"])})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        try:
            with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
                while True:
                    message = consumer.poll(0.1)
                    if message is not None and not message.error(): output.write(message.value() + b"\\n")
        finally:
            consumer.close()

        """

    @Test("that commits only when all is over says little by its pass", arguments: [(5_000, true), (1, false)])
    func commitsAtTheEnd(interval: Int, isFound: Bool) async throws {
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.response@1"]
        let result = try await JudgeTests.judge(settings, program: Self.lazy) {
            $0.environment = [("EVERY", "\(interval)")]
            $0.load.records = 6_000
        }
        #expect(result.verdict != .invalid, "\(result.reason ?? "")")
        #expect(result.findings.contains { $0.name == "commits-only-at-end" } == isFound, "\(result.findings)")
    }

    @Test("and whose container is killed, by the words of docker") func docker() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Notes its words, and ends what the container's process would be.
        let docker = "#!/bin/sh\necho \"$@\" >>\(folder)/words\nkill -9 $(cat \(folder)/pid)\n"
        try Data(docker.utf8).write(to: URL(fileURLWithPath: "\(folder)/docker"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/docker")
        let killer = try PipelineFile.parse(
            "pipeline: a\ncommand: cat\nkill: {docker: \"box-{group}\"}", file: "a.yaml", folder: "/"
        ).killer
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request@2"]
        let result = try await JudgeTests.judge(settings) {
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            $0.environment = [("MODE", "after"), ("PATH", "\(folder):\(path)")]
            $0.command = [
                "sh", "-c",
                "env -u KBENCH_RUN setsid \($0.command[0]) consumer.py & echo $! >\(folder)/pid; trap 'kill $!' TERM; wait",
            ]
            $0.killer = killer
        }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        let words = try String(contentsOfFile: "\(folder)/words", encoding: .utf8).split(separator: "\n")
        #expect(words.count == 1)
        #expect(words.first?.wholeMatch(of: #/kill box-kbench-judge-\d+-\d+-group/#) != nil, "\(words)")
    }
}
