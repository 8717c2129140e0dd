// The client's side of PLAIN (RFC 4616) and of SCRAM (RFC 5802, RFC 7677): which messages go out, and who answers.

/// A name and a password, and how they are shown.
package struct SaslLogin: Equatable, Sendable {
    package var mechanism: SaslMechanism
    package var user: String
    package var password: String

    /// Neither text may have a byte 0.
    package init(_ mechanism: SaslMechanism, user: String, password: String) {
        self.mechanism = mechanism
        self.user = user
        self.password = password
    }

    /// The exchange of one connection; `nonce` is printable and without commas.
    package func begin(nonce: String = Nonce.text()) -> SaslDialogue {
        SaslDialogue(login: self, nonce: nonce)
    }
}

/// Why a login came to nothing.
package struct SaslFailure: Error, Equatable, CustomStringConvertible {
    package var description: String
}

/// One login, from its first message to its last.
package struct SaslDialogue: Sendable {
    private enum State {
        case start
        /// PLAIN: the server says yes or no.
        case plain
        /// The first message went out.
        case first
        /// The proof went out, and this is what the server has to sign with.
        case proven(signature: [UInt8])
        case done
    }

    private let login: SaslLogin
    private let nonce: String
    private var state = State.start

    fileprivate init(login: SaslLogin, nonce: String) {
        self.login = login
        self.nonce = nonce
    }

    /// The most rounds that a server may ask for: each takes about a microsecond.
    private static let mostIterations = 100_000
    /// No channel is bound, and nobody is acted for.
    private static let binding = "n,,"

    private var firstMessage: String {
        let name = login.user.replacing("=", with: "=3D").replacing(",", with: "=2C")
        return "n=\(name),r=\(nonce)"
    }

    /// Takes what the server said; nothing before the first message.
    ///
    /// - Returns: The next message; nil when all is said, and the server has shown that it knows the password, too.
    /// - Throws: ``SaslFailure`` for what is no answer of this mechanism's, or of nobody who knows the password.
    package mutating func step(_ answer: [UInt8] = []) throws(SaslFailure) -> [UInt8]? {
        switch state {
        case .start:
            guard login.mechanism != .plain else {
                state = .plain
                return [0] + Array(login.user.utf8) + [0] + Array(login.password.utf8)
            }
            state = .first
            return Array((Self.binding + firstMessage).utf8)
        case .plain:
            state = .done
            return nil
        case .first: return try prove(answer)
        case .proven(let signature):
            guard let text = String(validating: answer, as: UTF8.self), text.hasPrefix("v="),
                let signed = Base64.decode(text.dropFirst(2).prefix { $0 != "," }),
                Digest.areSame(signed, signature)
            else { throw SaslFailure(description: "the broker does not know the password itself") }
            state = .done
            return nil
        case .done: return nil
        }
    }

    private mutating func prove(_ answer: [UInt8]) throws(SaslFailure) -> [UInt8] {
        let text = String(validating: answer, as: UTF8.self) ?? ""
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let digest = login.mechanism.digest, fields.count >= 3, fields[0].hasPrefix("r=\(nonce)"),
            fields[1].hasPrefix("s="), let salt = Base64.decode(fields[1].dropFirst(2)), !salt.isEmpty,
            fields[2].hasPrefix("i="), let iterations = Int(fields[2].dropFirst(2)),
            (1...Self.mostIterations).contains(iterations)
        else { throw SaslFailure(description: "the broker's first message is none of \(login.mechanism.rawValue)") }
        let salted = digest.salted(login.password, salt, iterations: iterations)
        let key = digest.keyed(salted, Array("Client Key".utf8))
        let bare = "c=\(Base64.encode(Array(Self.binding.utf8))),\(fields[0])"
        let signed = Array("\(firstMessage),\(text),\(bare)".utf8)
        let proof = zip(key, digest.keyed(digest.hash(key), signed)).map { $0 ^ $1 }
        let serverKey = digest.keyed(salted, Array("Server Key".utf8))
        state = .proven(signature: digest.keyed(serverKey, signed))
        return Array("\(bare),p=\(Base64.encode(proof))".utf8)
    }
}
