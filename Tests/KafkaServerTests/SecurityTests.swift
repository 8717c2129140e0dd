// Who may connect to a served broker, by which mechanism, and what happens to those who may not.
import Kafka
import KafkaWire
import Sasl
import Testing
import World

@testable import KafkaServer

@Suite("A served broker that asks who is there", .serialized) struct SecurityTests {
    static let user = ServedUser(name: "anné", password: "a secret, = long")

    private static func settings() -> ServerSettings {
        var settings = ServerSettings()
        settings.users = [user, ServedUser(name: "bob", password: "b", mechanisms: [.plain])]
        return settings
    }

    static func properties(
        _ mechanism: SaslMechanism, password: String = user.password, name: String = user.name
    ) -> [KafkaProperty] {
        [
            KafkaProperty(name: "security.protocol", value: "SASL_PLAINTEXT"),
            KafkaProperty(name: "sasl.mechanisms", value: mechanism.rawValue),
            KafkaProperty(name: "sasl.username", value: name), KafkaProperty(name: "sasl.password", value: password),
        ]
    }

    @Test("serves librdkafka with each mechanism", arguments: SaslMechanism.allCases)
    func library(mechanism: SaslMechanism) throws {
        let topic = try ServedTopic(settings: Self.settings(), properties: Self.properties(mechanism))
        try topic.produce(100)
        #expect(try topic.numbers(0, 0..<100) == Array(0..<100))
    }

    @Test(
        "serves nobody with a wrong password, a name that is not known, or a mechanism that is not theirs",
        arguments: SaslMechanism.allCases.map { ($0, "a secret", user.name) } + [
            (.scramSha256, "b", "bob"), (.plain, "b", "cid"), (.scramSha512, "b", "cid"),
        ])
    func refusals(mechanism: SaslMechanism, password: String, name: String) throws {
        let server = try KafkaServer.start(Self.settings())
        defer { server.stop() }
        var configuration = try KafkaConfiguration(
            bootstrap: server.bootstrap, properties: Self.properties(mechanism, password: password, name: name))
        configuration.connectTimeout = .seconds(2)
        #expect(throws: BrokerError.self) { try KafkaCluster.probe(configuration) }
    }

    private func authenticate(_ client: BareClient, _ text: String) throws -> SaslAuthenticate.Response {
        var request = SaslAuthenticate.Request()
        request.authBytes = Bytes(Array(text.utf8))
        return try client.request(SaslAuthenticate.self, request, version: 2)
    }

    private func handshake(_ client: BareClient, _ name: String, version: Int16 = 1) throws -> SaslHandshake.Response {
        var request = SaslHandshake.Request()
        request.mechanism = name
        return try client.request(SaslHandshake.self, request, version: version)
    }

    @Test("closes connections that ask before they say whose they are, or say it out of turn") func order() throws {
        let server = try KafkaServer.start(Self.settings())
        defer { server.stop() }
        let early = BareClient(server)
        #expect(try early.request(ApiVersions.self, ApiVersions.Request(), version: 3).errorCode == .none)
        _ = try early.request(Metadata.self, Metadata.Request(), version: 9, answers: false)
        #expect(early.isDropped)

        let unasked = BareClient(server)
        _ = try unasked.request(SaslAuthenticate.self, SaslAuthenticate.Request(), version: 1, answers: false)
        #expect(unasked.isDropped)

        let strange = BareClient(server)
        let refusal = try handshake(strange, "GSSAPI")
        #expect(refusal.errorCode == .unsupportedSaslMechanism)
        #expect(refusal.mechanisms == ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
        #expect(strange.isDropped)

        let wrong = BareClient(server)
        #expect(try handshake(wrong, "PLAIN").errorCode == .none)
        #expect(try authenticate(wrong, "\0bob\0B").errorCode == .saslAuthenticationFailed)
        #expect(wrong.isDropped)

        let right = BareClient(server)
        #expect(try handshake(right, "PLAIN").errorCode == .none)
        #expect(try authenticate(right, "\0bob\0b").errorCode == .none)
        #expect(try right.request(Metadata.self, Metadata.Request(), version: 9).brokers.count == 1)
        #expect(try handshake(right, "PLAIN").errorCode == .illegalSaslState)
    }

    @Test("understands the oldest handshake, behind which messages are bare") func bare() throws {
        let server = try KafkaServer.start(Self.settings())
        defer { server.stop() }
        let client = BareClient(server)
        #expect(try handshake(client, "PLAIN", version: 0).errorCode == .none)
        client.send([0, 0, 0, 6] + Array("\0bob\0b".utf8))
        #expect(try client.frame() == [])
        #expect(try client.request(Metadata.self, Metadata.Request(), version: 9).brokers.count == 1)
    }

    @Test("has no handshake where anybody may connect") func open() throws {
        let server = try KafkaServer.start()
        defer { server.stop() }
        #expect(try handshake(BareClient(server), "PLAIN").errorCode == .illegalSaslState)
    }

    @Test("outlives whatever is said in an exchange")
    func noise() throws {
        let server = try KafkaServer.start(Self.settings())
        defer { server.stop() }
        let first = "n,,n=anné,r=abc"
        let words = [
            "", "n", "n,,", "n,,n=ann", "p=x,,n=ann,r=1", "n,a=eve,n=anné,r=1", "n,,n=ann=2,r=1", "n,,n=,r=",
            "y,,n=nobody,r=1", "\0", "\0\0\0\0", "c=biws,r=abc,p=", ",p=", "c=biws,p=AAAA", "\u{FFFD}\0",
        ]
        for mechanism in SaslMechanism.allCases {
            for word in words {
                let client = BareClient(server)
                _ = try handshake(client, mechanism.rawValue)
                #expect(try authenticate(client, word).errorCode == .saslAuthenticationFailed, "\(word)")
                guard mechanism != .plain else { continue }
                let other = BareClient(server)
                _ = try handshake(other, mechanism.rawValue)
                let answer = try authenticate(other, first)
                #expect(String(decoding: answer.authBytes.array, as: UTF8.self).hasPrefix("r=abc"))
                #expect(try authenticate(other, word).errorCode == .saslAuthenticationFailed, "\(word)")
            }
        }
    }

    @Test("closes a connection on which nothing comes for too long, but not one that waits") func idle() throws {
        var settings = ServerSettings()
        settings.idleLimit = 100
        let server = try KafkaServer.start(settings)
        defer { server.stop() }
        let silent = BareClient(server)
        let waiting = BareClient(server)
        #expect(try waiting.createTopic("t") == .none)
        var request = Fetch.Request()
        (request.maxWaitMs, request.minBytes) = (1000, 1)
        var topic = Fetch.Request.Topic()
        topic.topic = "t"
        topic.partitions = [Fetch.Request.Partition()]
        request.topics = [topic]
        _ = try waiting.request(Fetch.self, request, version: 11, answers: false)
        #expect(silent.isDropped)
        #expect(try waiting.answer(Fetch.self, version: 11).responses.count == 1)
    }
}
