// The options of every command that talks to Kafka.
internal import ArgumentParser
internal import Harness
internal import Kafka
internal import Posix
internal import World

/// Which broker, and how to talk to it.
struct BrokerOptions: ParsableArguments {
    @Option(
        name: .customLong("brokers"),
        help: ArgumentHelp("A Kafka to use instead of the embedded broker.", valueName: "HOST:PORT"))
    var givenBrokers: String?

    @Option(
        name: .customShort("X"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A librdkafka property; may be given more than once. Others see it in the list of processes: give secrets with -F.",
            valueName: "name=value"))
    var property: [String] = []

    @Option(
        name: .customShort("F"),
        help: ArgumentHelp(
            "A file or a pipe of librdkafka properties, one name=value per line; a Java client's client.properties will do.",
            valueName: "file"))
    var propertyFile: String?

    /// Which cluster, and the properties of the file, then those of the command line, which win. The file is read by each
    /// call, and a pipe can be read only once.
    ///
    /// - Throws: `Diagnosis` or `BrokerError` for what cannot be read, or names two clusters.
    func cluster() throws -> (brokers: String?, properties: [KafkaProperty]) {
        let properties = try fileProperties() + KafkaConfiguration.properties(fromArguments: property)
        return (try KafkaConfiguration.address(given: givenBrokers, in: properties), properties)
    }

    private func fileProperties() throws -> [KafkaProperty] {
        guard let propertyFile else { return [] }
        do {
            // One byte more than is allowed shows that there are more.
            let bytes = try FileSystem.contents(of: propertyFile, limit: KafkaConfiguration.mostBytes)
            guard let bytes else {
                throw Diagnosis(
                    cause:
                        "\(propertyFile): more than \(KafkaConfiguration.mostBytes >> 20) MiB, which is no file of properties",
                    fix: "give -F a file with one name=value per line", exitCode: .usage)
            }
            return try KafkaConfiguration.properties(inBytes: bytes, file: propertyFile)
        } catch let error as DiskError {
            throw Diagnosis(cause: "\(error)", fix: "give -F a file that can be read", exitCode: .usage)
        }
    }

    /// The options as they were given; values that hold secrets are not repeated.
    var arguments: [String] {
        (givenBrokers.map { ["--brokers", $0] } ?? []) + (propertyFile.map { ["-F", $0] } ?? [])
            + ((try? KafkaConfiguration.properties(fromArguments: property)) ?? []).flatMap {
                ["-X", "\($0.name)=\($0.displayedValue)"]
            }
    }

    /// What every command that starts workers is run with: this executable as the worker, and a folder of its own in `folder`
    /// while it runs. `reproduce` is the command that makes the result again, where one is printed.
    ///
    /// - Throws: `Diagnosis` for a property that cannot be read.
    func runOptions(in folder: String, reproduce: String = "", topics: TopicOptions? = nil) throws -> RunOptions {
        let cluster = try cluster()
        var options = RunOptions(
            brokers: cluster.brokers, properties: cluster.properties, workDirectory: WorkFolder.path(in: folder),
            workerExecutable: try Processes.executablePath(), reproduce: reproduce, version: Kbench.version)
        if let topics { try topics.apply(to: &options) }
        return options
    }
}

/// What the topics are made with that a command makes.
struct TopicOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Copies of each partition of the topics that are made on --brokers.", valueName: "N"))
    var replicationFactor: Int?

    @Option(
        help: ArgumentHelp(
            "A property of the topics that are made on --brokers, such as min.insync.replicas=2; may be given more than once.",
            valueName: "name=value"))
    var topicConfig: [String] = []

    @Option(
        help: ArgumentHelp("Brokers of the embedded cluster, 1 to 9.", valueName: "N"))
    var embeddedBrokers: Int?

    /// The options as they were given.
    var arguments: [String] {
        (replicationFactor.map { ["--replication-factor", "\($0)"] } ?? [])
            + topicConfig.flatMap { ["--topic-config", $0] }
            + (embeddedBrokers.map { ["--embedded-brokers", "\($0)"] } ?? [])
    }

    /// Refuses options where no topic is made.
    ///
    /// - Throws: `Diagnosis` naming the first of them.
    func refuse(because reason: String) throws {
        guard let first = arguments.first else { return }
        throw Diagnosis(cause: "\(first) has no effect: \(reason)", fix: "leave out \(first)", exitCode: .usage)
    }

    /// Takes the options over.
    ///
    /// - Throws: `Diagnosis` where they cannot be, or would have no effect.
    func apply(to options: inout RunOptions) throws {
        if options.brokers == nil {
            if replicationFactor != nil { throw TopicOptions.refusal("--replication-factor") }
            if !topicConfig.isEmpty { throw TopicOptions.refusal("--topic-config") }
        } else if embeddedBrokers != nil {
            throw Diagnosis(
                cause: "--embedded-brokers: a Kafka is named, so there is no embedded cluster",
                fix: "leave out --embedded-brokers", exitCode: .usage)
        }
        if let embeddedBrokers {
            try OptionCheck.range(embeddedBrokers, 1...9, "--embedded-brokers")
            options.embeddedBrokers = embeddedBrokers
        }
        if let replicationFactor {
            try OptionCheck.range(replicationFactor, 1...Int(Int16.max), "--replication-factor")
            options.topics.replication = replicationFactor
        }
        options.topics.configuration = try topicConfig.map { text in
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw Diagnosis(
                    cause: "--topic-config \(text): expected name=value",
                    fix: "write it as in --topic-config min.insync.replicas=2", exitCode: .usage)
            }
            return KafkaProperty(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
        }
    }

    private static func refusal(_ option: String) -> Diagnosis {
        Diagnosis(
            cause: "\(option): it has no effect on the embedded broker, which keeps one copy in memory",
            fix: "name a Kafka with --brokers, or leave it out", exitCode: .usage)
    }
}
