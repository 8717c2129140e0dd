// Runs a scenario from its load to its result.
internal import Engine
internal import Foundation
public import Kafka
internal import Posix
public import Report
internal import World

/// How a scenario is to be run.
public struct RunOptions: Sendable {
    /// An external Kafka's address; nil for the embedded broker.
    public var brokers: String?
    /// librdkafka properties.
    public var properties: [KafkaProperty]
    /// The folder in which a run's files live while it runs; removed afterwards.
    public var workDirectory: String
    /// The binary that has the `worker` command.
    public var workerExecutable: String
    /// The command that repeats the run.
    public var reproduce: String
    /// kbench's version.
    public var version: String

    /// Makes options.
    public init(
        brokers: String?, properties: [KafkaProperty], workDirectory: String, workerExecutable: String,
        reproduce: String, version: String
    ) {
        self.brokers = brokers
        self.properties = properties
        self.workDirectory = workDirectory
        self.workerExecutable = workerExecutable
        self.reproduce = reproduce
        self.version = version
    }
}

/// Runs scenarios.
public struct ScenarioRunner: Sendable {
    private let options: RunOptions
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner that reports progress as it goes.
    public init(options: RunOptions, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }) {
        self.options = options
        self.progress = progress
    }

    /// Checks that every crash of a scenario can happen.
    ///
    /// - Throws: ``Diagnosis`` naming the run and the crash.
    public static func check(_ scenario: Scenario) throws { _ = try RunPlan.plans(of: scenario) }

    /// Produces the load once and runs every strategy and sink of the scenario on it.
    ///
    /// - Throws: ``Diagnosis``; no worker and no file of the run is left behind then.
    public func run(_ scenario: Scenario) async throws -> ScenarioResult {
        try await run(scenario, plans: RunPlan.plans(of: scenario))
    }

    /// As ``run(_:)``, with runs settled by the caller.
    func run(_ scenario: Scenario, plans: [RunPlan]) async throws -> ScenarioResult {
        let startedAt = Date().formatted(.iso8601)
        if options.brokers == nil {
            try BrokerHost.checkCapacity(
                records: scenario.records + scenario.arrivals, recordBytes: scenario.recordBytes,
                partitions: scenario.partitions)
        }
        // One object for all blocking calls, used by one thread at a time: each call below waits for the one before.
        let host = try await BlockingThread.run {
            Handed(try BrokerHost(brokers: options.brokers, properties: options.properties))
        }
        let topic = "kbench-\(scenario.name)-\(scenario.seed)-\(Processes.processID)-\(MonotonicClock().now() / 1000)"
        do {
            let result = try await run(scenario, plans: plans, on: host, topic: topic, startedAt: startedAt)
            try await cleanUp(host)
            return result
        } catch {
            try? await cleanUp(host)
            throw error is CancellationError ? error : Diagnosis(of: error)
        }
    }

    private func run(
        _ scenario: Scenario, plans: [RunPlan], on host: Handed<BrokerHost>, topic: String, startedAt: String
    ) async throws -> ScenarioResult {
        var executor = try await load(scenario, on: host, topic: topic)
        var runs: [RunResult] = []
        for (index, plan) in plans.enumerated() {
            if index > 0, scenario.arrivals > 0 {
                // What arrives during one run must not be there before the next.
                executor = try await load(scenario, on: host, topic: "\(topic)-\(index + 1)")
            }
            let label = "\(plan.strategy.rawValue)\(plan.sink.map { " / \($0.rawValue)" } ?? "")"
            let directory = "\(options.workDirectory)/\(index + 1)-\(plan.strategy.rawValue)"
            var run = try await executor.execute(plan, in: directory) { fraction in
                progress((Double(index) + fraction) / Double(plans.count), label)
            }
            if run.invalidReason == nil {
                run.invalidReason = try await BlockingThread.run { [executor] in
                    try evicted(executor.truth, topic: executor.topic, host: host.value)
                }
            }
            runs.append(run)
            try await BlockingThread.run { try FileSystem.removeTree(directory) }
        }
        return try result(of: scenario, runs: runs, broker: host.value.info, startedAt: startedAt)
    }

    /// Makes a topic with the load in it, and an executor of runs on it.
    private func load(
        _ scenario: Scenario, on host: Handed<BrokerHost>, topic: String
    ) async throws -> RunExecutor {
        let truth = try await BlockingThread.run {
            try host.value.createTopic(topic, partitions: scenario.partitions)
            return try LoadGenerator.produce(
                scenario: scenario, topic: topic, configuration: host.value.configuration
            ) { confirmed in
                progress(0, "producing \(confirmed) of \(scenario.records) records")
            }
        }
        try Task.checkCancellation()
        return RunExecutor(
            scenario: scenario, topic: topic, bootstrap: host.value.configuration.bootstrap,
            properties: host.value.properties, truth: truth,
            produce: { first, count in
                try LoadGenerator.produce(
                    scenario: scenario, from: first, count: count, topic: topic,
                    configuration: host.value.configuration
                ) { _ in }
            },
            worker: WorkerProcess(executable: options.workerExecutable))
    }

    /// Says which records the broker no longer has; a run that could not read them shows nothing.
    private func evicted(_ truth: GroundTruth, topic: String, host: BrokerHost) throws -> String? {
        let broker = try KafkaBroker(host.configuration, topic: topic)
        defer { broker.close() }
        for (partition, start) in truth.starts.enumerated() where truth.ends[partition] > start {
            let low = try broker.watermarks(of: Int32(partition)).low
            if low > start {
                return "the broker evicted offsets \(start) to \(low - 1) of partition \(partition) during the run"
            }
        }
        return nil
    }

    private func result(
        of scenario: Scenario, runs: [RunResult], broker: BrokerInfo, startedAt: String
    ) throws -> ScenarioResult {
        var runs = runs
        if let raw = runs.first(where: { $0.strategy == Strategy.raw.rawValue })?.recordsPerSecond, raw > 0 {
            for index in runs.indices { runs[index].percentOfRaw = runs[index].recordsPerSecond / raw * 100 }
        }
        let isValid = runs.allSatisfy { $0.invalidReason == nil }
        let agrees = runs.allSatisfy(\.agrees)
        var load = Load(
            records: scenario.records, partitions: scenario.partitions, recordBytes: scenario.recordBytes,
            blockRecords: nil, batchRecords: nil)
        if case .count(let block, let batch) = scenario.cuts {
            load.blockRecords = block
            load.batchRecords = batch
        }
        return ScenarioResult(
            scenario: scenario.name, summary: scenario.summary, seed: scenario.seed, valid: isValid,
            verdict: isValid ? (agrees ? .pass : .fail) : .invalid, broker: broker, load: load,
            fidelity: scenario.fidelity.name, runs: runs,
            host: HostInfo(
                kbench: options.version, librdkafka: KafkaLibrary.version, system: Processes.kernelDescription(),
                cores: Processes.processorCount(), fileSystem: try FileSystem.kind(at: options.workDirectory)),
            reproduce: options.reproduce, startedAt: startedAt, explanation: scenario.explanation)
    }

    private func cleanUp(_ host: Handed<BrokerHost>) async throws {
        try await BlockingThread.run {
            host.value.deleteTopics()
            host.value.close()
            if FileManager.default.fileExists(atPath: options.workDirectory) {
                try FileSystem.removeTree(options.workDirectory)
            }
        }
    }
}

/// A value that is handed from thread to thread, which is safe because each hand-over waits for the one before.
private struct Handed<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
