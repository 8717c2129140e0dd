// A cluster of three brokers, of which one is late, slow or gone.
import Posix
import Synchronization
import Testing
import World

@testable import Kafka

@Suite("On three brokers")
struct ThreeBrokerTests {
    /// A topic with three copies.
    private static func makeTopic(_ name: String, partitions: Int = 3) throws -> TestTopic {
        let mock = try MockBroker.start(brokers: 3)
        try mock.createTopic(name, partitions: partitions, replication: 3)
        return try TestTopic(name, KafkaConfiguration(bootstrap: mock.bootstrap), mock: mock)
    }

    @Test("K1: a topic that a broker does not know yet is asked for again")
    func notYetThere() throws {
        let topic = try Self.makeTopic("late")
        let mock = try #require(topic.mock)
        try mock.answer(.unknownTopic, about: "late")
        var configuration = topic.configuration
        let impatient = try KafkaBroker(configuration, topic: "late")
        defer { impatient.close() }
        #expect(brokerError { try impatient.partitionCount() }?.code == .unknownTopic)
        configuration.topicTimeout = .seconds(60)
        try BlockingThread.start {
            MonotonicClock().sleep(300_000_000)
            try? mock.answer(nil, about: "late")
        }
        let patient = try KafkaBroker(configuration, topic: "late")
        defer { patient.close() }
        #expect(try patient.partitionCount() == 3)
    }

    @Test("K1: a topic that was just made is waited for on every broker that answers")
    func everyBroker() throws {
        let topic = try Self.makeTopic("new")
        let mock = try #require(topic.mock)
        let cluster = try KafkaCluster(topic.configuration)
        defer { cluster.close() }
        try mock.setRoundTrip(Self.stopped, broker: 3)
        try mock.answer(.unknownTopic, about: "new")
        let isKnown = Atomic(false)
        try BlockingThread.start {
            MonotonicClock().sleep(300_000_000)
            isKnown.store(true, ordering: .relaxed)
            try? mock.answer(nil, about: "new")
        }
        try cluster.waitForEveryBroker(toKnow: "new", partitions: 3)
        let wasKnown = isKnown.load(ordering: .relaxed)
        #expect(wasKnown)
    }

    @Test("K1: the brokers of a cluster are known by number and address")
    func brokers() throws {
        let mock = try MockBroker.start(brokers: 3)
        defer { mock.close() }
        let cluster = try KafkaCluster(KafkaConfiguration(bootstrap: mock.bootstrap))
        defer { cluster.close() }
        let brokers = try cluster.brokers()
        #expect(brokers.map(\.id) == [1, 2, 3])
        #expect(brokers.map(\.address).sorted() == mock.bootstrap.split(separator: ",").map(String.init).sorted())
    }

    @Test(
        "K2: what passes by itself is tried again",
        arguments: [
            (
                MockBroker.Request.offsetCommit,
                [MockBroker.Fault.coordinatorLoading, .notCoordinator, .timedOut]
            ),
            (.offsetFetch, [.coordinatorLoading, .notCoordinator, .disconnect]),
            (.listOffsets, [.notLeader, .timedOut, .disconnect]),
        ])
    func transient(_ request: MockBroker.Request, _ faults: [MockBroker.Fault]) throws {
        let topic = try Self.makeTopic("transient")
        try topic.produce(30, partitions: 3)
        try topic.mock?.failNext(request, with: faults)
        try topic.broker.commit([(partition: 1, next: 7)], group: "g")
        #expect(try topic.broker.committedOffsets(of: [0, 1], group: "g") == [nil, 7])
        #expect(try topic.broker.watermarks(of: 2) == Watermarks(low: 0, high: 10))
    }

    @Test("K2: a seek while the broker holds its answer back begins anew in place of waiting for it")
    func seek() throws {
        let topic = try Self.makeTopic("seek", partitions: 1)
        try topic.produce(100)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        _ = try reader.fetch(0, until: 100, limit: 100, into: block, timeout: patience)
        #expect(block.offsets == Array(0..<100))
        try topic.mock?.setRoundTrip(.seconds(8))
        // The fetch that is answered so late is under way by then.
        MonotonicClock().sleep(200_000_000)
        try reader.seek(0, to: 40)
        try topic.mock?.setRoundTrip(.zero)
        block.removeAll()
        while reader.position(of: 0) < 60 {
            _ = try reader.fetch(0, until: 60, limit: 100, into: block, timeout: patience)
        }
        #expect(block.offsets == Array(40..<60))
    }

    /// So much longer than any patience that the broker might as well be stopped.
    private static let stopped = Duration.seconds(600)

    @Test("K3: records are produced and read while one broker after the other stands still and others lead")
    func oneAfterTheOther() throws {
        let mock = try MockBroker.start(brokers: 3)
        try mock.createTopic("still", partitions: 1, replication: 3)
        let configuration = try KafkaConfiguration(
            bootstrap: mock.bootstrap, properties: [KafkaProperty(name: "socket.timeout.ms", value: "1000")])
        let topic = try TestTopic("still", configuration, mock: mock)
        try mock.moveLeader(of: 0, in: "still", to: 1)
        try topic.produce(100)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        _ = try reader.fetch(0, until: 100, limit: 100, into: block, timeout: patience)
        for still in [Int32(1), 2] {
            try mock.setRoundTrip(Self.stopped, broker: still)
            try mock.moveLeader(of: 0, in: "still", to: still + 1)
            try topic.produce(100)
            let until = Offset(still + 1) * 100
            while reader.position(of: 0) < until {
                _ = try reader.fetch(0, until: until, limit: 1000, into: block, timeout: patience)
            }
            #expect(try topic.broker.watermarks(of: 0).high == until)
        }
        #expect(block.offsets == Array(0..<300))
    }

    @Test("K3: a probe tells a broker that is silent from one that is there, and not another's answer from its own")
    func probe() throws {
        let mock = try MockBroker.start(brokers: 3)
        defer { mock.close() }
        let configuration = try KafkaConfiguration(bootstrap: mock.bootstrap)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        let second = try #require(try cluster.brokers().first { $0.id == 2 })
        let probe = BrokerProbe(configuration, address: second.address)
        defer { probe.close() }
        #expect(probe.answers(within: patience))
        try mock.setRoundTrip(Self.stopped, broker: 2)
        #expect(!probe.answers(within: .milliseconds(500)))
        #expect(!probe.answers(within: .milliseconds(500)))
        try mock.setRoundTrip(.zero, broker: 2)
        #expect(probe.answers(within: patience))
    }
}
