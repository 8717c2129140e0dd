// A proxy before brokers that want TLS and a login: clients have neither.
import Glibc
import Kafka
import KafkaServer
import KafkaWire
import Sasl
import Testing
import World

@testable import KafkaProxy

@Suite("A proxy before brokers that want to know who is there", .serialized) final class UpstreamTests {
    private let folder: String
    private var certificate: String { "\(folder)/certificate.pem" }

    init() throws {
        var template = Array("/tmp/kbench-tls-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        try makeCertificate(of: "IP:127.0.0.1")
    }

    private func makeCertificate(of name: String) throws {
        let status = system(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=served \
            -addext subjectAltName=\(name) -keyout \(folder)/key.pem -out \(certificate) 2>/dev/null
            """)
        try #require(status == 0, "openssl makes no certificate")
    }

    deinit { _ = system("rm -r \(folder)") }

    private func server(brokers: Int = 1, encrypts: Bool = true, users: Bool = true) throws -> KafkaServer {
        var settings = ServerSettings()
        settings.brokers = brokers
        if encrypts { settings.certificate = ServedCertificate(chain: certificate, key: "\(folder)/key.pem") }
        if users { settings.users = [ServedUser(name: "ann", password: "secret")] }
        return try KafkaServer.start(settings)
    }

    private func properties(
        _ security: String, _ mechanism: String, _ more: [String: String] = [:]
    ) -> [(name: String, value: String)] {
        let all = [
            "security.protocol": security, "ssl.ca.location": certificate, "sasl.mechanisms": mechanism,
            "sasl.username": "ann", "sasl.password": "secret",
        ]
        return all.merging(more) { $1 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func proxy(_ server: KafkaServer, _ properties: [(name: String, value: String)]) throws -> KafkaProxy {
        // The others are learnt from the first.
        let first = server.bootstrap.prefix { $0 != "," }
        var settings = ProxySettings(brokers: ProxySettings.brokers(of: String(first)) ?? [])
        settings.security = try UpstreamSecurity(properties)
        return try KafkaProxy.start(settings)
    }

    @Test(
        "passes what librdkafka produces and reads without either, also when leaders move in the middle",
        arguments: [
            ("SASL_SSL", "SCRAM-SHA-512"), ("sasl_ssl", "PLAIN"), ("SASL_PLAINTEXT", "SCRAM-SHA-256"), ("SSL", "PLAIN"),
        ])
    func cluster(security: String, mechanism: String) throws {
        let server = try server(
            brokers: 3, encrypts: security.uppercased().hasSuffix("SSL"), users: security.uppercased().hasPrefix("SASL")
        )
        defer { server.stop() }
        let proxy = try proxy(server, properties(security, mechanism))
        defer { proxy.stop() }
        let configuration = try KafkaConfiguration(bootstrap: proxy.bootstrap)
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        try cluster.createTopic("numbers", partitions: 3, settings: TopicSettings(replication: 3))
        let broker = try KafkaBroker(configuration, topic: "numbers")
        defer { broker.close() }
        let producer = try KafkaProducer(configuration, topic: "numbers")
        defer { producer.close() }
        for round in 0..<3 {
            let delivery = try producer.produce(count: 900, recordCapacity: 8) { index, buffer in
                buffer.storeBytes(of: UInt64(index), as: UInt64.self)
                return OutgoingRecord(partition: Partition(index % 3), valueLength: 8)
            }
            #expect(delivery.confirmed == 900)
            try broker.commit((0..<3).map { (Partition($0), Offset(300 * (round + 1))) }, group: "g")
            for partition in Int32(0)..<3 {
                let leader = try #require(try server.leader(topic: "numbers", partition: partition))
                try server.moveLeader(topic: "numbers", partition: partition, to: leader % 3 + 1)
            }
        }
        for partition: Partition in 0..<3 {
            #expect(try broker.watermarks(of: partition) == Watermarks(low: 0, high: 900))
        }
        #expect(try broker.committedOffsets(of: [0, 1, 2], group: "g") == [900, 900, 900])
        #expect(proxy.ledger.outputs.filter { $0.outcome == .done }.reduce(0) { $0 + Int($1.records) } == 2_700)
        #expect(proxy.obstacle == nil)
        // Logins are the proxy's own, and no frame of a client's.
        #expect(proxy.census[WirePoint(17, .request)] == nil)
    }

    @Test("takes leave for a member that has died") func leave() throws {
        let server = try server()
        defer { server.stop() }
        let proxy = try proxy(server, properties("SASL_SSL", "SCRAM-SHA-256"))
        defer { proxy.stop() }
        let port = try #require(ProxySettings.brokers(of: proxy.bootstrap)?.first?.port)
        let client = BareClient(port: port)
        var request = JoinGroup.Request()
        (request.groupId, request.sessionTimeoutMs, request.rebalanceTimeoutMs) = ("g", 300_000, 300_000)
        request.protocolType = "consumer"
        var offered = JoinGroup.Request.ProtocolMetadata()
        offered.name = "range"
        request.protocols = [offered]
        let member = try client.call(JoinGroup.self, request, version: 3).memberId
        #expect(proxy.ledger.members["g"]?.keys.sorted() == [member])
        proxy.freeze()
        #expect(proxy.evict() == 1)
        proxy.release()
        // Nobody is waited for.
        let next = BareClient(port: port)
        #expect(try next.call(JoinGroup.self, request, version: 3).members.count == 1)
    }

    @Test("says at once why a broker does not take it") func refusals() throws {
        let server = try server()
        defer { server.stop() }
        let plain = try self.server(encrypts: false)
        defer { plain.stop() }
        let cases: [(server: KafkaServer, security: String, more: [String: String], words: String)] = [
            (server, "SASL_SSL", ["sasl.password": "wrong"], "credentials"),
            (server, "SASL_SSL", ["sasl.mechanisms": "PLAIN", "sasl.username": "bob"], "Invalid username or password"),
            (server, "SASL_PLAINTEXT", [:], "that wants TLS"), (server, "SSL", ["ssl.ca.location": ""], "CERT"),
            (plain, "SASL_SSL", [:], "SSL"), (plain, "SASL_PLAINTEXT", ["sasl.password": "x"], "credentials"),
        ]
        for (server, security, more, words) in cases {
            var settings = properties(security, "SCRAM-SHA-256", more)
            settings.removeAll { $0.value.isEmpty }
            let error = #expect(throws: ProxyError.self) { try proxy(server, settings) }
            #expect(error?.message.contains(words) == true, "\(security) \(more): \(error?.message ?? "")")
        }
    }

    @Test("looks at a certificate as it is told") func certificates() throws {
        try makeCertificate(of: "DNS:elsewhere")
        let server = try server()
        defer { server.stop() }
        func connect(_ more: [String: String]) throws {
            try proxy(server, properties("SASL_SSL", "PLAIN", more)).stop()
        }
        #expect(throws: ProxyError.self) { try connect([:]) }
        try connect(["ssl.endpoint.identification.algorithm": "none"])
        try connect(["enable.ssl.certificate.verification": "false", "ssl.ca.location": "/etc/ssl/certs"])
    }

    @Test("refuses by name what it lacks") func properties() throws {
        let cases: [(more: [String: String], location: String)] = [
            (["sasl.mechanisms": "OAUTHBEARER"], "sasl.mechanisms"), (["sasl.mechanism": "GSSAPI"], "sasl.mechanism"),
            (["ssl.keystore.location": "a"], "ssl.keystore.location"),
            (["ssl.crl.location": "a"], "ssl.crl.location"), (["ssl.cipher.suites": "a"], "ssl.cipher.suites"),
            (["sasl.username": ""], "sasl.username"), (["sasl.password": "a\0b"], "sasl.password"),
            (["security.protocol": "tls"], "security.protocol"),
        ]
        for (more, location) in cases {
            let error = #expect(throws: ProxyPropertyError.self) {
                try UpstreamSecurity(properties("SASL_SSL", "PLAIN", more))
            }
            #expect(error?.location == location)
        }
        // What does not matter is not refused.
        #expect(try UpstreamSecurity(properties("plaintext", "OAUTHBEARER", ["ssl.crl.location": "a"])) == .none)
        #expect(try UpstreamSecurity([]) == .none)
        let files: [(more: [String: String], location: String)] = [
            (["ssl.key.location": certificate], "ssl.key.location"),
            (["ssl.certificate.location": "\(folder)/none"], "ssl.certificate.location"),
            (["ssl.ca.pem": "none"], "ssl.ca.pem"), (["ssl.ca.location": "\(folder)/none"], "ssl.ca.location"),
        ]
        for (more, location) in files {
            var settings = ProxySettings(brokers: [WireAddress("127.0.0.1", 1)])
            settings.security = try UpstreamSecurity(properties("SSL", "PLAIN", more))
            let faulty = settings
            let error = #expect(throws: ProxyPropertyError.self) { try KafkaProxy.start(faulty) }
            #expect(error?.location == location)
        }
    }
}
