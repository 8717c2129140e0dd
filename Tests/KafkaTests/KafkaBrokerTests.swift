// What the broker seam promises on a real cluster: partitions, watermarks, a group's offsets.
import Kafka
import Testing
import World

@Suite("A broker")
struct KafkaBrokerTests {
    @Test("knows a topic's partitions and the ends of their logs", arguments: TestCluster.available)
    func watermarks(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        #expect(try topic.broker.partitionCount() == 3)
        #expect(try topic.broker.watermarks(of: 2) == Watermarks(low: 0, high: 0))
        try topic.produce(20, partitions: 2)
        #expect(try topic.broker.watermarks(of: 1) == Watermarks(low: 0, high: 10))
        let several: [Partition] = [2, 1]
        #expect(
            try topic.broker.watermarks(of: several) == [Watermarks(low: 0, high: 0), Watermarks(low: 0, high: 10)])
        #expect(try topic.broker.watermarks(of: 2) == Watermarks(low: 0, high: 0))
    }

    @Test("keeps a group's offsets for everybody", arguments: TestCluster.available)
    func groupOffsets(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        try topic.produce(30, partitions: 3)
        let group = "group-of-\(topic.name)"
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: group) == [nil, nil, nil])
        try topic.broker.commit([(partition: 2, next: 7), (partition: 0, next: 3)], group: group)
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: group) == [3, nil, 7])

        let other = try KafkaBroker(topic.configuration, topic: topic.name)
        defer { other.close() }
        #expect(try other.committedOffsets(of: [2, 1, 0], group: group) == [7, nil, 3])
        try other.commit([(partition: 1, next: 0), (partition: 2, next: 10)], group: group)
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: group) == [3, 0, 10])
        // An offset may go back: a replay commits where it starts from.
        try topic.broker.commit([(partition: 2, next: 1)], group: group)
        #expect(try other.committedOffsets(of: [2], group: group) == [1])
        #expect(try other.committedOffsets(of: [0, 1, 2], group: group + "-other") == [nil, nil, nil])
    }

    @Test("says when the topic or partition does not exist, and creates none", arguments: TestCluster.available)
    func unknown(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 2)
        let missing = try KafkaBroker(topic.configuration, topic: "absent-\(topic.name)")
        defer { missing.close() }
        for _ in 0..<2 {
            let error = brokerError { try missing.partitionCount() }
            #expect(error?.code == .unknownTopic)
            #expect(error?.message.contains("absent-\(topic.name)") == true)
        }
        #expect(brokerError { try topic.broker.watermarks(of: 2) }?.code == .unknownTopic)
        #expect(brokerError { try topic.broker.openReader(at: [(2, 0)]) }?.code == .unknownTopic)
    }

    @Test("retries what can be retried")
    func retries() throws {
        let topic = try TestCluster.mock.makeTopic()
        let mock = try #require(topic.mock)
        try topic.produce(10)
        try mock.failNext(.listOffsets, with: [.notLeader, .timedOut])
        #expect(try topic.broker.watermarks(of: 0).high == 10)
        try topic.broker.commit([(partition: 0, next: 1)], group: "retries")
        try mock.failNext(.offsetCommit, with: [.timedOut, .notCoordinator])
        try topic.broker.commit([(partition: 0, next: 5)], group: "retries")
        try mock.failNext(.offsetFetch, with: [.disconnect])
        #expect(try topic.broker.committedOffsets(of: [0], group: "retries") == [5])
    }

    @Test("reads on after a broker that could not be reached came back")
    func outage() throws {
        let topic = try TestCluster.mock.makeTopic()
        let mock = try #require(topic.mock)
        try topic.produce(1000)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        _ = try reader.fetch(0, until: 10, limit: 10, into: block, timeout: patience)
        try mock.takeDown()
        try reader.seek(0, to: 500)
        let none = try reader.fetch(0, until: 1000, limit: 10, into: block, timeout: .milliseconds(300))
        #expect(none.count == 0 && none.position == 500)
        try mock.bringUp()
        try mock.failNext(.fetch, with: [.notLeader, .disconnect, .timedOut])
        while reader.position(of: 0) < 1000 {
            _ = try reader.fetch(0, until: 1000, limit: 1000, into: block, timeout: patience)
        }
        #expect(block.offsets == Array(0..<10) + Array(500..<1000))
    }

    @Test("knows which broker leads a partition")
    func leaders() throws {
        let mock = try MockBroker.start(brokers: 3)
        try mock.createTopic("led", partitions: 4, replication: 2)
        try mock.moveLeader(of: 2, in: "led", to: 3)
        let cluster = try KafkaCluster(KafkaConfiguration(bootstrap: mock.bootstrap))
        defer { cluster.close() }
        let leaders = try cluster.leaders(of: "led")
        #expect(leaders.count == 4 && leaders[2]?.id == 3)
        #expect(leaders.allSatisfy { leader in leader.map { (1...3).contains($0.id) && $0.port > 0 } ?? false })
        #expect(leaders.allSatisfy { $0?.host == "127.0.0.1" || $0?.host == "localhost" })
    }

    @Test("follows a partition to its new leader")
    func leaderMoves() throws {
        let mock = try MockBroker.start(brokers: 2)
        try mock.createTopic("moving", partitions: 1, replication: 2)
        let topic = try TestTopic("moving", KafkaConfiguration(bootstrap: mock.bootstrap), mock: mock)
        try topic.produce(100)
        let reader = try topic.openReader()
        defer { reader.close() }
        let block = Block()
        for (index, leader) in [1, 2, 1].enumerated() {
            try mock.moveLeader(of: 0, in: "moving", to: Int32(leader))
            let until = Offset(index + 1) * 100
            while reader.position(of: 0) < until {
                _ = try reader.fetch(0, until: until, limit: 1000, into: block, timeout: patience)
            }
            try topic.produce(100)
        }
        #expect(block.offsets == Array(0..<300))
    }
}
