// How the proxy reaches brokers that want TLS or a login, by the properties that the user gave for librdkafka.
internal import Sasl
package import World

/// TLS and SASL towards the brokers. Clients speak to the proxy without either.
package struct UpstreamSecurity: Equatable, Sendable {
    /// nil: nothing is encrypted.
    let encryption: BrokerSecurity.Encryption?
    /// nil: nobody logs in.
    let login: SaslLogin?

    /// Nothing is encrypted, and nobody logs in.
    package static let none = UpstreamSecurity(encryption: nil, login: nil)

    private init(encryption: BrokerSecurity.Encryption?, login: SaslLogin?) {
        self.encryption = encryption
        self.login = login
    }

    /// Takes what concerns TLS and SASL from librdkafka's properties; of two with one name the later counts. What the
    /// proxy lacks is refused where it would matter.
    ///
    /// - Throws: ``ProxyPropertyError``, naming the property.
    package init(_ properties: [(name: String, value: String)]) throws(ProxyPropertyError) {
        let given = properties.reduce(into: [String: String]()) { $0[$1.name] = $1.value }
        do {
            let security = try BrokerSecurity(given, for: "the proxy")
            self.init(encryption: security.encryption, login: security.login)
        } catch {
            throw ProxyPropertyError(error.property, error.reason)
        }
    }
}

/// Why the proxy cannot reach brokers as the properties say.
package struct ProxyPropertyError: DiagnosticError, Equatable {
    /// The kind of failure, for programs.
    package var code: String { "proxy-property" }
    /// The property.
    package var location: String
    /// What is wrong with it.
    package var message: String
    package var cause: String { "\(location) \(message)" }
    package var fix: String { "name a listener of the broker that needs no more than the proxy has" }
    package var exitCode: ExitStatus { .usage }

    init(_ location: String, _ message: String) {
        self.location = location
        self.message = message
    }
}
