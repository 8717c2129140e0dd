// What librdkafka's properties say of TLS and SASL towards brokers, for clients of our own.

/// TLS and a login towards brokers.
package struct BrokerSecurity: Equatable, Sendable {
    /// Files, or what would be in them, in PEM.
    package struct Encryption: Equatable, Sendable {
        /// Who vouches for brokers: a file or a folder; nil: whom the system trusts.
        package var authorities: String?
        package var authoritiesText: String?
        package var certificate: String?
        package var certificateText: String?
        package var key: String?
        package var keyText: String?
        package var keyPassword: String?
        /// Whether a broker's certificate is looked at.
        package var verifies = true
        /// Whether it has to be of the host that was asked.
        package var verifiesHost = true

        /// Encryption towards brokers that somebody vouches for whom the system trusts.
        package init() {}
    }

    /// nil: nothing is encrypted.
    package let encryption: Encryption?
    /// nil: nobody logs in.
    package let login: SaslLogin?

    /// Takes what concerns TLS and SASL, and refuses what nobody here has, where it would matter.
    ///
    /// - Parameters:
    ///   - given: Properties by name.
    ///   - client: Who is to use it, as in "the proxy has no such setting".
    /// - Throws: ``SecurityFault``, naming the property.
    package init(_ given: [String: String], for client: String) throws(SecurityFault) {
        let security = given["security.protocol"]?.lowercased() ?? "plaintext"
        guard ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"].contains(security) else {
            throw SecurityFault("security.protocol", "is \(security), which \(client) does not know")
        }
        encryption = security.hasSuffix("ssl") ? try Self.encryption(given, for: client) : nil
        login = security.hasPrefix("sasl") ? try Self.login(given, for: client) : nil
    }

    /// The properties about TLS that are taken.
    private static let taken: Set<String> = [
        "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location",
        "ssl.key.pem", "ssl.key.password", "ssl.endpoint.identification.algorithm",
    ]

    private static func encryption(
        _ given: [String: String], for client: String
    ) throws(SecurityFault) -> Encryption {
        if let name = given.keys.sorted().first(where: {
            ($0.hasPrefix("ssl.") || $0.hasPrefix("ssl_")) && !taken.contains($0)
        }) {
            throw SecurityFault(name, "is given, and \(client) has no such setting")
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

    private static func login(_ given: [String: String], for client: String) throws(SecurityFault) -> SaslLogin {
        let name = given["sasl.mechanism"] == nil ? "sasl.mechanisms" : "sasl.mechanism"
        let asked = given[name] ?? "GSSAPI"
        guard let mechanism = SaslMechanism(rawValue: asked) else {
            let known = SaslMechanism.allCases.map(\.rawValue).joined(separator: ", ")
            throw SecurityFault(name, "is \(asked), and \(client) has \(known)")
        }
        func text(_ name: String) throws(SecurityFault) -> String {
            guard let text = given[name], !text.isEmpty, !text.contains("\0") else {
                throw SecurityFault(name, "is missing, is empty or holds a byte 0")
            }
            return text
        }
        return SaslLogin(mechanism, user: try text("sasl.username"), password: try text("sasl.password"))
    }
}

/// Why brokers cannot be reached as the properties say.
package struct SecurityFault: Error, Equatable {
    /// The property.
    package var property: String
    /// What is wrong with it.
    package var reason: String

    init(_ property: String, _ reason: String) {
        self.property = property
        self.reason = reason
    }
}
