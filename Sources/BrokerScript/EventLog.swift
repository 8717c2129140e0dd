// The log of what a broker was asked and what its script did: lines of JSON that hold no time, port or process.
internal import KafkaWire
internal import World

/// Makes the lines, and numbers requests by them. Two runs in which the same requests come in the same order have the same
/// lines.
package struct EventLog: Sendable {
    private var requests = 0

    package init() {}

    /// A request came. `connection` counts the connections of this run, from 1.
    package mutating func request(
        _ facts: RequestFacts, version: Int16, connection: Int
    ) -> (number: Int, line: String) {
        requests += 1
        var fields = [
            ("request", "\(requests)"), ("connection", "\(connection)"), ("broker", "\(facts.broker)"),
            ("api", Self.quoted(facts.api.word)), ("version", "\(version)"),
        ]
        if let client = facts.client { fields.append(("client", Self.quoted(client))) }
        let places = facts.places.map { $0.topic + ($0.partition.map { "/\($0)" } ?? "") }
        if !places.isEmpty { fields.append(("partitions", Self.list(places))) }
        if !facts.groups.isEmpty { fields.append(("groups", Self.list(facts.groups))) }
        if let id = facts.transactionalId { fields.append(("transactional-id", Self.quoted(id))) }
        return (requests, Self.object(fields))
    }

    /// A request got this answer: only those with errors, and those that did not arrive, have a line.
    package static func answer(to request: Int, errors: [String], fate: String?) -> String? {
        guard !errors.isEmpty || fate != nil else { return nil }
        var fields = [("answer", "\(request)")]
        if !errors.isEmpty { fields.append(("errors", list(errors))) }
        if let fate { fields.append(("fate", quoted(fate))) }
        return object(fields)
    }

    /// An event's moment came, at a request or by itself; `failure` is why it did not happen.
    package static func event(_ number: Int, _ words: String, request: Int?, failure: String? = nil) -> String {
        var fields = [("event", "\(number)")]
        if let request { fields.append(("request", "\(request)")) }
        return object(fields + outcome(words, failure))
    }

    /// Somebody told the broker to do something.
    package static func told(_ words: String, failure: String? = nil) -> String {
        object([("told", "true")] + outcome(words, failure))
    }

    private static func outcome(_ words: String, _ failure: String?) -> [(String, String)] {
        [("words", quoted(words)), ("happened", failure == nil ? "true" : "false")]
            + (failure.map { [("why", quoted($0))] } ?? [])
    }

    private static func object(_ fields: [(key: String, value: String)]) -> String {
        "{" + fields.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private static func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ",") + "]" }

    /// A text of JSON.
    package static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
