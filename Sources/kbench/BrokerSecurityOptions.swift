// Who may connect to a served broker, and how connections are encrypted.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import KafkaServer
internal import World

/// Options about users and certificates.
struct BrokerSecurityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve only these users, by SASL with PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512: a file with NAME:PASSWORD on each line.",
            valueName: "FILE"))
    var saslUsers: String?

    @Option(
        help: ArgumentHelp(
            "Encrypt connections by TLS with this certificate and those behind it in the file, in PEM.",
            valueName: "FILE"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's private key, in PEM, without a password.", valueName: "FILE"))
    var tlsKey: String?

    /// - Throws: ``Diagnosis`` for a file that cannot be used.
    func apply(to settings: inout ServerSettings) throws {
        switch (tlsCert, tlsKey) {
        case (let chain?, let key?): settings.certificate = ServedCertificate(chain: chain, key: key)
        case (nil, _?):
            throw Diagnosis(
                cause: "--tls-key has no effect: there is no certificate", fix: "give --tls-cert too, or leave it out",
                exitCode: .usage)
        case (_?, nil):
            throw Diagnosis(
                cause: "--tls-cert has no key", fix: "give the certificate's private key by --tls-key",
                exitCode: .usage)
        case (nil, nil): break
        }
        if let saslUsers { settings.users = try Self.users(in: saslUsers) }
    }

    /// The users of a file. What is in it is never shown.
    private static func users(in path: String) throws -> [ServedUser] {
        func wrong(_ cause: String, _ fix: String) -> Diagnosis {
            Diagnosis(cause: "--sasl-users: \(path): \(cause)", fix: fix, exitCode: .usage)
        }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw wrong("it cannot be read as text", "name a file that is there, with NAME:PASSWORD on each line")
        }
        var users: [ServedUser] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else {
                throw wrong("line \(index + 1) is no NAME:PASSWORD", "write a name, a colon and a password")
            }
            guard !users.contains(where: { $0.name == parts[0] }) else {
                throw wrong("line \(index + 1) names \(parts[0]) again", "name each user once")
            }
            users.append(ServedUser(name: String(parts[0]), password: String(parts[1])))
        }
        guard !users.isEmpty else { throw wrong("nobody is named", "write NAME:PASSWORD on a line") }
        return users
    }
}
