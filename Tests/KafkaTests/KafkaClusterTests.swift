// Reaching a cluster, and what is said when it cannot be reached.
import Kafka
import Testing
import World

@Suite("A cluster")
struct KafkaClusterTests {
    @Test("answers when it is there", arguments: TestCluster.available)
    func probe(_ cluster: TestCluster) throws {
        let topic = try cluster.makeTopic(partitions: 2)
        try KafkaCluster.probe(topic.configuration)
        let connected = try KafkaCluster(topic.configuration)
        defer { connected.close() }
        #expect(try connected.partitionCount(of: topic.name) == 2)
        #expect(brokerError { try connected.partitionCount(of: "absent") }?.code == .unknownTopic)
    }

    @Test("is unreachable where nothing listens")
    func refused() throws {
        let unused = TestListener(nil)
        let address = "127.0.0.1:\(unused.port)"
        var configuration = try KafkaConfiguration(bootstrap: address)
        configuration.refusedTimeout = .milliseconds(500)
        let error = brokerError { try KafkaCluster.probe(configuration) }
        #expect(error?.code == .unreachable)
        #expect(error?.message.hasPrefix("no broker answered at \(address) within ") == true)
        #expect(error?.message.contains("Connection refused") == true)
        #expect(error?.location == address)
        #expect(error?.cause?.name == "_TRANSPORT")
    }

    @Test("is unreachable under a name that does not exist")
    func unresolved() throws {
        var configuration = try KafkaConfiguration(bootstrap: "no-such-host.invalid:9092")
        configuration.refusedTimeout = .milliseconds(500)
        let error = brokerError { try KafkaCluster.probe(configuration) }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("no-such-host.invalid") == true)
    }

    @Test("is unreachable where something else answers", arguments: TestListener.Behaviour.allCases)
    func notKafka(_ behaviour: TestListener.Behaviour) throws {
        let listener = TestListener(behaviour)
        var configuration = try KafkaConfiguration(bootstrap: "127.0.0.1:\(listener.port)")
        configuration.refusedTimeout = .milliseconds(500)
        configuration.connectTimeout = .seconds(2)
        for attempt in [
            { try KafkaCluster.probe(configuration) },
            { _ = try KafkaBroker(configuration, topic: "t") },
            { _ = try KafkaProducer(configuration, topic: "t") },
        ] {
            let error = brokerError(attempt)
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("127.0.0.1:\(listener.port)") == true)
        }
        withExtendedLifetime(listener) {}
    }

    @Test("is unreachable again when it went away while reading")
    func wentAway() throws {
        let topic = try TestCluster.mock.makeTopic()
        try topic.produce(10)
        var configuration = topic.configuration
        configuration.connectTimeout = .milliseconds(500)
        let broker = try KafkaBroker(configuration, topic: topic.name)
        defer { broker.close() }
        let reader = try broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        _ = try reader.fetch(0, until: 10, limit: 10, into: Block(), timeout: patience)
        try topic.mock?.takeDown()
        let whileReading = brokerError { try reader.fetch(0, until: 20, limit: 10, into: Block(), timeout: patience) }
        #expect(whileReading?.code == .unreachable)
        #expect(brokerError { try broker.watermarks(of: 0) }?.code == .unreachable)
        #expect(brokerError { try broker.commit([(partition: 0, next: 1)], group: "g") }?.code == .unreachable)
        #expect(brokerError { try broker.committedOffsets(of: [0], group: "g") }?.code == .unreachable)
    }

    @Test("creates and deletes topics", arguments: TestCluster.complete)
    func topics(_ kind: TestCluster) throws {
        let topic = try kind.makeTopic(partitions: 2)
        let cluster = try KafkaCluster(topic.configuration)
        defer { cluster.close() }
        let existing = brokerError { try cluster.createTopic(topic.name, partitions: 2) }
        #expect(existing?.code == .topicExists)
        #expect(existing?.location.contains(topic.name) == true)
        try cluster.deleteTopic(topic.name)
        #expect(brokerError { try cluster.partitionCount(of: topic.name) }?.code == .unknownTopic)
        #expect(brokerError { try cluster.deleteTopic(topic.name) }?.code == .unknownTopic)
        try cluster.createTopic(topic.name, partitions: 3)
        #expect(try cluster.partitionCount(of: topic.name) == 3)
    }
}
