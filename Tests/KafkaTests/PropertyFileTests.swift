// What people hand over: files of librdkafka and of Java's clients, addresses, and what must never be repeated.
import Kafka
import Testing
import World

@Suite("What is handed over")
struct PropertyFileTests {
    /// A file, and what it means.
    struct PropertyFile: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var means: [String]
    }

    static let jaas = "org.apache.kafka.common.security"

    static let files = [
        PropertyFile(testDescription: "a byte order mark", text: "\u{FEFF}linger.ms=5", means: ["linger.ms=5"]),
        PropertyFile(
            testDescription: "comments of both kinds, and a colon",
            text: "# a\n! b\nlinger.ms: 5\r\nclient.id : me\r\n",
            means: ["linger.ms=5", "client.id=me"]),
        PropertyFile(
            testDescription: "a line that goes on", text: "client.id=a\\\n   b\\\n\tc\nlinger.ms=5",
            means: ["client.id=abc", "linger.ms=5"]),
        PropertyFile(
            testDescription: "what Java puts a backslash in front of",
            text: "metadata.broker.list=h\\:1\nclient.id=a\\\\b",
            means: ["metadata.broker.list=h:1", "client.id=a\\\\b"]),
        PropertyFile(
            testDescription: "values in Java's writing",
            text: "isolation.level=READ_COMMITTED\nenable.auto.commit=False\ncheck.crcs=True",
            means: ["isolation.level=read_committed", "enable.auto.commit=false", "check.crcs=True"]),
        PropertyFile(
            testDescription: "names that are not to be checked", text: "ssl.endpoint.identification.algorithm=",
            means: ["ssl.endpoint.identification.algorithm=none"]),
        PropertyFile(
            testDescription: "a login by PLAIN",
            text: "sasl.jaas.config=\(jaas).plain.PlainLoginModule required username=\"me\" password=\"a b;=\\\"c\";",
            means: ["sasl.username=me", "sasl.password=a b;=\"c"]),
        PropertyFile(
            testDescription: "a login by SCRAM over several lines",
            text: "sasl.jaas.config = \(jaas).scram.ScramLoginModule required \\\n  username='me' \\\n  password=pw;\n",
            means: ["sasl.username=me", "sasl.password=pw"]),
    ]

    @Test("K6: a file of Java's client, or of kcat, is understood", arguments: files)
    func understood(_ file: PropertyFile) throws {
        let found = try KafkaConfiguration.properties(inBytes: Array(file.text.utf8), file: "f")
        #expect(found.map { "\($0.name)=\($0.value)" } == file.means)
    }

    /// A line, and what it is refused with.
    static let refusedLines: [(line: String, message: String)] = [
        ("hunter2", "f:2: expected name=value"),
        ("=hunter2", "f:2: expected name=value"),
        ("sasl.password hunter2", "f:2: expected name=value, found sasl.password without ="),
        ("sasl.pasword=hunter2", "f:2: sasl.pasword: No such configuration property"),
        (
            "sasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required password=\"hunter2\";",
            "f:2: sasl.jaas.config: only PlainLoginModule and ScramLoginModule are understood"
        ),
        (
            "sasl.jaas.config=\(jaas).plain.PlainLoginModule required username=\"hunter2\";",
            "f:2: sasl.jaas.config: expected MODULE required"
        ),
        ("sasl.jaas.config=\(jaas).plain.PlainLoginModule required password=\"hunter2", "f:2: sasl.jaas.config: only"),
        (
            "ssl.truststore.password=hunter2",
            "f:2: ssl.truststore.password is a property of Java's clients: name a file"
        ),
        ("key.deserializer=hunter2", "f:2: key.deserializer is a property of Java's clients: kbench reads"),
        ("transactional.id.hunter=hunter2", "f:2: transactional.id.hunter: No such configuration property"),
    ]

    @Test("K6: a refused line is told by file, line and name, and never by its value", arguments: refusedLines)
    func refused(_ line: String, _ message: String) {
        let error = brokerError { try KafkaConfiguration.properties(inText: "# one\n\(line)\n", file: "f") }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix(message) == true, "\(String(describing: error))")
        #expect(error.map { "\($0)".contains("hunter2") } == false, "\(String(describing: error))")
    }

    @Test(
        "K6: neither is an argument's", arguments: ["sasl.password:hunter2", "hunter2", "=hunter2", "sasl.pw=hunter2"])
    func refusedArgument(_ argument: String) {
        let error = brokerError { try KafkaConfiguration.properties(fromArguments: [argument]) }
        #expect(error?.code == .configuration)
        #expect(error.map { "\($0)".contains("hunter2") } == false, "\(String(describing: error))")
    }

    @Test(
        "K5: what is no text is no file of properties",
        arguments: [[0x61, 0x3d, 0x00], [0x61, 0x3d, 0xff], Array(repeating: 0x0a, count: (1 << 20) + 1)])
    func noText(_ bytes: [UInt8]) {
        #expect(brokerError { try KafkaConfiguration.properties(inBytes: bytes, file: "f") }?.code == .configuration)
    }

    @Test(
        "K8: a number that the library would let wrap around, or read in part, is refused",
        arguments: [
            "session.timeout.ms=999999999999", "message.max.bytes=4294967297", "queued.max.messages.kbytes=4294967296",
            "socket.timeout.ms=60000s", "linger.ms=99999999999", "linger.ms=5x",
        ])
    func numbers(_ argument: String) {
        let error = brokerError { try KafkaConfiguration.properties(fromArguments: [argument]) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(argument) == true, "\(String(describing: error))")
    }

    @Test("K8: a number in a text is a text", arguments: ["client.id=999999999999", "client.id=5x", "linger.ms=5"])
    func texts(_ argument: String) throws {
        #expect(try KafkaConfiguration.properties(fromArguments: [argument]).count == 1)
    }

    @Test(
        "K8: an address that cannot be one is refused",
        arguments: [
            "127.0.0.1:84628", "127.0.0.1:0", "h:x", "h:", ":9092", "[::1]:70000", "PLAINTEXT://h:70000", "a:1,b:99999",
            "",
            " , ",
        ])
    func addresses(_ address: String) {
        #expect(brokerError { try KafkaConfiguration(bootstrap: address) }?.code == .configuration)
        let property = KafkaProperty(name: "bootstrap.servers", value: address)
        #expect(brokerError { try KafkaConfiguration(bootstrap: nil, properties: [property]) }?.code == .configuration)
    }

    @Test(
        "K8: others are not",
        arguments: ["h", "h:1", "127.0.0.1:65535", "[::1]:9092", "::1", "SASL_SSL://h:9093", "a:1, b:2"])
    func goodAddresses(_ address: String) throws {
        #expect(try KafkaConfiguration(bootstrap: address).bootstrap == address)
    }

    @Test("K4: the address among the properties is the cluster, by either name")
    func amongProperties() throws {
        for name in ["bootstrap.servers", "metadata.broker.list"] {
            let property = KafkaProperty(name: name, value: "a:1,b:2")
            #expect(try KafkaConfiguration.address(given: nil, in: [property]) == "a:1,b:2")
            #expect(try KafkaConfiguration.address(given: "b:2,a:1", in: [property]) == "b:2,a:1")
            let error = brokerError { try KafkaConfiguration.address(given: "c:3", in: [property]) }
            #expect(error?.message == "two clusters are named: --brokers c:3 and \(name) a:1,b:2")
        }
        let two = [
            KafkaProperty(name: "bootstrap.servers", value: "a:1"),
            KafkaProperty(name: "metadata.broker.list", value: "b:1"),
        ]
        #expect(brokerError { try KafkaConfiguration.address(given: nil, in: two) }?.code == .configuration)
        #expect(try KafkaConfiguration.address(given: nil, in: []) == nil)
    }
}
