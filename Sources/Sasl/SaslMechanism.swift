// How a client and a broker find out who somebody is: mechanisms of SASL, and the chance that both need.

/// A mechanism of authentication.
package enum SaslMechanism: String, CaseIterable, Sendable {
    case plain = "PLAIN"
    case scramSha256 = "SCRAM-SHA-256"
    case scramSha512 = "SCRAM-SHA-512"

    /// The hash function of SCRAM; nil for what is not SCRAM.
    package var digest: Digest? {
        switch self {
        case .plain: nil
        case .scramSha256: .sha256
        case .scramSha512: .sha512
        }
    }
}

/// What nobody can guess.
package enum Nonce {
    /// Bytes by chance.
    package static func bytes(_ count: Int) -> [UInt8] {
        var source = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &source) }
    }

    /// A text by chance, printable and without a comma, as SCRAM wants it.
    package static func text() -> String { Base64.encode(bytes(18)) }
}
