// What a script needs to know of a request.
package import KafkaWire

/// A request, as far as scripts tell requests apart.
package struct RequestFacts: Equatable, Sendable {
    /// A topic that it names, and the partition where it names one.
    package struct Place: Equatable, Sendable {
        package var topic: String
        package var partition: Int32?

        package init(topic: String, partition: Int32? = nil) {
            self.topic = topic
            self.partition = partition
        }
    }

    package var api: ApiKey
    package var client: String?
    package var broker: Int32
    package var places: [Place] = []
    package var groups: [String] = []
    package var transactionalId: String?

    package init(_ api: ApiKey, client: String?, broker: Int32) {
        self.api = api
        self.client = client
        self.broker = broker
    }
}

extension ApiKey {
    /// The name that people type, such as `list-offsets`.
    package var word: String { kebab("\(self)") }
    package static let words = Dictionary(uniqueKeysWithValues: allCases.map { ($0.word, $0) })
}

extension ErrorCode {
    /// The name that people type, such as `not-leader-or-follower`.
    package var word: String { kebab("\(self)") }
    package static let words = Dictionary(uniqueKeysWithValues: allCases.map { ($0.word, $0) })
}

private func kebab(_ camel: String) -> String {
    camel.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
}
