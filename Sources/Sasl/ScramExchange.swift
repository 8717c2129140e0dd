// The server's side of SCRAM (RFC 5802, RFC 7677): two messages come, two go out.

/// What a server keeps of a password: nothing that it could be used with.
package struct ScramSecret: Sendable {
    /// Rounds of salting where nobody says how many: the fewest that Kafka takes.
    package static let iterations = 4096

    let salt: [UInt8]
    let iterations: Int
    fileprivate let storedKey: [UInt8]
    fileprivate let serverKey: [UInt8]

    /// Salts a password, which takes milliseconds.
    package init(_ password: String, _ digest: Digest, salt: [UInt8], iterations: Int = Self.iterations) {
        self.salt = salt
        self.iterations = iterations
        let salted = digest.salted(password, salt, iterations: iterations)
        storedKey = digest.hash(digest.keyed(salted, Array("Client Key".utf8)))
        serverKey = digest.keyed(salted, Array("Server Key".utf8))
    }
}

/// One exchange.
package struct ScramExchange: Sendable {
    /// What became of a message.
    package enum Step: Equatable {
        case goOn([UInt8])
        case accepted(user: String, [UInt8])
        case refused
    }

    private struct Open {
        var user: String
        var secret: ScramSecret
        /// Both first messages as they went over the wire.
        var messages: String
        /// What the client's last message repeats.
        var nonce: String
        var binding: String
    }

    private let digest: Digest
    /// The server's part of the nonce.
    private let nonce: String
    private var open: Open?

    /// Begins an exchange; `nonce` is the server's part, printable and without commas.
    package init(_ digest: Digest, nonce: String) {
        self.digest = digest
        self.nonce = nonce
    }

    /// Takes the client's next message.
    package mutating func step(_ message: [UInt8], _ secret: (_ user: String) -> ScramSecret?) -> Step {
        guard let text = String(validating: message, as: UTF8.self) else { return .refused }
        guard let open else { return begin(text, secret) }
        self.open = nil
        return end(text, open)
    }

    private mutating func begin(_ text: String, _ secret: (String) -> ScramSecret?) -> Step {
        // Channel binding, which is not offered; another identity to act as; then the message itself.
        let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "n" || parts[0] == "y" else { return .refused }
        let bare = parts[2].split(separator: ",", omittingEmptySubsequences: false)
        guard bare.count >= 2, let name = Self.value("n", bare[0]), let own = Self.value("r", bare[1]), !own.isEmpty,
            let user = Self.unescaped(name), parts[1].isEmpty || parts[1] == "a=\(name)", let secret = secret(user)
        else { return .refused }
        let nonce = own + nonce
        let answer = "r=\(nonce),s=\(Base64.encode(secret.salt)),i=\(secret.iterations)"
        open = Open(
            user: user, secret: secret, messages: "\(parts[2]),\(answer)", nonce: String(nonce),
            binding: Base64.encode(Array("\(parts[0]),\(parts[1]),".utf8)))
        return .goOn(Array(answer.utf8))
    }

    private func end(_ text: String, _ open: Open) -> Step {
        guard let border = text.firstRange(of: ",p=") else { return .refused }
        let fields = text[..<border.lowerBound].split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 2, Self.value("c", fields[0]) == open.binding[...],
            // librdkafka before 2.6 puts its own part in front once more, which Kafka lets pass.
            Self.value("r", fields[1])?.hasSuffix(open.nonce) == true,
            let proof = Base64.decode(text[border.upperBound...]),
            proof.count == digest.byteCount
        else { return .refused }
        let signed = Array("\(open.messages),\(text[..<border.lowerBound])".utf8)
        let signature = digest.keyed(open.secret.storedKey, signed)
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        guard Digest.areSame(digest.hash(clientKey), open.secret.storedKey) else { return .refused }
        let answer = "v=" + Base64.encode(digest.keyed(open.secret.serverKey, signed))
        return .accepted(user: open.user, Array(answer.utf8))
    }

    private static func value(_ name: String, _ field: Substring) -> Substring? {
        field.hasPrefix("\(name)=") ? field.dropFirst(name.count + 1) : nil
    }

    /// Commas and equals signs of names are escaped, and nothing else is.
    private static func unescaped(_ name: Substring) -> String? {
        var result = ""
        var rest = name
        while let sign = rest.firstIndex(of: "=") {
            result += rest[..<sign]
            switch rest[sign...].prefix(3) {
            case "=2C": result += ","
            case "=3D": result += "="
            default: return nil
            }
            rest = rest[sign...].dropFirst(3)
        }
        return result + rest
    }
}
