// Connections that are encrypted, and those that should be and are not.
import Glibc
import Kafka
import KafkaServer
import KafkaWire
import Testing
import World

@Suite("A served broker with a certificate", .serialized) final class EncryptionTests {
    private let folder: String
    private var certificate: ServedCertificate {
        ServedCertificate(chain: "\(folder)/certificate.pem", key: "\(folder)/key.pem")
    }

    init() throws {
        var template = Array("/tmp/kbench-tls-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        let status = system(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=served \
            -addext subjectAltName=IP:127.0.0.1 -keyout \(folder)/key.pem -out \(folder)/certificate.pem 2>/dev/null
            """)
        try #require(status == 0, "openssl makes no certificate")
    }

    deinit { _ = system("rm -r \(folder)") }

    private func settings(users: [ServedUser] = []) -> ServerSettings {
        var settings = ServerSettings()
        settings.certificate = certificate
        settings.users = users
        return settings
    }

    private func properties(_ security: String, more: [String: String] = [:]) -> [KafkaProperty] {
        let all = ["security.protocol": security, "ssl.ca.location": certificate.chain].merging(more) { $1 }
        return all.sorted { $0.key < $1.key }.map { KafkaProperty(name: $0.key, value: $0.value) }
    }

    @Test("serves librdkafka, which checks that certificate") func library() throws {
        let topic = try ServedTopic(partitions: 2, settings: settings(), properties: properties("SSL"))
        try topic.produce(20_000, partitions: 2, recordBytes: 200)
        for partition: Partition in 0..<2 {
            #expect(
                try topic.numbers(partition, 0..<10_000) == (0..<10_000).map { $0 * 2 + Int(partition) })
        }
    }

    @Test("serves who also says its name and password", arguments: ["PLAIN", "SCRAM-SHA-512"])
    func both(mechanism: String) throws {
        let login = ["sasl.mechanisms": mechanism, "sasl.username": "ann", "sasl.password": "secret"]
        let settings = settings(users: [ServedUser(name: "ann", password: "secret")])
        let topic = try ServedTopic(settings: settings, properties: properties("SASL_SSL", more: login))
        try topic.produce(10)
        #expect(try topic.numbers(0, 0..<10) == Array(0..<10))
    }

    @Test("drops who sends what is not encrypted, and ends within two seconds") func plain() throws {
        let server = try KafkaServer.start(settings())
        let plain = BareClient(server)
        _ = try plain.request(Metadata.self, Metadata.Request(), version: 9, answers: false)
        // What comes back is an alert, and then nothing.
        #expect((0..<64).contains { _ in plain.isDropped })
        let configuration = try KafkaConfiguration(bootstrap: server.bootstrap, properties: properties("SSL"))
        try KafkaCluster.probe(configuration)
        let connected = try KafkaCluster(configuration)
        defer { connected.close() }
        let silent = BareClient(server)
        let taken = ContinuousClock().measure { server.stop() }
        #expect(taken < .seconds(2))
        withExtendedLifetime(silent) {}
    }

    @Test("goes down with its connections and comes up again") func downAndUp() throws {
        let topic = try ServedTopic(settings: settings(), properties: properties("SSL"))
        try topic.produce(10)
        try topic.server.takeDown(broker: 1)
        try topic.server.bringUp(broker: 1)
        try topic.produce(10)
        #expect(try topic.numbers(0, 0..<20).count == 20)
    }

    @Test("says that the password is wrong, on what is encrypted too") func wrongPassword() throws {
        let server = try KafkaServer.start(settings(users: [ServedUser(name: "ann", password: "secret")]))
        defer { server.stop() }
        let login = ["sasl.mechanisms": "SCRAM-SHA-256", "sasl.username": "ann", "sasl.password": "wrong"]
        var configuration = try KafkaConfiguration(
            bootstrap: server.bootstrap, properties: properties("SASL_SSL", more: login))
        configuration.connectTimeout = .seconds(2)
        let error = #expect(throws: BrokerError.self) { try KafkaCluster.probe(configuration) }
        #expect("\(error as Any)".contains("uthentication"))
    }

    @Test("says which file is wrong, and how") func faults() throws {
        let (chain, key) = (certificate.chain, certificate.key)
        let (none, other, locked) = ("\(folder)/none.pem", "\(folder)/other.pem", "\(folder)/locked.pem")
        try #require(
            system("openssl ecparam -name prime256v1 -genkey -noout -out \(other)") == 0
                && system("openssl pkey -in \(key) -aes128 -passout pass:secret -out \(locked)") == 0)
        let cases: [(chain: String, key: String, location: String, words: String)] = [
            (none, key, none, "No such file"), (chain, none, none, "No such file"),
            (chain, chain, chain, "no private key"), (key, key, key, "no certificate"),
            (chain, locked, locked, "with a password"), (chain, other, other, "not the key"),
        ]
        for (chain, key, location, words) in cases {
            var settings = ServerSettings()
            settings.certificate = ServedCertificate(chain: chain, key: key)
            let error = #expect(throws: CertificateError.self) { try KafkaServer.start(settings) }
            #expect(error?.location == location)
            #expect(error?.message.contains(words) == true, "\(error as Any)")
        }
    }
}
