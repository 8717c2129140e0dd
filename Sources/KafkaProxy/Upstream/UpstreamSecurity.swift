// How the proxy reaches brokers that want TLS or a login, by the properties that the user gave for librdkafka.
internal import Sasl
package import World

/// TLS and SASL towards the brokers. Clients speak to the proxy without either.
package struct UpstreamSecurity: Equatable, Sendable {
    /// Files, or what would be in them, in PEM.
    struct Encryption: Equatable, Sendable {
        /// Who vouches for brokers: a file or a folder; nil: whom the system trusts.
        var authorities: String?
        var authoritiesText: String?
        var certificate: String?
        var certificateText: String?
        var key: String?
        var keyText: String?
        var keyPassword: String?
        /// Whether a broker's certificate is looked at.
        var verifies = true
        /// Whether it has to be of the host that was asked.
        var verifiesHost = true
    }

    /// nil: nothing is encrypted.
    let encryption: Encryption?
    /// nil: nobody logs in.
    let login: SaslLogin?

    /// Nothing is encrypted, and nobody logs in.
    package static let none = UpstreamSecurity(encryption: nil, login: nil)

    private init(encryption: Encryption?, login: SaslLogin?) {
        self.encryption = encryption
        self.login = login
    }

    /// Takes what concerns TLS and SASL from librdkafka's properties; of two with one name the later counts. What the
    /// proxy lacks is refused where it would matter.
    ///
    /// - Throws: ``ProxyPropertyError``, naming the property.
    package init(_ properties: [(name: String, value: String)]) throws(ProxyPropertyError) {
        let given = properties.reduce(into: [String: String]()) { $0[$1.name] = $1.value }
        let security = given["security.protocol"]?.lowercased() ?? "plaintext"
        guard ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"].contains(security) else {
            throw ProxyPropertyError("security.protocol", "is \(security), which the proxy does not know")
        }
        encryption = security.hasSuffix("ssl") ? try Self.encryption(given) : nil
        login = security.hasPrefix("sasl") ? try Self.login(given) : nil
    }

    private static let taken: Set<String> = [
        "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location",
        "ssl.key.pem", "ssl.key.password", "ssl.endpoint.identification.algorithm",
    ]

    private static func encryption(_ given: [String: String]) throws(ProxyPropertyError) -> Encryption {
        if let name = given.keys.sorted().first(where: {
            ($0.hasPrefix("ssl.") || $0.hasPrefix("ssl_")) && !taken.contains($0)
        }) {
            throw ProxyPropertyError(name, "is given, and the proxy has no such setting")
        }
        var encryption = Encryption()
        encryption.authorities = given["ssl.ca.location"].flatMap { $0 == "probe" ? nil : $0 }
        encryption.authoritiesText = given["ssl.ca.pem"]
        encryption.certificate = given["ssl.certificate.location"]
        encryption.certificateText = given["ssl.certificate.pem"]
        encryption.key = given["ssl.key.location"]
        encryption.keyText = given["ssl.key.pem"]
        encryption.keyPassword = given["ssl.key.password"]
        encryption.verifiesHost = given["ssl.endpoint.identification.algorithm"]?.lowercased() != "none"
        if let checks = given["enable.ssl.certificate.verification"]?.lowercased() {
            encryption.verifies = !["false", "f", "0"].contains(checks)
        }
        return encryption
    }

    private static func login(_ given: [String: String]) throws(ProxyPropertyError) -> SaslLogin {
        let name = given["sasl.mechanism"] == nil ? "sasl.mechanisms" : "sasl.mechanism"
        let asked = given[name] ?? "GSSAPI"
        guard let mechanism = SaslMechanism(rawValue: asked) else {
            let known = SaslMechanism.allCases.map(\.rawValue).joined(separator: ", ")
            throw ProxyPropertyError(name, "is \(asked), and the proxy has \(known)")
        }
        func text(_ name: String) throws(ProxyPropertyError) -> String {
            guard let text = given[name], !text.isEmpty, !text.contains("\0") else {
                throw ProxyPropertyError(name, "is missing, is empty or holds a byte 0")
            }
            return text
        }
        return SaslLogin(mechanism, user: try text("sasl.username"), password: try text("sasl.password"))
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
