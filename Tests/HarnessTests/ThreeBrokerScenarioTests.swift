// Whole runs on a cluster of three brokers, of which one after the other goes down or stands still for a while.
import Foundation
import Kafka
import KafkaServer
import Posix
import Results
import Testing
import World

@testable import Engine
@testable import Harness
@testable import Ingestion
@testable import Judgement

@Suite("Scenarios on three brokers", .serialized)
struct ThreeBrokerScenarioTests {
    /// A few in every test run, and 50 with `make test-brokers`.
    private static let runs =
        ProcessInfo.processInfo.environment["KBENCH_CLUSTER_RUNS"].flatMap { Int($0) } ?? 3

    private static let strategies: [Strategy] = [
        .receiverWal, .direct, .directLogFirst, .directCommit, .receiverReliable,
    ]

    @Test("K1, K3: a run passes while brokers go down and come up, or stand still and go on, time after time")
    func survives() async throws {
        let test = try Processes.executablePath()
        let binary = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("kbench").path
        let cluster = try startCluster()
        defer { cluster.stop() }
        for run in 0..<Self.runs {
            let topic = "three-\(run)"
            let scenario = Scenario(
                name: topic, summary: "", explanation: "", records: 4_000, partitions: 4, recordBytes: 100,
                cuts: .count(block: 50, batch: 200), groupCommitBlocks: 1, walCompressionLevel: nil,
                checkpointLagTasks: 1, fidelity: .sound, seed: UInt64(run), runs: [])
            let configuration = try KafkaConfiguration(
                bootstrap: cluster.bootstrap, properties: [KafkaProperty(name: "socket.timeout.ms", value: "1000")])
            let admin = try KafkaCluster(configuration)
            defer { admin.close() }
            try admin.createTopic(topic, partitions: 4, settings: TopicSettings(replication: 3))
            let unrest = Unrest(on: cluster, topic: topic, first: run % 3 + 1, goesDown: run % 2 == 0)
            try unrest.begin()
            let truth = try await BlockingThread.run {
                try LoadGenerator.produce(scenario: scenario, topic: topic, configuration: configuration) { _ in }
            }
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("kbench-three-\(UUID().uuidString)").path
            defer { try? FileSystem.removeTree(folder) }
            let executor = RunExecutor(
                EngineSubject(
                    scenario: scenario, topic: topic, bootstrap: cluster.bootstrap,
                    properties: ["socket.timeout.ms=1000"],
                    truth: truth,
                    worker: WorkerProcess(executable: binary)))
            let strategy = Self.strategies[run % Self.strategies.count]
            let crash = ArmedCrash(CrashPoint(strategy.isReceiver ? .receiverOffsetsCommit : .sinkSync, .before), at: 3)
            let plan = RunPlan(strategy: strategy, sink: .append, death: .points([crash]))
            let result = try await executor.execute(plan, in: "\(folder)/run") { _ in }
            unrest.end()
            let shape = try #require(scenario.shape)
            let expected = try #require(
                ExpectedOutcome(
                    strategy: strategy, sink: .append, job: .identity, fidelity: .sound, crashes: [crash],
                    outage: Outage(), shape: shape))
            #expect(result.crashFired && result.corrupted == 0, "run \(run): \(result)")
            #expect(result.lost == expected.lost && result.duplicates == expected.duplicates, "run \(run): \(result)")
        }
    }

    @Test("K3: the watch says which broker gave no answer, and during what")
    func watch() async throws {
        let cluster = try startCluster()
        defer { cluster.stop() }
        let watch = try BrokerWatch(KafkaConfiguration(bootstrap: cluster.bootstrap))
        defer { watch.stop() }
        watch.mark("receiver-wal / append")
        // Longer than the watch waits for an answer, so that it is noticed before it is over.
        #expect(cluster.tell("blackhole=3s broker=2") == ["ok blackhole for=3s broker=2"])
        var notes: [String] = []
        while notes.isEmpty {
            try await Task.sleep(for: .milliseconds(20))
            notes = watch.takeNotes()
        }
        #expect(notes.count == 1)
        #expect(notes[0].hasPrefix("broker 2 at ") && notes[0].hasSuffix(" s into receiver-wal / append"), "\(notes)")
        #expect(notes[0].contains("gave no answer from then on"), "\(notes)")
        while notes[0].contains("from then on") {
            try await Task.sleep(for: .milliseconds(20))
            notes = watch.takeNotes()
        }
        #expect(notes[0].contains("gave no answer for "), "\(notes)")
        #expect(watch.takeNotes() == [])
    }
}

private func startCluster() throws -> KafkaServer {
    var settings = ServerSettings()
    settings.brokers = 3
    settings.createsTopics = false
    return try KafkaServer.start(settings)
}

/// Lets one broker after the other go down, or stand still, with its partitions led by others meanwhile, and go on.
private final class Unrest: Sendable {
    private let cluster: KafkaServer
    private let topic: String
    private let first: Int
    private let goesDown: Bool
    private let isOver = SharedFlag()
    private let hasEnded = SharedFlag()

    init(on cluster: KafkaServer, topic: String, first: Int, goesDown: Bool) {
        self.cluster = cluster
        self.topic = topic
        self.first = first
        self.goesDown = goesDown
    }

    func begin() throws {
        try BlockingThread.start { [self] in
            defer { hasEnded.set() }
            var gone = first
            for _ in 0..<2 where !isOver.isSet {
                let next = gone % 3 + 1
                if goesDown {
                    order("broker-down=\(gone)")
                    wait(400)
                    order("broker-up=\(gone)")
                } else {
                    for partition in 0..<4 {
                        order(
                            "leader-moves topic=\(topic) partition=\(partition) "
                                + "to=\(partition % 2 == 0 ? next : next % 3 + 1)")
                    }
                    order("blackhole=400ms broker=\(gone)")
                    wait(400)
                }
                wait(100)
                gone = next
            }
        }
    }

    private func order(_ words: String) {
        let answer = cluster.tell(words)
        #expect(answer.last?.hasPrefix("ok") == true, "\(words): \(answer)")
    }

    /// Returns when all brokers answer again.
    func end() {
        isOver.set()
        while !hasEnded.isSet { MonotonicClock().sleep(1_000_000) }
    }

    private func wait(_ milliseconds: Int) {
        for _ in 0..<milliseconds / 10 where !isOver.isSet { MonotonicClock().sleep(10_000_000) }
    }
}
