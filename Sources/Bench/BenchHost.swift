// The broker and the topics of a benchmark, filled before anything is measured and gone afterwards.
internal import Engine
internal import Harness
internal import Kafka
internal import Posix
internal import World

/// A stage that is set up, and how to clear it away.
struct BenchHost: Sendable {
    let stage: BenchStage

    /// Starts or asks the broker, and loads the topic, or looks at the one that is given.
    ///
    /// - Throws: ``Diagnosis``; nothing is left behind then.
    static func open(
        _ settings: BenchSettings, options: RunOptions, progress: @escaping @Sendable (String) -> Void
    ) async throws -> BenchHost {
        if options.brokers == nil {
            guard settings.topic == nil else {
                throw Diagnosis(
                    cause: "--topic \(settings.topic ?? ""): there is no broker that has it",
                    fix: "say with --brokers where the topic is", exitCode: .usage)
            }
            try BrokerHost.checkRoom(
                for: settings.scenario(cuts: settings.cuts, records: settings.records, partitions: settings.partitions))
        }
        for client in settings.clients { try client.check(options.properties) }
        let host = try await BlockingThread.run {
            Handed(try BrokerHost(options))
        }
        do {
            try PosixDisk().makeDirectory(options.workDirectory)
            let stamp = "\(Processes.processID)-\(MonotonicClock().now() / 1000)"
            let stage = try await BlockingThread.run {
                let topic = settings.topic ?? "kbench-bench-\(settings.seed)-\(stamp)"
                let truth = try load(topic, settings, host.value, progress)
                return BenchStage(
                    settings: settings.sized(for: truth.records), options: options, host: host, topic: topic,
                    // A topic that stays must not be met again by the groups of another run.
                    groupPrefix: settings.topic.map { "kbench-\($0)-\(stamp)" }, truth: truth)
            }
            try Task.checkCancellation()
            return BenchHost(stage: stage)
        } catch {
            try? await close(host, options)
            throw error is CancellationError ? error : Diagnosis(of: error)
        }
    }

    /// Removes topics and files, and stops the embedded broker.
    func close() async throws { try await BenchHost.close(stage.host, stage.options) }

    /// Which records the broker has dropped meanwhile; nil: none.
    func evicted() async throws -> String? {
        try await BlockingThread.run {
            let ends = try stage.host.value.watermarks(of: stage.topic)
            for (partition, start) in stage.truth.starts.enumerated() where stage.truth.ends[partition] > start {
                if ends[partition].low > start {
                    return
                        "the broker evicted offsets \(start) to \(ends[partition].low - 1) of partition \(partition) "
                        + "during the run"
                }
            }
            return nil
        }
    }

    private static func load(
        _ topic: String, _ settings: BenchSettings, _ host: BrokerHost, _ progress: @Sendable (String) -> Void
    ) throws -> GroundTruth {
        guard settings.topic == nil else {
            let ends = try host.watermarks(of: topic)
            let records = ends.reduce(0) { $0 + Int($1.high - $1.low) }
            guard records > 0 else {
                throw Diagnosis(
                    cause: "--topic \(topic): it holds no records", fix: "fill it first, or leave out --topic",
                    exitCode: .usage)
            }
            let truth = GroundTruth(records: records, starts: ends.map(\.low), ends: ends.map(\.high))
            return try settings.startTimestamp.map { try truth.beginning(at: $0, topic, host.configuration) } ?? truth
        }
        try host.createTopic(topic, partitions: settings.partitions)
        let scenario = settings.scenario(
            cuts: settings.cuts, records: settings.records, partitions: settings.partitions)
        let configuration = try settings.producing(host.configuration)
        return try LoadGenerator.produce(scenario: scenario, topic: topic, configuration: configuration) {
            progress("producing \($0) of \(settings.records) records")
        }
    }

    private static func close(_ host: Handed<BrokerHost>, _ options: RunOptions) async throws {
        try await BlockingThread.run {
            host.value.close()
            try options.removeFolders()
        }
    }
}

extension BenchSettings {
    /// How the topic is written.
    ///
    /// - Throws: `BrokerError`.
    func producing(_ configuration: KafkaConfiguration) throws -> KafkaConfiguration {
        guard let topicCompression else { return configuration }
        let property = KafkaProperty(name: "compression.type", value: topicCompression.rawValue)
        return try KafkaConfiguration(
            bootstrap: configuration.bootstrap, properties: configuration.properties + [property])
    }
}
