// One librdkafka property as the user wrote it.

/// A property of librdkafka by name and value, such as `security.protocol` and `SASL_SSL`.
public struct KafkaProperty: Equatable, Hashable, Sendable {
    /// The property's name.
    public var name: String
    /// The value as text, as librdkafka reads it.
    public var value: String

    /// Makes a property; whether librdkafka knows it is checked by ``KafkaConfiguration``.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The value for logs and reports: hidden where it is a secret.
    public var displayedValue: String {
        let secrets = ["password", "secret", ".pem", "oauthbearer.config", "userinfo"]
        return secrets.contains { name.contains($0) } ? "(hidden)" : value
    }
}
