// What an operator does to topics and groups: it has happened when the call returns.
import Kafka
import Testing
import World

@Suite("An operator")
struct OperatorTests {
    @Test("moves a group's offsets, but not below 0, and none that are not there", arguments: TestCluster.available)
    func move(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 3)
        try topic.broker.commit([(partition: 0, next: 50), (partition: 1, next: 60)], group: "g")
        try topic.broker.moveOffsets(of: "g", partitions: [0, 1, 2], by: -55, within: patience)
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: "g") == [0, 5, nil])
        try topic.broker.moveOffsets(of: "g", partitions: [1], by: 7, within: patience)
        #expect(try topic.broker.committedOffsets(of: [0, 1, 2], group: "g") == [0, 12, nil])
    }

    @Test("forgets a group's offsets", arguments: TestCluster.complete)
    func forget(_ kind: TestCluster) throws {
        let topic = try kind.makeTopic(partitions: 2)
        let cluster = try KafkaCluster(topic.configuration)
        defer { cluster.close() }
        let group = "g-\(topic.name)"
        try topic.broker.commit([(partition: 0, next: 50), (partition: 1, next: 60)], group: group)
        for _ in 1...2 {
            try cluster.forgetOffsets(of: group, topic: topic.name, partitions: 2, within: patience)
            #expect(try topic.broker.committedOffsets(of: [0, 1], group: group) == [nil, nil])
        }
        try cluster.forgetOffsets(of: "never-\(topic.name)", topic: topic.name, partitions: 2, within: patience)
    }

    @Test("is told that the mock forgets nothing, in place of an end of the process")
    func mockForgetsNothing() throws {
        let topic = try TestCluster.mock.makeTopic()
        let cluster = try KafkaCluster(topic.configuration)
        defer { cluster.close() }
        let error = brokerError {
            try cluster.forgetOffsets(of: "g", topic: topic.name, partitions: 1, within: patience)
        }
        #expect(error?.message.contains("librdkafka's mock broker cannot do it") == true)
    }

    @Test("deletes records", arguments: TestCluster.complete)
    func delete(_ kind: TestCluster) throws {
        let topic = try kind.makeTopic(partitions: 2)
        try topic.produce(200, partitions: 2)
        let cluster = try KafkaCluster(topic.configuration)
        defer { cluster.close() }
        try cluster.deleteRecords(before: [], of: topic.name)
        try cluster.deleteRecords(before: [(partition: 1, before: 30)], of: topic.name)
        #expect(try topic.broker.watermarks(of: 0) == Watermarks(low: 0, high: 100))
        #expect(try topic.broker.watermarks(of: 1) == Watermarks(low: 30, high: 100))
        let beyond = brokerError { try cluster.deleteRecords(before: [(partition: 0, before: 101)], of: topic.name) }
        #expect(beyond?.code == .offsetOutOfRange)
    }

    @Test("makes a topic anew", arguments: TestCluster.complete)
    func anew(_ kind: TestCluster) throws {
        let topic = try kind.makeTopic(partitions: 2)
        try topic.produce(200, partitions: 2)
        let cluster = try KafkaCluster(topic.configuration)
        defer { cluster.close() }
        try cluster.remakeTopic(topic.name) { try cluster.createTopic(topic.name, partitions: 2) }
        let broker = try KafkaBroker(topic.configuration, topic: topic.name)
        defer { broker.close() }
        #expect(try broker.watermarks(of: [0, 1]) == Array(repeating: Watermarks(low: 0, high: 0), count: 2))
    }
}
