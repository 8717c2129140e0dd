// Who a connection belongs to: the mechanisms of SASL that are offered, and where an exchange stands.
internal import KafkaWire
package import Sasl

/// Somebody who may connect.
package struct ServedUser: Equatable, Sendable {
    package var name: String
    package var password: String
    package var mechanisms: Set<SaslMechanism>

    package init(name: String, password: String, mechanisms: Set<SaslMechanism> = Set(SaslMechanism.allCases)) {
        self.name = name
        self.password = password
        self.mechanisms = mechanisms
    }
}

/// All who may connect. Passwords are salted once, as that takes milliseconds.
struct Users {
    private var passwords: [String: String] = [:]
    private var secrets: [Digest: [String: ScramSecret]] = [:]
    /// What at least one of them may use, in the order of names.
    let mechanisms: [SaslMechanism]

    init(_ users: [ServedUser]) {
        let offered = users.reduce(into: Set<SaslMechanism>()) { $0.formUnion($1.mechanisms) }
        mechanisms = offered.sorted { $0.rawValue < $1.rawValue }
        for user in users {
            if user.mechanisms.contains(.plain) { passwords[user.name] = user.password }
            for (mechanism, digest) in [(SaslMechanism.scramSha256, Digest.sha256), (.scramSha512, .sha512)]
            where user.mechanisms.contains(mechanism) {
                let salt = Nonce.bytes(16)
                secrets[digest, default: [:]][user.name] = ScramSecret(user.password, digest, salt: salt)
            }
        }
    }

    func secret(of user: String, _ digest: Digest) -> ScramSecret? { secrets[digest]?[user] }

    /// Whether a message of PLAIN (RFC 4616) is right: whom to act as, the name and the password, with zeros between.
    func accepts(plain message: [UInt8]) -> Bool {
        let parts = message.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 3, parts[0].isEmpty || parts[0] == parts[1],
            let name = String(validating: parts[1], as: UTF8.self), let password = passwords[name]
        else { return false }
        return Digest.areSame(parts[2], Array(password.utf8))
    }
}

/// One connection's way to being known.
struct Authentication {
    private enum Exchange {
        case plain
        case scram(Digest, ScramExchange)
    }

    /// What became of a message.
    enum Outcome: Equatable {
        case goOn([UInt8])
        case accepted([UInt8])
        case refused(String)
    }

    private var exchange: Exchange?
    private var mechanism: SaslMechanism?
    /// Whether messages come as requests; to the oldest version of the handshake they are bare.
    private(set) var isFramed = true
    private(set) var isDone = false

    /// Whether a request may be served.
    func allows(_ key: ApiKey) -> Bool {
        isDone || key == .apiVersions || key == .saslHandshake || (key == .saslAuthenticate && exchange != nil)
    }

    /// Whether a bare message comes next.
    var expectsBareMessage: Bool { exchange != nil && !isFramed }

    mutating func begin(_ name: String, version: Int16, _ users: Users) -> ErrorCode {
        guard !isDone, exchange == nil else { return .illegalSaslState }
        guard let mechanism = SaslMechanism(rawValue: name), users.mechanisms.contains(mechanism) else {
            return .unsupportedSaslMechanism
        }
        self.mechanism = mechanism
        isFramed = version > 0
        let nonce = Nonce.text()
        exchange =
            switch mechanism {
            case .plain: .plain
            case .scramSha256: .scram(.sha256, ScramExchange(.sha256, nonce: nonce))
            case .scramSha512: .scram(.sha512, ScramExchange(.sha512, nonce: nonce))
            }
        return .none
    }

    mutating func take(_ message: [UInt8], _ users: Users) -> Outcome {
        let refusal =
            mechanism == .plain
            ? "Authentication failed: Invalid username or password"
            : "Authentication failed during authentication due to invalid credentials with SASL mechanism "
                + (mechanism?.rawValue ?? "")
        switch exchange {
        case .plain:
            exchange = nil
            guard users.accepts(plain: message) else { return .refused(refusal) }
            isDone = true
            return .accepted([])
        case .scram(let digest, var scram):
            let step = scram.step(message) { users.secret(of: $0, digest) }
            exchange = .scram(digest, scram)
            switch step {
            case .goOn(let answer): return .goOn(answer)
            case .accepted(_, let answer):
                (exchange, isDone) = (nil, true)
                return .accepted(answer)
            case .refused:
                exchange = nil
                return .refused(refusal)
            }
        case nil: return .refused(refusal)
        }
    }
}
