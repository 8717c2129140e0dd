// The clusters a test runs against: the embedded broker always, an external one when its address is given.
import Kafka
import Testing
import World

#if canImport(Glibc)
    import Glibc
#endif

/// A kind of cluster; tests with this as an argument say the same of each.
enum TestCluster: String, CaseIterable, CustomTestStringConvertible {
    case embedded
    case external

    var testDescription: String { rawValue }

    /// The address of the external broker.
    static var externalBootstrap: String? { getenv("KBENCH_TEST_BROKERS").map { String(cString: $0) } }

    /// The clusters there are.
    static var available: [TestCluster] { externalBootstrap == nil ? [.embedded] : [.embedded, .external] }

    /// Makes a topic that no other test uses.
    func makeTopic(partitions: Int = 1) throws -> TestTopic {
        // Different in every run, since an external broker keeps the topics of earlier ones.
        let name = "test-\(UInt64.random(in: 0...UInt64.max))"
        switch self {
        case .embedded:
            let broker = try EmbeddedBroker.start()
            try broker.createTopic(name, partitions: partitions)
            let configuration = try KafkaConfiguration(bootstrap: broker.bootstrap)
            return try TestTopic(name, configuration, broker)
        case .external:
            let configuration = try TestCluster.externalConfiguration()
            let cluster = try KafkaCluster(configuration)
            defer { cluster.close() }
            try cluster.createTopic(name, partitions: partitions)
            return try TestTopic(name, configuration, nil)
        }
    }

    /// How to reach the external broker, which ignores the limits of a fetch.
    static func externalConfiguration() throws -> KafkaConfiguration {
        try KafkaConfiguration(
            bootstrap: externalBootstrap,
            properties: [KafkaProperty(name: "receive.message.max.bytes", value: "1000000000")])
    }
}
