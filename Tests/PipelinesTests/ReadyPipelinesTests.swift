// The pipelines that are ready: each file can be read, and the programs that it starts are there.
import Foundation
import Engine
import Harness
import Ingestion
import Posix
import Testing
import World

@testable import Pipelines

@Suite("Pipelines that are ready") struct ReadyPipelinesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("pipelines")

    /// Scenarios of kbench's engine that stand beside pipelines.
    private static let scenarios = ["kbench/inside.yaml", "spark/engine.yaml"]

    private static let files: [String] =
        ((try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") && !scenarios.contains($0) }.sorted()

    @Test("are found")
    func areFound() {
        #expect(Self.files.count > 30)
        #expect(Self.files.contains("faults/correct-file.yaml"))
    }

    @Test("are in order", arguments: files)
    func areInOrder(path: String) throws {
        let file = Self.root.appendingPathComponent(path)
        let pipeline = try PipelineFile.read(file.path)
        #expect(pipeline.name == file.deletingPathExtension().lastPathComponent)
        for word in pipeline.command where word.hasSuffix(".py") || word.hasSuffix(".sh") || word.hasSuffix(".conf") {
            #expect(FileManager.default.fileExists(atPath: "\(pipeline.folder)/\(word)"), "\(word) is not there")
        }
    }
    /// Stands for confluent-kafka: a topic of two partitions.
    private static let client = """
        class TopicPartition:
            def __init__(self, topic, number): self.number = number
        class Consumer:
            def __init__(self, configuration): pass
            def list_topics(self, topic): return self
            topics = type("Topics", (), {"__getitem__": lambda self, name: type("Topic", (), {"partitions": {0: 0, 1: 1}})})()
            def get_watermark_offsets(self, partition): return (0, 10 + partition.number)
            def close(self): pass

        """

    @Test("tell kbench's own worker what it takes", arguments: ["receiver-wal", "direct-log-first", "direct-commit"])
    func workerIsTold(strategy: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try PosixDisk().makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(Self.client.utf8).write(to: URL(fileURLWithPath: "\(folder)/confluent_kafka.py"))
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        program.arguments = ["python3", "-B", Self.root.appendingPathComponent("kbench/worker.py").path, strategy]
        program.environment = ProcessInfo.processInfo.environment.merging([
            "PYTHONPATH": folder, "KBENCH_BINARY": "/bin/true", "KBENCH_BOOTSTRAP": "there:1", "KBENCH_TOPIC": "in",
            "KBENCH_GROUP": "group", "KBENCH_STATE": "\(folder)/state",
        ]) { $1 }
        try program.run()
        program.waitUntilExit()
        try #require(program.terminationStatus == 0)
        let told = try JSONDecoder().decode(
            WorkerConfiguration.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/state.json")))
        #expect(told.engine.strategy.rawValue == strategy)
        #expect(told.engine.ends == [10, 11])
        #expect(told.bootstrap == "there:1" && told.topic == "in")
    }
}
