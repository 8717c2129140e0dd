// What stands in the files of Java's clients and means nothing to librdkafka, or is written differently there.
internal import World

/// The properties of Java's clients that librdkafka does not have.
enum JavaProperty {
    private static let bytes = "kbench reads and writes bytes, so leave it out"
    private static let unused = "it changes nothing here, so leave it out"
    private static let pem = "name a file of certificates in PEM with ssl.ca.location instead"
    private static let store = "give ssl.keystore.location a file in PKCS#12, and its password"

    /// What to do about each, by name.
    static let hints: [String: String] = [
        "key.deserializer": bytes, "value.deserializer": bytes, "key.serializer": bytes, "value.serializer": bytes,
        "ssl.truststore.location": pem, "ssl.truststore.password": pem, "ssl.truststore.type": pem,
        "ssl.truststore.certificates": "give the certificates with ssl.ca.pem instead",
        "ssl.keystore.type": store, "ssl.keystore.key": "give the key with ssl.key.pem instead",
        "ssl.keystore.certificate.chain": "give the certificates with ssl.certificate.pem instead",
        "ssl.protocol": unused, "ssl.provider": unused, "ssl.enabled.protocols": unused,
        "ssl.secure.random.implementation": unused, "security.providers": unused,
        "sasl.login.class": unused, "sasl.login.callback.handler.class": unused,
        "sasl.client.callback.handler.class": unused,
        "max.poll.records": "say with --batch-records or --block-records how much is taken at once",
        "fetch.max.wait.ms": "librdkafka calls it fetch.wait.max.ms",
        "default.api.timeout.ms": unused, "exclude.internal.topics": unused, "interceptor.classes": unused,
        "metric.reporters": unused, "metrics.num.samples": unused, "metrics.recording.level": unused,
        "metrics.sample.window.ms": unused, "auto.include.jmx.reporter": unused,
        "buffer.memory": "librdkafka calls it queue.buffering.max.kbytes, in kibibytes",
        "max.block.ms": unused, "max.request.size": "librdkafka calls it message.max.bytes",
        "partitioner.class": "kbench says which partition each record goes to, so leave it out",
        "partitioner.ignore.keys": unused, "receive.buffer.bytes": "librdkafka calls it socket.receive.buffer.bytes",
        "send.buffer.bytes": "librdkafka calls it socket.send.buffer.bytes",
    ]
}

/// The text by which Java's clients are told how to log in.
enum JavaLogin {
    private static let modules = ["PlainLoginModule", "ScramLoginModule"]

    /// User name and password of a login by PLAIN or SCRAM, as in
    /// `org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="secret";`
    ///
    /// - Throws: ``BrokerError`` `configuration` for any other text, none of which is repeated.
    static func properties(in text: String) throws -> [KafkaProperty] {
        guard let words = words(in: text), let module = words.first,
            let name = module.split(separator: ".").last.map(String.init), modules.contains(name)
        else {
            throw refusal(
                "only PlainLoginModule and ScramLoginModule are understood; say in librdkafka's words how to log in")
        }
        var options: [String: String] = [:]
        var place = 2
        while place + 2 < words.count, words[place + 1] == "=" {
            options[words[place]] = words[place + 2]
            place += 3
        }
        guard words.count > 1, place == words.count, let user = options["username"], let password = options["password"]
        else { throw refusal("expected MODULE required username=\"...\" password=\"...\";") }
        return [
            KafkaProperty(name: "sasl.username", value: user), KafkaProperty(name: "sasl.password", value: password),
        ]
    }

    /// The words of the text, `=` among them, without quotation marks and the semicolon; nil where a quotation is open.
    private static func words(in text: String) -> [String]? {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for character in text {
            if let open = quote {
                if isEscaped || (character != "\\" && character != open) {
                    word.append(character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else {
                    // Also nothing at all is a word, where it is quoted.
                    words.append(word)
                    word = ""
                    quote = nil
                }
            } else if character == "\"" || character == "'" {
                end()
                quote = character
            } else if character == "=" {
                end()
                words.append("=")
            } else if character.isWhitespace || character == ";" {
                end()
            } else {
                word.append(character)
            }
        }
        end()
        return quote == nil ? words : nil
    }

    private static func refusal(_ reason: String) -> BrokerError {
        BrokerError(.configuration, "sasl.jaas.config: \(reason)", location: "sasl.jaas.config")
    }
}
