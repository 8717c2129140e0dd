// The clusters a test runs against: kbench's own and librdkafka's mock, and an external one when its address is given.
import Kafka
import KafkaServer
import Testing
import World

#if canImport(Glibc)
    import Glibc
#endif

/// A kind of cluster; tests with this as an argument say the same of each.
enum TestCluster: String, CaseIterable, CustomTestStringConvertible {
    /// kbench's own broker, which runs have embedded.
    case own
    /// librdkafka's mock, which fails when it is told to, and can do less.
    case mock
    case external

    var testDescription: String { rawValue }

    /// The address of the external broker.
    static var externalBootstrap: String? { getenv("KBENCH_TEST_BROKERS").map { String(cString: $0) } }

    /// The clusters there are.
    static var available: [TestCluster] { [.mock] + complete }
    /// Those of them that can do all that a broker can.
    static var complete: [TestCluster] { externalBootstrap == nil ? [.own] : [.own, .external] }

    /// Makes a topic that no other test uses.
    func makeTopic(partitions: Int = 1) throws -> TestTopic {
        // Different in every run, since an external broker keeps the topics of earlier ones.
        let name = "test-\(UInt64.random(in: 0...UInt64.max))"
        switch self {
        case .own:
            let server = try KafkaServer.start()
            let configuration = try KafkaConfiguration(bootstrap: server.bootstrap)
            let cluster = try KafkaCluster(configuration)
            defer { cluster.close() }
            try cluster.createTopic(name, partitions: partitions)
            return try TestTopic(name, configuration, server: server)
        case .mock:
            let broker = try MockBroker.start()
            try broker.createTopic(name, partitions: partitions)
            let configuration = try KafkaConfiguration(bootstrap: broker.bootstrap)
            return try TestTopic(name, configuration, mock: broker)
        case .external:
            let configuration = try TestCluster.externalConfiguration()
            let cluster = try KafkaCluster(configuration)
            defer { cluster.close() }
            try cluster.createTopic(name, partitions: partitions)
            return try TestTopic(name, configuration)
        }
    }

    /// How to reach the external broker, which ignores the limits of a fetch.
    static func externalConfiguration() throws -> KafkaConfiguration {
        try KafkaConfiguration(
            bootstrap: externalBootstrap,
            properties: [KafkaProperty(name: "receive.message.max.bytes", value: "1000000000")])
    }
}
