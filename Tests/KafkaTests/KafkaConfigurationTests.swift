// Properties: how they are read, checked and refused.
import Kafka
import Testing
import World

@Suite("A configuration")
struct KafkaConfigurationTests {
    @Test("reads properties of the command line, and files in kcat's format")
    func parsing() throws {
        let expected = [
            KafkaProperty(name: "security.protocol", value: "SASL_SSL"),
            KafkaProperty(name: "sasl.password", value: "a=b # c"),
            KafkaProperty(name: "client.rack", value: ""),
        ]
        #expect(
            try KafkaConfiguration.properties(fromArguments: [
                "security.protocol=SASL_SSL", "sasl.password=a=b # c", "client.rack=",
            ]) == expected)
        let text = """
            # how to get in
            security.protocol=SASL_SSL

              sasl.password = a=b # c \r
            client.rack=
            """
        #expect(try KafkaConfiguration.properties(inText: text, file: "client.properties") == expected)
    }

    @Test("names a property the library does not know, and a value it does not take")
    func badProperties() {
        let unknown = brokerError {
            try KafkaConfiguration(bootstrap: "h:1", properties: [KafkaProperty(name: "no.such", value: "1")])
        }
        #expect(unknown?.code == .configuration)
        #expect(unknown?.message.hasPrefix("no.such: No such configuration property") == true)
        let bad = brokerError {
            try KafkaConfiguration(bootstrap: "h:1", properties: [KafkaProperty(name: "linger.ms", value: "soon")])
        }
        #expect(bad?.message.hasPrefix("linger.ms=soon: Invalid value") == true)
    }

    @Test(
        "refuses what would make a run inexact",
        arguments: [
            "enable.auto.commit=true", "enable.auto.offset.store=true", "enable.partition.eof=false",
            "auto.offset.reset=earliest", "isolation.level=read_uncommitted", "allow.auto.create.topics=true",
            "enable.idempotence=false", "acks=1", "request.required.acks=0", "transactional.id=t", "group.id=g",
        ])
    func refused(_ argument: String) throws {
        let error = brokerError { try KafkaConfiguration.properties(fromArguments: [argument]) }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("-X: \(argument) is refused: ") == true)
    }

    @Test("accepts a guarded property with the value it has anyway")
    func harmless() throws {
        let properties = try KafkaConfiguration.properties(fromArguments: [
            "enable.auto.commit=false", "acks=all", "isolation.level=read_committed",
        ])
        #expect(try KafkaConfiguration(bootstrap: "h:1", properties: properties).properties == properties)
    }

    @Test("takes the address from the properties when none is given, and needs one")
    func address() throws {
        let properties = [KafkaProperty(name: "bootstrap.servers", value: "a:1,b:2")]
        #expect(try KafkaConfiguration(bootstrap: nil, properties: properties).bootstrap == "a:1,b:2")
        #expect(try KafkaConfiguration(bootstrap: "b:2, a:1", properties: properties).bootstrap == "b:2, a:1")
        #expect(brokerError { try KafkaConfiguration(bootstrap: nil) }?.code == .configuration)
        #expect(brokerError { try KafkaConfiguration(bootstrap: " ,") }?.code == .configuration)
    }

    @Test("lets the user's properties win over the defaults, and tells when two do not go together")
    func contradiction() throws {
        let topic = try TestCluster.mock.makeTopic()
        let configuration = try KafkaConfiguration(
            bootstrap: topic.configuration.bootstrap,
            properties: [KafkaProperty(name: "max.in.flight", value: "6")])
        let error = brokerError { try KafkaProducer(configuration, topic: topic.name) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("max.in.flight") == true)
    }

    @Test("hides secrets where it is shown")
    func secrets() {
        for name in ["sasl.password", "ssl.key.pem", "sasl.oauthbearer.client.secret"] {
            #expect(KafkaProperty(name: name, value: "x").displayedValue == "(hidden)")
        }
        #expect(KafkaProperty(name: "linger.ms", value: "5").displayedValue == "5")
    }

    @Test("knows the library's version")
    func version() {
        #expect(KafkaLibrary.version.split(separator: ".").count >= 3)
    }
}
