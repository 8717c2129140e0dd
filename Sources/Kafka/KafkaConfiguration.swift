// What a client needs to reach a cluster: its address, the user's properties and our limits of patience.
internal import CRdKafka
internal import World

/// How to reach a Kafka cluster. The user's properties win over kbench's defaults; those that would make a run inexact
/// are refused.
public struct KafkaConfiguration: Equatable, Sendable {
    /// The addresses to ask first: `host:port`, separated by commas.
    public let bootstrap: String
    /// The user's properties, in the order given; of two with one name the later counts.
    public let properties: [KafkaProperty]
    /// How long to wait for the cluster's first answer.
    public var connectTimeout: Duration = .seconds(10)
    /// How long a refused connection is tried again before the cluster is given up as unreachable.
    public var refusedTimeout: Duration = .seconds(3)
    /// How long to wait for the answer to one request.
    public var requestTimeout: Duration = .seconds(30)

    /// Checks the properties and makes a configuration.
    ///
    /// - Parameters:
    ///   - bootstrap: The addresses; nil takes them from the property `bootstrap.servers`.
    ///   - properties: The user's properties. `bootstrap.servers` among them counts only when `bootstrap` is nil.
    /// - Throws: ``BrokerError`` `configuration`, naming the property, its value and what is wrong.
    public init(bootstrap: String?, properties: [KafkaProperty] = []) throws {
        let addressNames = ["bootstrap.servers", "metadata.broker.list"]
        let given = bootstrap ?? properties.last { addressNames.contains($0.name) }?.value
        guard let given, !given.allSatisfy({ $0 == " " || $0 == "," }) else {
            throw BrokerError(
                .configuration, "no broker address: bootstrap.servers is not set", location: "bootstrap.servers")
        }
        self.bootstrap = given
        self.properties = properties.filter { !addressNames.contains($0.name) }
        try KafkaConfiguration.check(self.properties)
    }

    /// Tries every property on a configuration that is thrown away, so that a mistake shows before anything connects.
    private static func check(_ properties: [KafkaProperty]) throws {
        let trial = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(trial) }
        for property in properties {
            if let guarded = GuardedProperty.all[property.name], !guarded.allowed.contains(property.value) {
                throw BrokerError(
                    .configuration, "\(property.name)=\(property.value) is refused: \(guarded.reason)",
                    location: property.name)
            }
            try KafkaHandle.set(property, on: trial)
        }
    }
}
