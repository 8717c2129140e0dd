// Which numbers a verdict counts over, and what a topic is compared with.
import Engine
import Evidence
import Judgement
import Kafka
import KafkaServer
import Posix
import Testing
import World

@testable import Harness

@Suite("What was produced, place by place (issue point 5)") struct GroundTruthTests {
    /// Partition 0: records 0, 1, 3, 4 at offsets 0, 1, 5, 6; partition 1: records 2, 5 at offsets 0 and 4.
    private static func truth(startingAt starts: [Offset] = [0, 0]) -> GroundTruth {
        let layout = TopicLayout(partitions: [
            PartitionLayout(start: 0, stretches: [0..<2, 5..<7], end: 8),
            PartitionLayout(start: 0, stretches: [0..<1, 4..<5], end: 5),
        ])
        return GroundTruth(
            records: 6, starts: starts, ends: layout.ends, pattern: LoadPattern(weights: [2, 1]), layout: layout)
    }

    @Test func recordsOfKbenchsOwnAreNumberedAsTheyWereProduced() {
        let truth = Self.truth()
        let numbered = truth.numbered(.kbench)
        #expect(numbered.count == 6)
        #expect((0..<6).allSatisfy(numbered.exists))
        let places = (0..<6).map { numbered.place?($0) }.compactMap { $0 }.map { "\($0.partition)@\($0.offset)" }
            .sorted()
        #expect(places == ["0@0", "0@1", "0@5", "0@6", "1@0", "1@4"])
        #expect(truth.counts == [4, 2])
    }

    @Test func recordsThatAreToldByTheirPlacesAreNumberedByOffsetsOfWhichNotAllHoldOne() throws {
        let numbered = Self.truth().numbered(.anyone)
        #expect(numbered.count == 13)
        let existing = (0..<13).filter { numbered.exists($0) }
        #expect(existing == [0, 1, 5, 6, 8, 12])
        let last = try #require(numbered.place?(12))
        #expect(last == (1, 4))
    }

    @Test func whatLiesBeforeTheBeginningIsNoRecordOfTheRun() {
        let truth = Self.truth(startingAt: [1, 3])
        #expect(truth.counts == [3, 1])
        let own = truth.numbered(.kbench)
        #expect((0..<6).filter { own.exists($0) }.map { own.place?($0).offset ?? -1 }.sorted() == [1, 4, 5, 6])
        let placed = truth.numbered(.anyone)
        #expect((0..<13).filter { placed.exists($0) } == [1, 5, 6, 12])
        #expect(truth.layoutToRead?.counts == [3, 1])
        #expect(truth.layoutToRead?.starts == [1, 3])
    }

    /// A load of another shape on an embedded broker.
    private static func scenario(_ change: (inout LoadSettings) -> Void) -> Scenario {
        var load = LoadSettings()
        change(&load)
        var scenario = Scenario(
            name: "test", summary: "", explanation: "", records: 500, partitions: 3, recordBytes: 60,
            cuts: .count(block: 10, batch: 50), groupCommitBlocks: 1, walCompressionLevel: nil, checkpointLagTasks: 0,
            seed: 3, runs: [])
        scenario.load = load
        return scenario
    }

    private static func withTopic<Result>(_ body: (KafkaConfiguration) throws -> Result) throws -> Result {
        let server = try KafkaServer.start()
        defer { server.stop() }
        let configuration = try KafkaConfiguration(bootstrap: server.bootstrap)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        try cluster.createTopic("load", partitions: 3)
        return try body(configuration)
    }

    @Test("each record lies where the layout says, and all that arrive later do too")
    func produced() async throws {
        let scenario = Self.scenario {
            $0.weights = [5, 0, 2]
            $0.keys = .unique
            $0.tombstonePercent = 30
            $0.sizes = .range(0...90)
        }
        try await BlockingThread.run {
            try Self.withTopic { configuration in
                let first = try LoadGenerator.produce(
                    scenario: scenario, topic: "load", configuration: configuration
                ) { _ in }
                #expect(first.counts == [357, 0, 143])
                let later = first.followed(
                    by: try LoadGenerator.produce(
                        scenario: scenario, topic: "load", sequences: 500..<600, configuration: configuration
                    ) { _ in })
                #expect(later.records == 600)
                #expect(later.counts == scenario.pattern.spread(600, partitions: 3))
            }
        }
    }

    @Test("a record of somebody else in between is found, and the record named that is not in its place")
    func intruder() async throws {
        let scenario = Self.scenario { $0.keys = .unique }
        let refusal = try await BlockingThread.run {
            try Self.withTopic { configuration in
                let producer = try KafkaProducer(configuration, topic: "load")
                defer { producer.close() }
                _ = try producer.produce(count: 1, recordCapacity: 4) { _, _ in
                    OutgoingRecord(partition: 1, valueLength: 4)
                }
                return #expect(throws: Diagnosis.self) {
                    try LoadGenerator.produce(scenario: scenario, topic: "load", configuration: configuration) { _ in }
                }
            }
        }
        #expect(
            refusal?.cause
                == "record 1 is not where it was produced to: load/1 has offsets 1 to 168 where 0 to 167 were "
                + "expected")
        #expect(refusal?.exitCode == .invalidRun)
    }

    @Test("a record that is not what was to be produced is found when the topic is read again")
    func changed() async throws {
        let scenario = Self.scenario { $0.keys = .unique }
        var other = scenario
        other.seed = 4
        let (told, refusal) = try await BlockingThread.run { [other] in
            try Self.withTopic { configuration in
                let truth = try LoadGenerator.produce(
                    scenario: scenario, topic: "load", configuration: configuration
                ) { _ in }
                let layout = try #require(truth.layout)
                try TopicCheck(scenario: scenario, topic: "load", layout: layout).readAgain(configuration)
                return (
                    true,
                    #expect(throws: Diagnosis.self) {
                        try TopicCheck(scenario: other, topic: "load", layout: layout).readAgain(configuration)
                    }
                )
            }
        }
        #expect(told)
        #expect(
            refusal?.cause
                == "record 0 is not where it was produced to: load/0@0 holds another one; it was to lie at 0")
    }

    @Test("the embedded broker takes what the memory that is free has room for, and says how much that is")
    func room() throws {
        // A record of 76 bytes takes 100 with what lies around it, and a quarter of the memory is left free.
        try BrokerHost.checkRoom(records: 75, recordBytes: 76, available: 10_000)
        let refusal = #expect(throws: Diagnosis.self) {
            try BrokerHost.checkRoom(records: 76_000_000, recordBytes: 76, available: 10_000_000_000)
        }
        #expect(
            refusal?.cause
                == "76000000 records of 76 bytes take 7600 MB, and the embedded broker, which keeps them in memory, may have "
                + "7500 MB of this machine")
        #expect(refusal?.fix.hasPrefix("use fewer records, 75000000 at most") == true)
        #expect(refusal?.exitCode == .usage)
    }
}
