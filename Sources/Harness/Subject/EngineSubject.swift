// Our engine as a subject: a worker process that is told by a file what to run, on which topic, and where to die.
internal import Engine
package import Evidence
internal import Foundation
internal import Ingestion
package import Judgement
package import Kafka
internal import Posix
internal import Results
internal import World

/// The engine on a topic, as a scenario has it run.
package struct EngineSubject: Subject {
    package let scenario: Scenario
    package let topic: String
    /// What the names of consumer groups begin with, of this command alone; nil where the topic's name is that already.
    package var groupPrefix: String?
    package let bootstrap: String
    /// librdkafka properties, each `name=value`.
    package let properties: [String]
    /// What is there before the run.
    package let truth: GroundTruth
    package let worker: WorkerProcess
    /// The ZooKeeper's address; nil when no run keeps its offsets there.
    package var zookeeper: String?
    /// Whose records the topic holds.
    package var origin = RecordOrigin.kbench
    /// How much longer than usual a read may stand still, in milliseconds.
    package var patience = 0
    /// What the topics are made with that a sink writes to.
    package var topics = TopicSettings()
    /// The folder that the logs of runs lie in; nil: with the rest.
    package var logDirectory: String?
    /// Whether blocks end where batches of the topic do; see `EngineConfiguration.cutsByBatch`.
    package var cutsByBatch = false
    /// What is measured of the worker; nil: nothing.
    package var measurement: WorkerConfiguration.Measurement?

    /// Makes the engine on `topic`; nothing is started yet.
    package init(
        scenario: Scenario, topic: String, bootstrap: String, properties: [String], truth: GroundTruth,
        worker: WorkerProcess
    ) {
        self.scenario = scenario
        self.topic = topic
        self.bootstrap = bootstrap
        self.properties = properties
        self.truth = truth
        self.worker = worker
    }

    /// What a life is told, and the folder of its run.
    package struct Orders: Sendable {
        package var configuration: WorkerConfiguration
        package var directory: String

        /// Makes orders for a life of the run in `directory`.
        package init(_ configuration: WorkerConfiguration, in directory: String) {
            self.configuration = configuration
            self.directory = directory
        }
    }

    /// The counters of a run, which its lives go on counting in one after the other.
    package struct Counters: ProgressGauge {
        private let file: MappedFile
        private let counter: EngineCounters.Counter

        /// The counters in the file at `path`, of a run whose records are out once `counter` has them.
        init(_ path: String, _ counter: EngineCounters.Counter) throws {
            file = try MappedFile(path: path, length: EngineCounters.byteCount)
            self.counter = counter
        }

        /// The records that the sink has, or for a run without one that were fetched.
        package func delivered() -> Int { Int(EngineCounters(storage: file.memory)[counter]) }
    }

    /// Starts a worker and waits for its end.
    ///
    /// - Throws: what `during` throws, or an error of starting.
    package func live(
        _ orders: Orders, during: @escaping @Sendable (Life) async throws -> Void
    ) async throws -> LifeEnding {
        if let logDirectory, orders.configuration.engine.strategy.traits.logsBlocks {
            let engine = orders.configuration.engine
            try LogDirectory.place(logOf: engine.directory, in: logDirectory, name: engine.group)
        }
        return try await worker.run(orders.configuration, at: "\(orders.directory)/worker.json", during: during)
    }

    /// The run's counters.
    ///
    /// - Throws: ``SystemError``.
    package func gauge(of orders: Orders) throws -> Counters {
        try Counters(
            orders.configuration.countersPath,
            orders.configuration.engine.strategy.hasOutput ? .recordsWritten : .recordsFetched)
    }

    /// What the worker of `plan` is told in a life that is not to crash: the first one, or one that has `truth` to read.
    package func configuration(
        of plan: RunPlan, in directory: String, truth later: GroundTruth? = nil
    ) -> WorkerConfiguration {
        let truth = later ?? truth
        let cuts: EngineConfiguration.Cuts =
            switch scenario.cuts {
            case .count(let block, let batch): .count(block: block, batch: batch)
            case .time(let block, let batch): .time(block: UInt64(block) * 1_000_000, batch: UInt64(batch) * 1_000_000)
            }
        var engine = EngineConfiguration(
            strategy: plan.strategy, sink: plan.sink ?? .append, directory: "\(directory)/state",
            group: group(in: directory),
            // The watermarks of a topic that nobody else writes to are where its records end.
            starts: later != nil && plan.outage.reset == .latest ? truth.ends : truth.starts, ends: truth.ends,
            cuts: cuts,
            groupCommitBlocks: scenario.groupCommitBlocks,
            walCompressionLevel: scenario.walCompressionLevel.map { Int32($0) },
            checkpointLagTasks: scenario.checkpointLagTasks, fidelity: scenario.fidelity,
            autoCommitBlocks: scenario.autoCommitBlocks, chunkRecords: scenario.chunkRecords,
            onDataLoss: scenario.onDataLoss, membership: scenario.membership, job: plan.job, limits: scenario.limits,
            tasks: scenario.tasks, programVersion: scenario.programVersion, taskAttempts: scenario.taskAttempts,
            firstBatchIsUnlimited: later != nil && plan.outage.restartBatch == .unlimited)
        engine.origin = origin
        engine.readTimeoutMilliseconds += patience
        if origin == .anyone, scenario.isShaped {
            // The same numbers in every life, also for what arrives between two.
            let all = scenario.layout(parts: scenario.records..<scenario.records + plan.outage.arrivals)
            engine.numbered = NumberedOffsets(starts: all.starts, ends: all.ends)
        }
        engine.cutsByBatch = cutsByBatch
        engine.commitIntervalMilliseconds = scenario.commitIntervalMilliseconds
        var configuration = WorkerConfiguration(
            engine: engine, bootstrap: bootstrap, properties: properties, topic: topic, crash: nil,
            countersPath: "\(directory)/counters", offsetStore: place(of: plan, in: directory))
        configuration.client = scenario.client
        configuration.output = output(of: plan, in: directory)
        configuration.measurement = measurement
        // What is measured is not to be slowed down, and without output there is nothing to see.
        if measurement == nil, plan.strategy.hasOutput { configuration.samplesPath = samplesPath(in: directory) }
        if plan.isTraced { configuration.tracePath = "\(directory)/trace" }
        configuration.results = plan.resultsAreCheckpoint.map {
            .init(directory: plan.results(in: directory), partitions: truth.ends.count, isCheckpoint: $0)
        }
        return configuration
    }

    /// The file of the samples of the run in `directory`.
    private func samplesPath(in directory: String) -> String { "\(directory)/samples" }

    /// The samples of a run, while none of its lives is under way; nil where there is no room for them, or no output.
    private func samples(
        of plan: RunPlan, in directory: String, truth: GroundTruth, counters: EngineCounters, at: Nanoseconds
    ) -> RunSamples? {
        guard measurement == nil, plan.strategy.hasOutput else { return nil }
        return try? RunSamples(
            samplesPath(in: directory), counters: counters, starts: truth.starts, ends: truth.ends, now: { at })
    }

    /// Notes where a run is between two of its lives.
    func noteSample(
        of plan: RunPlan, in directory: String, truth: GroundTruth, counters: EngineCounters, at: Nanoseconds
    ) {
        samples(of: plan, in: directory, truth: truth, counters: counters, at: at)?.note()
    }

    /// What its lives have noted since `start`.
    func samples(
        of plan: RunPlan, in directory: String, truth: GroundTruth, counters: EngineCounters, after start: Nanoseconds
    ) -> [RunTimeline.Sample] {
        samples(of: plan, in: directory, truth: truth, counters: counters, at: start)?.samples(after: start) ?? []
    }

    /// The consumer group of the run in `directory`.
    package func group(in directory: String) -> String {
        "\(groupPrefix ?? topic)-\(directory.split(separator: "/").last.map(String.init) ?? "run")"
    }

    /// The topic of the run in `directory`, where its sink writes to one. Who goes on from the offsets that are committed
    /// there has no others; with any other strategy the group's own offsets say something else.
    private func output(of plan: RunPlan, in directory: String) -> OutputTopic? {
        guard plan.strategy.hasOutput, plan.sink?.traits.isTopic == true else { return nil }
        let group = group(in: directory)
        return OutputTopic(
            name: "\(group)-output", group: plan.strategy.traits.offsets == .sink ? group : "\(group)-output",
            replication: topics.replication,
            configuration: topics.configuration.map { "\($0.name)=\($0.value)" })
    }

    /// What opens the store of the results of the run in `directory`.
    ///
    /// - Throws: `BrokerError` for properties that cannot be.
    func openStore(of plan: RunPlan, in directory: String) throws -> TransactionalStoreOpener {
        ResultStore.opener(output(of: plan, in: directory), try kafka, input: topic)
    }

    /// Compares the sink of the run in `directory` with what was produced.
    ///
    /// - Throws: `DiskError`, `StoreError` or `BrokerError`.
    package func verdict(of plan: RunPlan, in directory: String) throws -> Verdict {
        try plan.sinkVerdict(
            truth: truth, origin: origin, in: directory, openStore: openStore(of: plan, in: directory))
    }

    /// What the topic of the run in `directory` shows to whom; nil where its sink writes to none.
    ///
    /// - Throws: `BrokerError`.
    func sight(of plan: RunPlan, in directory: String) throws -> KafkaStore.Sight? {
        guard let output = output(of: plan, in: directory) else { return nil }
        let store = try output.store(try kafka, input: topic)
        defer { store.close() }
        return try store.look()
    }

    private var kafka: KafkaConfiguration {
        get throws {
            var kafka = try KafkaConfiguration(
                bootstrap: bootstrap, properties: KafkaConfiguration.properties(fromArguments: properties))
            kafka.topicTimeout = .zero
            return kafka
        }
    }

    /// Where the run in `directory` finds its offset store.
    private func place(of plan: RunPlan, in directory: String) -> OffsetStorePlace {
        switch (plan.offsetStore, zookeeper) {
        case (.file, _): .file(directory: "\(directory)/offsets")
        case (.zookeeper, let address?):
            .zookeeper(address: address, timeoutMilliseconds: OffsetStorePlace.timeoutMilliseconds)
        case (.kafka, _), (.zookeeper, nil): .kafka
        }
    }
}
