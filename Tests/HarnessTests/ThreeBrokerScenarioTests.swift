// Whole runs on a cluster of three brokers, of which one after the other stands still for a while.
import Foundation
import Kafka
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

    @Test("K1, K3: a run passes while leaders move and brokers stand still and go on, time after time")
    func survives() async throws {
        let test = try Processes.executablePath()
        let binary = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("kbench").path
        let mock = try MockBroker.start(brokers: 3)
        defer { mock.close() }
        for run in 0..<Self.runs {
            let topic = "three-\(run)"
            try mock.createTopic(topic, partitions: 4, replication: 3)
            let scenario = Scenario(
                name: topic, summary: "", explanation: "", records: 4_000, partitions: 4, recordBytes: 100,
                cuts: .count(block: 50, batch: 200), groupCommitBlocks: 1, walCompressionLevel: nil,
                checkpointLagTasks: 1, fidelity: .sound, seed: UInt64(run), runs: [])
            let configuration = try KafkaConfiguration(
                bootstrap: mock.bootstrap, properties: [KafkaProperty(name: "socket.timeout.ms", value: "1000")])
            let unrest = Unrest(on: mock, topic: topic, first: Int32(run % 3) + 1)
            try unrest.begin()
            let truth = try await BlockingThread.run {
                try LoadGenerator.produce(scenario: scenario, topic: topic, configuration: configuration) { _ in }
            }
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("kbench-three-\(UUID().uuidString)").path
            defer { try? FileSystem.removeTree(folder) }
            let executor = RunExecutor(
                EngineSubject(
                    scenario: scenario, topic: topic, bootstrap: mock.bootstrap,
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
        let mock = try MockBroker.start(brokers: 3)
        defer { mock.close() }
        let watch = try BrokerWatch(KafkaConfiguration(bootstrap: mock.bootstrap))
        defer { watch.stop() }
        watch.mark("receiver-wal / append")
        try mock.setRoundTrip(.seconds(600), broker: 2)
        var notes: [String] = []
        while notes.isEmpty {
            try await Task.sleep(for: .milliseconds(20))
            notes = watch.takeNotes()
        }
        #expect(notes.count == 1)
        #expect(notes[0].hasPrefix("broker 2 at ") && notes[0].hasSuffix(" s into receiver-wal / append"), "\(notes)")
        #expect(notes[0].contains("gave no answer from then on"), "\(notes)")
        try mock.setRoundTrip(.zero, broker: 2)
        while notes[0].contains("from then on") {
            try await Task.sleep(for: .milliseconds(20))
            notes = watch.takeNotes()
        }
        #expect(notes[0].contains("gave no answer for "), "\(notes)")
        #expect(watch.takeNotes() == [])
    }
}

/// Lets one broker after the other stand still, its partitions led by others meanwhile, and go on.
private final class Unrest: Sendable {
    private let mock: MockBroker
    private let topic: String
    private let first: Int32
    private let isOver = SharedFlag()
    private let hasEnded = SharedFlag()

    init(on mock: MockBroker, topic: String, first: Int32) {
        self.mock = mock
        self.topic = topic
        self.first = first
    }

    func begin() throws {
        try BlockingThread.start { [self] in
            defer { hasEnded.set() }
            var gone = first
            for _ in 0..<2 where !isOver.isSet {
                let next = gone % 3 + 1
                for partition in 0..<4 {
                    try? mock.moveLeader(
                        of: Partition(partition), in: topic, to: partition % 2 == 0 ? next : next % 3 + 1)
                }
                // Not taken down: for that the library closes its port and opens it anew, which may be taken by then.
                try? mock.setRoundTrip(.seconds(600), broker: gone)
                wait(400)
                try? mock.setRoundTrip(.zero, broker: gone)
                wait(100)
                gone = next
            }
        }
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
