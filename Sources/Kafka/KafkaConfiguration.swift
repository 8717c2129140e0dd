// What a client needs to reach a cluster: its address, the user's properties and our limits of patience.
internal import CRdKafka
internal import World

/// How to reach a Kafka cluster. The user's properties win over kbench's defaults; those that would make a run inexact
/// are refused.
public struct KafkaConfiguration: Equatable, Sendable {
    /// The addresses to ask first: `host:port`, separated by commas.
    public private(set) var bootstrap: String
    /// The user's properties, in the order given; of two with one name the later counts.
    public private(set) var properties: [KafkaProperty]
    /// How long to wait for the cluster's first answer.
    public var connectTimeout: Duration = .seconds(10)
    /// How long a refused connection is tried again before the cluster is given up as unreachable.
    public var refusedTimeout: Duration = .seconds(3)
    /// How long to wait for the answer to one request.
    public var requestTimeout: Duration = .seconds(30)
    /// How long a topic that is said not to exist is asked for again: of one that was made a moment ago, not every broker
    /// knows yet.
    public var topicTimeout: Duration = .zero

    /// Checks the properties and makes a configuration.
    ///
    /// - Parameters:
    ///   - bootstrap: The addresses; nil takes them from the property `bootstrap.servers`.
    ///   - properties: The user's properties.
    /// - Throws: ``BrokerError`` `configuration`, naming the property, its value and what is wrong; also for addresses
    ///   that differ.
    public init(bootstrap: String?, properties: [KafkaProperty] = []) throws {
        guard let address = try KafkaConfiguration.address(given: bootstrap, in: properties) else {
            throw KafkaConfiguration.wrongAddress("no broker address: bootstrap.servers is not set")
        }
        self.bootstrap = address
        self.properties = properties.filter { !KafkaConfiguration.addressNames.contains($0.name) }
        for property in self.properties { try KafkaConfiguration.check(property) }
    }

    /// The same, asking another broker first.
    func asking(_ address: String) -> KafkaConfiguration {
        var other = self
        other.bootstrap = address
        return other
    }

    /// The same with properties that win over the user's.
    ///
    /// - Throws: ``BrokerError`` as ``init(bootstrap:properties:)``.
    package func adding(_ more: [KafkaProperty]) throws -> KafkaConfiguration {
        for property in more { try KafkaConfiguration.check(property) }
        var other = self
        other.properties += more
        return other
    }

    // MARK: The address

    private static let addressNames = ["bootstrap.servers", "metadata.broker.list"]

    /// Where errors about addresses say they are.
    public static let addressLocation = "bootstrap.servers"

    /// The cluster that is meant: the address that was given, or the one among the properties; nil where there is none.
    ///
    /// - Throws: ``BrokerError`` `configuration` for an address that cannot be one, and for two that differ, as nobody
    ///   could say which cluster is meant.
    public static func address(given: String?, in properties: [KafkaProperty]) throws -> String? {
        var found = given.map { [(name: "--brokers", address: $0)] } ?? []
        found += properties.filter { addressNames.contains($0.name) }.map { ($0.name, $0.value) }
        for (name, address) in found { try check(address, name) }
        guard let first = found.first else { return nil }
        if let other = found.first(where: { places(in: $0.address) != places(in: first.address) }) {
            throw wrongAddress(
                "two clusters are named: \(first.name) \(first.address) and \(other.name) \(other.address)")
        }
        return first.address
    }

    /// The places of an address, in an order of their own.
    private static func places(in address: String) -> [String] {
        address.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }.sorted()
    }

    private static func check(_ address: String, _ name: String) throws {
        let places = places(in: address)
        guard !places.isEmpty else { throw wrongAddress("\(name) '\(address)': there is no broker address in it") }
        for place in places {
            // A protocol may stand in front, as brokers write their own addresses.
            let node = place.firstRange(of: "://").map { place[$0.upperBound...] } ?? place[...]
            let isBracketed = node.first == "["
            let colons = node.count { $0 == ":" }
            // An address of IPv6 without brackets has no port.
            if !isBracketed, colons > 1 { continue }
            let host = isBracketed ? node.prefix { $0 != "]" }.dropFirst() : node.prefix { $0 != ":" }
            let rest = isBracketed ? node.drop { $0 != "]" }.dropFirst() : node.drop { $0 != ":" }
            guard !host.isEmpty else { throw wrongAddress("\(name) \(place): there is no host in it") }
            guard !rest.isEmpty else { continue }
            guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else {
                throw wrongAddress("\(name) \(place): the port is no number from 1 to 65535")
            }
        }
    }

    private static func wrongAddress(_ reason: String) -> BrokerError {
        BrokerError(.configuration, reason, location: addressLocation)
    }

    // MARK: The properties

    /// Tries a property on a configuration that is thrown away, so that a mistake shows before anything connects.
    static func check(_ property: KafkaProperty) throws {
        if let guarded = GuardedProperty.all[property.name], !guarded.allowed.contains(property.value) {
            throw refusal(property, "is refused: \(guarded.reason)")
        }
        let trial = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(trial) }
        do {
            try KafkaHandle.set(property, on: trial)
        } catch let error as BrokerError {
            guard isNumber(property.value), Int32(property.value) == nil else { throw error }
            // The library's words name the number that it has become by wrapping around.
            let reason = error.message
            let range = reason.firstRange(of: "allowed range ").map {
                reason[$0.upperBound...].prefix { !$0.isWhitespace }
            }
            throw refusal(property, "is outside of the range \(range ?? "of the library's numbers")")
        }
        // The library lets a large number wrap around and drops what stands behind a number. A text comes back as it was.
        guard let first = property.value.first, first.isNumber || "+-".contains(first),
            let taken = value(of: property.name, in: trial).flatMap(Double.init)
        else { return }
        guard taken == Double(property.value) else {
            throw refusal(property, "is not a number that the library can take")
        }
    }

    /// Whether the library has a property of this name.
    static func isKnown(_ name: String) -> Bool {
        let settings = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(settings) }
        return name == "sasl.jaas.config" || JavaProperty.hints[name] != nil
            || rd_kafka_conf_set(settings, name, "", nil, 0) != RD_KAFKA_CONF_UNKNOWN
    }

    private static func refusal(_ property: KafkaProperty, _ reason: String) -> BrokerError {
        BrokerError(
            .configuration, "\(property.name)=\(property.displayedValue) \(reason)", location: property.name)
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.allSatisfy { ("0"..."9").contains($0) }
    }

    /// The value that a property has; nil where it has none.
    private static func value(of name: String, in settings: OpaquePointer?) -> String? {
        var size = 0
        guard rd_kafka_conf_get(settings, name, nil, &size) == RD_KAFKA_CONF_OK else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: max(size, 1)) { buffer in
            buffer.initialize(repeating: 0)
            guard rd_kafka_conf_get(settings, name, buffer.baseAddress, &size) == RD_KAFKA_CONF_OK else { return nil }
            return buffer.baseAddress.map { String(cString: $0) }
        }
    }
}
