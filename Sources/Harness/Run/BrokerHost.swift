// The broker of a scenario: embedded in this process, or any Kafka by address; with the scenario's topic on it.
internal import Engine
internal import Evidence
package import Kafka
internal import Posix
package import Results
package import World

/// Where a scenario's records live. Its calls block.
package final class BrokerHost {
    package private(set) var configuration: KafkaConfiguration
    /// The user's properties as `name=value`, for the workers.
    package let properties: [String]
    package let info: BrokerInfo
    private let embedded: EmbeddedBroker?
    private let topicSettings: TopicSettings
    /// What was made on an external broker, which goes when the host does; nil for an embedded one.
    private let leftovers: ClusterLeftovers?
    /// What is noticed of the brokers of an external cluster; nil for an embedded one.
    package let watch: BrokerWatch?

    /// Uses the Kafka that `options` name, or starts the embedded broker when they name none.
    package init(_ options: RunOptions) throws {
        try BrokerHost.checkMemory(limit: Processes.memoryLimit())
        properties = options.properties.map { "\($0.name)=\($0.value)" }
        topicSettings = options.topics
        if let brokers = options.brokers {
            embedded = nil
            configuration = try KafkaConfiguration(bootstrap: brokers, properties: options.properties)
            try KafkaCluster.probe(configuration)
            info = BrokerInfo(kind: "external", address: configuration.bootstrap)
            let made = ClusterLeftovers(configuration)
            leftovers = made
            Leftovers.shared.begin(made)
            watch = try BrokerWatch(configuration)
        } else {
            let started = try EmbeddedBroker.start(brokers: options.embeddedBrokers)
            embedded = started
            configuration = try KafkaConfiguration(bootstrap: started.bootstrap, properties: options.properties)
            info = BrokerInfo(kind: "embedded", address: started.bootstrap)
            leftovers = nil
            watch = nil
        }
    }

    /// The address space that a run needs at least: the client's threads reserve most of it, and use little.
    private static let leastMemory = 1 << 30

    /// Refuses a limit under which memory would run out somewhere in the midst of a run, where nothing can be done about it.
    ///
    /// - Throws: ``Diagnosis`` naming the limit.
    package static func checkMemory(limit: Int?) throws(Diagnosis) {
        guard let limit, limit < leastMemory else { return }
        throw Diagnosis(
            cause: "the address space of a process is limited to \(limit / 1024) KiB, and a run takes "
                + "\(leastMemory / 1024) KiB at least",
            fix: "raise the limit, such as with ulimit -v unlimited", exitCode: .internalError)
    }

    /// Refuses a load that the embedded broker would silently drop the beginning of.
    ///
    /// - Throws: ``Diagnosis`` naming the number of partitions that would do.
    package static func checkCapacity(records: Int, recordBytes: Int, partitions: Int) throws {
        let load = "\(records) records of \(recordBytes) bytes in \(partitions) partitions"
        switch EmbeddedBroker.capacity(records: records, recordBytes: recordBytes, partitions: partitions) {
        case .fits: return
        case .needs(let needed) where !ScenarioLimits.partitions.contains(needed):
            let most = ScenarioLimits.partitions.upperBound
            throw Diagnosis(
                cause: "\(load) do not fit the embedded broker, which keeps 5 MiB per partition, with any number of "
                    + "partitions that there can be: it takes \(needed), and \(most) are the most",
                fix: "use fewer --records or smaller --record-bytes, or a real broker with --brokers", exitCode: .usage)
        case .needs(let needed):
            throw Diagnosis(
                cause: "\(load) do not fit the embedded broker, which keeps 5 MiB per partition",
                fix: "use --partitions \(needed) or more, fewer --records, or a real broker with --brokers",
                exitCode: .usage)
        case .never:
            throw Diagnosis(
                cause: "\(load) do not fit the embedded broker, which keeps 5 MiB per partition",
                fix: "use smaller --record-bytes, or a real broker with --brokers", exitCode: .usage)
        }
    }

    /// As ``checkCapacity(records:recordBytes:partitions:)``, for a scenario's load whatever its shape; refuses transactions,
    /// which the embedded broker has not.
    ///
    /// - Throws: ``Diagnosis``.
    package static func checkEmbedded(_ scenario: Scenario) throws {
        let records = scenario.records + scenario.arrivals
        if scenario.startTimestamp != nil {
            throw Diagnosis(
                cause: "start-timestamp: the embedded broker cannot look up offsets by time",
                fix: "name a broker that can with --brokers", exitCode: .usage)
        }
        guard let load = scenario.load else {
            return try checkCapacity(
                records: records, recordBytes: scenario.recordBytes, partitions: scenario.partitions)
        }
        if load.transactions != nil {
            throw Diagnosis(
                cause: "load.transactions: the embedded broker has no transactions: it shows aborted records too",
                fix: "name a broker that has them with --brokers", exitCode: .usage)
        }
        let fullest = scenario.pattern.spread(records, partitions: scenario.partitions).max() ?? 0
        // What a key, and headers, take beside the value.
        let extra =
            (load.keys == .none ? 0 : 20) + (load.origin == .anyone ? 30 : 0)
            + load.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        let bytes = scenario.recordBytes * (100 - load.tombstonePercent) / 100 + extra
        guard EmbeddedBroker.capacity(records: Int(fullest), recordBytes: bytes, partitions: 1) != .fits else { return }
        throw Diagnosis(
            cause:
                "\(fullest) records of about \(bytes) bytes in the fullest partition do not fit the embedded broker, "
                + "which keeps 5 MiB per partition",
            fix: "use fewer --records, smaller values or more even weights, or a real broker with --brokers",
            exitCode: .usage)
    }

    package func createTopic(_ name: String, partitions: Int) throws {
        if let embedded {
            try embedded.createTopic(name, partitions: partitions)
        } else {
            // Whoever asks for it from now on knows that it is there.
            configuration.topicTimeout = BrokerHost.topicTimeout
            try leftovers?.make(name) {
                let cluster = try KafkaCluster(configuration)
                defer { cluster.close() }
                try cluster.createTopic(name, partitions: partitions, settings: topicSettings)
            }
        }
    }

    /// The ends of each partition's log.
    package func watermarks(of topic: String) throws -> [Watermarks] {
        let broker = try KafkaBroker(configuration, topic: topic)
        defer { broker.close() }
        return try (0..<broker.partitionCount()).map { try broker.watermarks(of: Partition($0)) }
    }

    /// How long a topic that is known to be there is asked for again where a broker says that it is not.
    package static let topicTimeout = Duration.seconds(10)
    /// How long the removal of topics and groups is tried: longer than a group waits for a member that was killed.
    private static let removalTimeout = Duration.seconds(15)

    /// Removes topics and groups from an external broker; the embedded one goes as a whole. What could not be removed is
    /// told on standard error.
    package func close() {
        embedded?.close()
        watch?.stop()
        // Whoever was asked to end removes all of it himself.
        guard let leftovers, !Leftovers.shared.isEnding else { return }
        let left = leftovers.remove(within: BrokerHost.removalTimeout)
        Leftovers.shared.finish(leftovers)
        guard !left.isEmpty, !Leftovers.shared.isEnding else { return }
        StandardStreams.writeErrorLine("kbench: left behind: \(Leftovers.list(left))")
    }
}
