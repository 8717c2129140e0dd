// What this client needs to reach a cluster, and which of the user's properties it takes.
internal import Sasl
internal import World

/// How to reach a Kafka cluster with this client.
public struct NativeSettings: Sendable {
    /// A place to connect to.
    struct Address: Hashable, Sendable, CustomStringConvertible {
        var host: String
        var port: UInt16
        var description: String { "\(host):\(port)" }
    }

    /// The addresses to ask first, as they were given.
    let bootstrap: String
    let addresses: [Address]
    let security: BrokerSecurity
    /// nil: nothing is encrypted.
    let tls: TlsContext?
    private(set) var clientId = "kbench"
    /// Whether the checksum of every batch is held against its bytes before a record of it is handed out.
    public var checksBatches = true
    /// The most bytes of one partition in an answer; a batch that is larger comes all the same.
    private(set) var partitionBytes = 1 << 20
    /// The most bytes of an answer, unless its first batch is larger.
    private(set) var answerBytes = 4 << 20
    /// How long to wait for the cluster's first answer.
    public var connectTimeout: Duration = .seconds(10)
    /// How long a refused connection is tried again before the cluster is given up as unreachable.
    public var refusedTimeout: Duration = .seconds(3)
    /// How long to try one request, with all attempts.
    public var requestTimeout: Duration = .seconds(30)
    /// How long one attempt waits for its answer.
    public var attemptTimeout: Duration = .seconds(5)
    /// How long a topic that is said not to exist is asked for again.
    public var topicTimeout: Duration = .zero

    /// Takes the properties of clients that this one has, and refuses those that it lacks and that would change what is
    /// read, or how it is reached. The others, such as a producer's, have no meaning here.
    ///
    /// - Parameters:
    ///   - bootstrap: `host:port`, separated by commas; the port is 9092 where there is none.
    ///   - properties: Names as librdkafka has them, and values; of two with one name the later counts.
    /// Files of certificates and keys are read here.
    ///
    /// - Throws: ``BrokerError`` `configuration`, naming the property.
    public init(bootstrap: String, properties: [(name: String, value: String)] = []) throws {
        self.bootstrap = bootstrap
        addresses = try NativeSettings.addresses(in: bootstrap)
        var given: [String: String] = [:]
        for (name, value) in properties {
            try NativeSettings.check(name, value)
            given[name] = value
        }
        do {
            security = try BrokerSecurity(given, for: "the native client")
        } catch {
            throw NativeSettings.lack(error.property, error.reason)
        }
        tls = try security.encryption.map(TlsContext.init)
        if let name = given["client.id"] { clientId = name }
        if let checks = given["check.crcs"] { checksBatches = try NativeSettings.flag("check.crcs", checks) }
        for name in ["fetch.message.max.bytes", "max.partition.fetch.bytes"] {
            if let text = given[name] { partitionBytes = try NativeSettings.number(name, text, 1...1_000_000_000) }
        }
        if let text = given["fetch.max.bytes"] {
            answerBytes = try NativeSettings.number("fetch.max.bytes", text, 1...Int(Int32.max))
        }
    }

    private static let taken: Set<String> = [
        "client.id", "check.crcs", "fetch.message.max.bytes", "max.partition.fetch.bytes", "fetch.max.bytes",
        "security.protocol", "sasl.mechanism", "sasl.mechanisms", "sasl.username", "sasl.password",
    ]

    /// The beginnings of names that decide how a cluster is reached, or what is read. Those of TLS are looked at where
    /// it is asked for.
    private static let meant = ["sasl.", "fetch.", "queued.", "socket.", "broker.", "client.rack", "security."]

    private static func check(_ name: String, _ value: String) throws {
        guard !taken.contains(name), meant.contains(where: name.hasPrefix) else { return }
        // What may be a secret is not repeated.
        let isSecret = ["password", "secret", "key", "pem", "config"].contains { name.contains($0) }
        throw lack(
            name, (isSecret ? "is given" : "is \(value)") + ", and the native client does not have this property")
    }

    private static func lack(_ name: String, _ reason: String) -> BrokerError {
        BrokerError(.configuration, "\(name) \(reason): use --client librdkafka", location: name)
    }

    private static func flag(_ name: String, _ text: String) throws -> Bool {
        switch text.lowercased() {
        case "true", "t", "1": return true
        case "false", "f", "0": return false
        default: throw BrokerError(.configuration, "\(name)=\(text) is neither true nor false", location: name)
        }
    }

    private static func number(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw BrokerError(
                .configuration, "\(name)=\(text) is no number from \(range.lowerBound) to \(range.upperBound)",
                location: name)
        }
        return number
    }

    // MARK: Addresses

    static func addresses(in text: String) throws -> [Address] {
        let places = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        let found = try places.map(address)
        guard !found.isEmpty else {
            throw BrokerError(
                .configuration, "'\(text)': there is no broker address in it", location: "bootstrap.servers")
        }
        return found
    }

    private static func address(_ place: String) throws -> Address {
        let node = place.firstRange(of: "://").map { place[$0.upperBound...] } ?? place[...]
        var host = node
        var port: UInt16? = 9092
        if node.first == "[", let end = node.firstIndex(of: "]") {
            host = node[node.index(after: node.startIndex)..<end]
            let rest = node[node.index(after: end)...]
            if !rest.isEmpty { port = rest.first == ":" ? UInt16(rest.dropFirst()) : nil }
        } else if node.count(where: { $0 == ":" }) == 1, let colon = node.firstIndex(of: ":") {
            host = node[..<colon]
            port = UInt16(node[node.index(after: colon)...])
        }
        guard !host.isEmpty, let port, port > 0 else {
            throw BrokerError(
                .configuration, "\(place) is no address of a host with a port from 1 to 65535",
                location: "bootstrap.servers")
        }
        return Address(host: String(host), port: port)
    }
}
