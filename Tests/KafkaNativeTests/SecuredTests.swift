// The native client of brokers that want TLS and a login: what it reads, whom it trusts, and what it says when it does not.
import Glibc
import Kafka
import KafkaServer
import Testing
import World

@testable import KafkaNative

@Suite("The native client of brokers that want to know who is there", .serialized) final class SecuredTests {
    private let folder: String
    private var certificate: String { "\(folder)/certificate.pem" }
    private var key: String { "\(folder)/key.pem" }

    init() throws {
        var template = Array("/tmp/kbench-tls-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        try makeCertificate(of: "IP:127.0.0.1")
    }

    deinit { _ = system("rm -r \(folder)") }

    private func makeCertificate(of name: String) throws {
        let status = system(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=served \
            -addext subjectAltName=\(name) -keyout \(key) -out \(certificate) 2>/dev/null
            """)
        try #require(status == 0, "openssl makes no certificate")
    }

    private func server(encrypts: Bool = true, users: Bool = true) -> ServerSettings {
        var settings = ServerSettings()
        if encrypts { settings.certificate = ServedCertificate(chain: certificate, key: key) }
        if users { settings.users = [ServedUser(name: "ann", password: "secret")] }
        return settings
    }

    private func properties(
        _ security: String, _ mechanism: String = "PLAIN", _ more: [String: String] = [:]
    ) -> [(String, String)] {
        var all = ["security.protocol": security]
        if security.hasSuffix("SSL") { all["ssl.ca.location"] = certificate }
        if security.hasPrefix("SASL") {
            all.merge(["sasl.mechanisms": mechanism, "sasl.username": "ann", "sasl.password": "secret"]) { $1 }
        }
        return all.merging(more) { $1 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    @Test(
        "reads, commits and finds leaders that move, and brokers that come again",
        arguments: [
            ("SASL_SSL", "SCRAM-SHA-512"), ("SASL_SSL", "PLAIN"), ("SASL_PLAINTEXT", "SCRAM-SHA-256"), ("SSL", ""),
        ])
    func reads(security: String, mechanism: String) throws {
        let topic = try NativeTopic(
            brokers: 3,
            server: server(encrypts: security.hasSuffix("SSL"), users: security.hasPrefix("SASL")),
            properties: properties(security, mechanism))
        try topic.write(0..<200)
        // Larger than a record of TLS, and than what is read at once.
        try topic.write(200..<210, size: 2, bytes: 300_000)
        let reader = try topic.broker.openReader(at: [(0, 0)])
        defer { reader.close() }
        #expect(try topic.numbers(0, 0..<210, with: reader) == Array(0..<210))
        let leader = try #require(try topic.server.leader(topic: topic.name, partition: 0))
        try topic.server.moveLeader(topic: topic.name, partition: 0, to: leader == 1 ? 2 : 1)
        #expect(try topic.numbers(0, 100..<210, with: reader) == Array(100..<210))
        try topic.server.takeDown(broker: leader)
        try topic.server.bringUp(broker: leader)
        #expect(try topic.numbers(0, 0..<50, with: reader) == Array(0..<50))
        try topic.broker.commit([(partition: 0, next: 7)], group: "g")
        #expect(try topic.broker.committedOffsets(of: [0], group: "g") == [7])
    }

    /// What comes of asking a broker with these properties.
    private func failure(_ bootstrap: String, _ properties: [(String, String)]) -> BrokerError? {
        do {
            var settings = try NativeSettings(bootstrap: bootstrap, properties: properties)
            settings.refusedTimeout = .milliseconds(50)
            try NativeBroker(settings, topic: "t").close()
            return nil
        } catch {
            return error as? BrokerError ?? BrokerError(.failed, "\(error)", location: "")
        }
    }

    @Test("is refused with a wrong password, on what is encrypted too", arguments: ["PLAIN", "SCRAM-SHA-256"])
    func wrongPassword(mechanism: String) throws {
        let server = try KafkaServer.start(server())
        defer { server.stop() }
        let error = failure(server.bootstrap, properties("SASL_SSL", mechanism, ["sasl.password": "guess"]))
        #expect(error?.code == .notAllowed, "\(String(describing: error))")
    }

    @Test("trusts whom it is told to, and looks whether a certificate is the host's") func trust() throws {
        try makeCertificate(of: "DNS:elsewhere.example")
        let server = try KafkaServer.start(server(users: false))
        defer { server.stop() }
        let ca = "ssl.ca.location"
        let stranger = failure(server.bootstrap, properties("SSL", "", [ca: "/etc/ssl/certs"]))
        #expect(stranger?.code == .unreachable, "\(stranger as Any)")
        #expect(stranger?.message.contains("self-signed") == true, "\(stranger as Any)")
        let renamed = failure(server.bootstrap, properties("SSL"))
        #expect(renamed?.message.contains("mismatch") == true, "\(renamed as Any)")
        for more in [
            ["ssl.endpoint.identification.algorithm": "none"],
            ["enable.ssl.certificate.verification": "false", ca: "/etc/ssl/certs"],
        ] {
            #expect(failure(server.bootstrap, properties("SSL", "", more)) == nil, "\(more)")
        }
        let text = try #require(String(validating: try Array(bytes(of: certificate)), as: UTF8.self))
        let asText = properties(
            "SSL", "", ["ssl.ca.pem": text, "ssl.endpoint.identification.algorithm": "none"]
        ).filter { $0.0 != ca }
        #expect(failure(server.bootstrap, asText) == nil)
    }

    private func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    @Test("says so where only one side speaks TLS") func oneSided() throws {
        let plain = try KafkaServer.start(server(encrypts: false, users: false))
        defer { plain.stop() }
        let encrypted = try KafkaServer.start(server(users: false))
        defer { encrypted.stop() }
        let here = failure(plain.bootstrap, properties("SSL"))
        #expect(here?.code == .unreachable, "\(here as Any)")
        #expect(failure(encrypted.bootstrap, properties("PLAINTEXT")) != nil)
    }

    @Test("shows a certificate of its own, and says which file is of no use") func files() throws {
        let (other, locked) = ("\(folder)/other.pem", "\(folder)/locked.pem")
        try #require(
            system("openssl ecparam -name prime256v1 -genkey -noout -out \(other)") == 0
                && system("openssl pkey -in \(key) -aes128 -passout pass:secret -out \(locked)") == 0)
        let own = ["ssl.certificate.location": certificate, "ssl.key.location": key]
        let cases: [(more: [String: String], location: String?)] = [
            (own, nil), (own.merging(["ssl.key.location": locked, "ssl.key.password": "secret"]) { $1 }, nil),
            (["ssl.ca.location": folder], nil),
            (own.merging(["ssl.key.location": locked]) { $1 }, "ssl.key.location"),
            (own.merging(["ssl.key.location": other]) { $1 }, "ssl.key.location"),
            (own.merging(["ssl.key.location": certificate]) { $1 }, "ssl.key.location"),
            (["ssl.certificate.location": key], "ssl.certificate.location"),
            (["ssl.certificate.location": "\(folder)/none"], "ssl.certificate.location"),
            (["ssl.ca.location": "\(folder)/none"], "ssl.ca.location"), (["ssl.ca.pem": "none"], "ssl.ca.pem"),
            (["ssl.crl.location": "a"], "ssl.crl.location"), (["ssl.cipher.suites": "a"], "ssl.cipher.suites"),
        ]
        for (more, location) in cases {
            do {
                _ = try NativeSettings(bootstrap: "h:1", properties: properties("SSL", "", more))
                #expect(location == nil, "\(more)")
            } catch let error as BrokerError {
                #expect(error.code == .configuration && error.location == location, "\(more): \(error)")
            }
        }
    }
}
