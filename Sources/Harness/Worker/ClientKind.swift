// Which client a worker reads with: librdkafka, or the one of our own.
package import Engine
package import Kafka
internal import KafkaNative
package import World

/// The client behind a worker's broker seam. Loads are produced, and topics made, with librdkafka whatever it is.
public enum ClientKind: String, CaseIterable, Codable, Sendable {
    /// The reference.
    case librdkafka
    /// kbench's own: record batches as they came, opened in place. It joins no groups.
    case native

    /// Refuses what the client lacks, before anything is started.
    ///
    /// - Throws: `BrokerError` `configuration` naming the property, or ``Diagnosis`` where a group is to be joined.
    package func check(
        _ properties: [KafkaProperty], membership: EngineConfiguration.Membership = .manual
    ) throws {
        guard self == .native else { return }
        _ = try NativeSettings(bootstrap: "anywhere", properties: properties.map { ($0.name, $0.value) })
        guard case .group = membership else { return }
        throw Diagnosis(
            cause: "membership: group makes members of a consumer group, and the native client joins none",
            fix: "use --client librdkafka, or write membership: manual", exitCode: .usage)
    }

    /// Makes what opens the batches that a log keeps as they came, whichever client reads now.
    package static func makeOpener() -> any BatchOpener { NativeBroker.makeOpener() }

    /// Connects to the cluster.
    ///
    /// - Returns: The broker, and what ends its connections.
    /// - Throws: `BrokerError`.
    package func open(_ kafka: KafkaConfiguration, topic: String) throws -> (broker: any Broker, close: () -> Void) {
        switch self {
        case .librdkafka:
            let broker = try KafkaBroker(kafka, topic: topic)
            return (broker, broker.close)
        case .native:
            var settings = try NativeSettings(
                bootstrap: kafka.bootstrap, properties: kafka.properties.map { ($0.name, $0.value) })
            settings.connectTimeout = kafka.connectTimeout
            settings.refusedTimeout = kafka.refusedTimeout
            settings.requestTimeout = kafka.requestTimeout
            settings.topicTimeout = kafka.topicTimeout
            let broker = try NativeBroker(settings, topic: topic)
            return (broker, broker.close)
        }
    }
}
