// One librdkafka property as the user wrote it; and those that kbench decides itself, lest counts or verdicts are wrong.

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

/// A property whose value the user may not change, except to a value that means the same.
struct GuardedProperty {
    /// The values that change nothing.
    var allowed: [String]
    /// Why others are refused.
    var reason: String

    private static let groupReason = "the consumer group is chosen by the command, and readers join none"
    private static let acknowledgeReason = "every record must be acknowledged by all replicas before it counts"

    /// The guarded properties by name, librdkafka's aliases among them.
    static let all: [String: GuardedProperty] = [
        "enable.auto.commit": GuardedProperty(
            allowed: ["false"], reason: "offsets are committed when the strategy says so, never by a timer"),
        "auto.commit.enable": GuardedProperty(
            allowed: ["false"], reason: "offsets are committed when the strategy says so, never by a timer"),
        "enable.auto.offset.store": GuardedProperty(
            allowed: ["false"], reason: "offsets are committed when the strategy says so, never on delivery"),
        "enable.partition.eof": GuardedProperty(
            allowed: ["true"], reason: "without it a range that ends in a gap could not be told from a slow broker"),
        "auto.offset.reset": GuardedProperty(
            allowed: ["error"], reason: "a silent jump to another offset would hide lost or repeated records"),
        "isolation.level": GuardedProperty(
            allowed: ["read_committed"], reason: "records of aborted transactions would count as ingested"),
        "allow.auto.create.topics": GuardedProperty(
            allowed: ["false"], reason: "a misspelt topic must be an error, not a new empty topic"),
        "enable.idempotence": GuardedProperty(
            allowed: ["true"], reason: "a retry could store a record twice"),
        "acks": GuardedProperty(allowed: ["all", "-1"], reason: acknowledgeReason),
        "request.required.acks": GuardedProperty(allowed: ["all", "-1"], reason: acknowledgeReason),
        "transactional.id": GuardedProperty(
            allowed: [], reason: "the load is produced without transactions"),
        "group.id": GuardedProperty(allowed: [], reason: groupReason),
        "group.instance.id": GuardedProperty(allowed: [], reason: groupReason),
        "enabled_events": GuardedProperty(allowed: [], reason: "kbench handles the library's events itself"),
        "log.queue": GuardedProperty(allowed: ["false"], reason: "kbench handles the library's log itself"),
        "test.mock.num.brokers": GuardedProperty(
            allowed: ["0"], reason: "it would replace the cluster; leave the address out for the embedded broker"),
    ]
}
