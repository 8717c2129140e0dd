// The broker of a scenario: embedded in this process, or any Kafka by address; with the scenario's topic on it.
internal import Engine
internal import Evidence
package import Kafka
internal import KafkaServer
internal import Posix
package import Results
package import World

/// Where a scenario's records live. Its calls block.
package final class BrokerHost {
    package private(set) var configuration: KafkaConfiguration
    /// The user's properties as `name=value`, for the workers.
    package let properties: [String]
    package let info: BrokerInfo
    let embedded: KafkaServer?
    /// What happened by scripts and was not told yet.
    var scriptNotes: [String] = []
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
            return
        }
        (leftovers, watch) = (nil, nil)
        var settings = ServerSettings()
        settings.brokers = options.embeddedBrokers
        settings.groupDelay = Int64(options.groupDelayMilliseconds)
        // A topic that is asked for and not there is a mistake.
        settings.createsTopics = false
        let started = try KafkaServer.start(settings)
        embedded = started
        info = BrokerInfo(kind: "embedded", address: started.bootstrap)
        configuration = try KafkaConfiguration(bootstrap: info.address, properties: options.properties)
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

    /// What a record takes beside its key, value and headers, at most: its framing, and its share of a batch's header.
    private static let framingBytes = 24
    /// The embedded broker may have so much of the memory that is free, as a fraction; the rest is for who reads it.
    private static let shareOfMemory = 0.75

    /// Refuses records for which the embedded broker, which keeps them in memory, has no room.
    ///
    /// - Parameters:
    ///   - records: Their number.
    ///   - recordBytes: Bytes of a record's key, value and headers.
    ///   - available: Bytes of memory that are free.
    /// - Throws: ``Diagnosis`` that says how many there is room for.
    package static func checkRoom(
        records: Int, recordBytes: Int, available: Int64 = Processes.availableMemory()
    ) throws(Diagnosis) {
        try checkMemory(limit: Processes.memoryLimit())
        let limit = Processes.memoryLimit().map { Int64(max(0, $0 - leastMemory)) } ?? .max
        let room = Int64(Double(min(available, limit)) * shareOfMemory)
        let each = Int64(recordBytes + framingBytes)
        guard Int64(records) > room / each else { return }
        throw Diagnosis(
            cause: "\(records) records of \(recordBytes) bytes take \(Int64(records) * each / 1_000_000) MB, and the "
                + "embedded broker, which keeps them in memory, may have \(room / 1_000_000) MB of this machine",
            fix: "use fewer records, \(room / each) at most, or smaller ones, or a broker with a disk by --brokers",
            exitCode: .usage)
    }

    /// As ``checkRoom(records:recordBytes:available:)``, for a scenario's load whatever its shape.
    ///
    /// - Throws: ``Diagnosis``.
    package static func checkRoom(for scenario: Scenario) throws(Diagnosis) {
        let records = scenario.records + scenario.arrivals
        guard let load = scenario.load else {
            return try checkRoom(records: records, recordBytes: scenario.recordBytes)
        }
        // What a key, and headers, take beside the value.
        let extra =
            (load.keys == .none ? 0 : 20) + (load.origin == .anyone ? 30 : 0)
            + load.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        let kept = 100 - (load.transactions?.abortedPercent ?? 0)
        try checkRoom(
            records: records * 100 / max(1, kept),
            recordBytes: scenario.recordBytes * (100 - load.tombstonePercent) / 100 + extra)
    }

    package func createTopic(_ name: String, partitions: Int) throws {
        // Whoever asks for it from now on knows that it is there.
        configuration.topicTimeout = BrokerHost.topicTimeout
        let make = { [configuration, topicSettings] in
            let cluster = try KafkaCluster(configuration)
            defer { cluster.close() }
            try cluster.createTopic(name, partitions: partitions, settings: topicSettings)
        }
        if let leftovers { try leftovers.make(name, make) } else { try make() }
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
        embedded?.stop()
        watch?.stop()
        // Whoever was asked to end removes all of it himself.
        guard let leftovers, !Leftovers.shared.isEnding else { return }
        let left = leftovers.remove(within: BrokerHost.removalTimeout)
        Leftovers.shared.finish(leftovers)
        guard !left.isEmpty, !Leftovers.shared.isEnding else { return }
        StandardStreams.writeErrorLine("kbench: left behind: \(Leftovers.list(left))")
    }
}
