// One measured run of a strategy and sink, on records that are there or on records that are offered meanwhile.
internal import Engine
internal import Evidence
internal import Foundation
internal import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
internal import Results
internal import World

/// What a trial came to.
struct Trial: Codable, Sendable {
    var run: RunResult
    var report: TrialReport
    /// Key and value bytes fetched.
    var bytesFetched: Int64
    /// The most bytes the logs held at once, of one copy.
    var walBytesPeak: Int64
    var checkpointBytes: Int64
    var samples: [TrialSample]
    /// How the generator did; nil where there was none.
    var offered: OfferedLoad.Report?
}

/// The counters at one moment.
struct TrialSample: Codable, Equatable, Sendable {
    /// Nanoseconds since the first sample.
    var at: Nanoseconds
    /// Records that the sink has taken, or for `raw` that were polled.
    var done: Int
    /// Bytes the logs hold, of one copy.
    var walLiveBytes: Int64
    /// Records whose time had come.
    var offered: Int
}

/// A topic with its records, and everything else that trials need.
struct BenchStage: Sendable {
    let settings: BenchSettings
    let options: RunOptions
    let host: Handed<BrokerHost>
    let topic: String
    /// What the names of consumer groups begin with where the topic is somebody else's; nil where it is kbench's own.
    let groupPrefix: String?
    let truth: GroundTruth
    /// The state folder of a pass that counted which records a given topic has; nil where kbench produced them.
    var existing: String?
    /// Where the records of a given topic lie; nil: at every offset.
    var layout: TopicLayout?

    /// Runs `cell` on the records of the stage's topic.
    func closedLoop(_ cell: BenchCell, name: String) async throws -> Trial {
        var plan = plan(cell)
        plan.existing = existing
        var executor = executor(host, cuts: settings.cuts, topic: topic, truth: truth, client: cell.client)
        // What keeps batches as they came cuts between them, so that none is logged twice.
        executor.subject.cutsByBatch = true
        return try await trial(plan, executor, name: name, load: nil)
    }

    /// Runs `cell` on records of kbench's own that are offered meanwhile, in a topic of their own.
    func openLoop(
        _ cell: BenchCell, rate: Double, seconds: Double, recordBytes: Int, name: String
    ) async throws -> Trial {
        let partitions = truth.starts.count
        let records = max(partitions, Int(rate * seconds))
        let load = OfferedLoad(
            schedule: OfferedSchedule(
                recordsPerSecond: rate, starts: Array(repeating: 0, count: partitions), warmUpRecords: records / 4),
            records: records, recordBytes: recordBytes, seed: settings.seed)
        if options.brokers == nil { try BrokerHost.checkRoom(records: records, recordBytes: recordBytes) }
        let topic = "kbench-bench-open-\(Processes.processID)-\(MonotonicClock().now() / 1000)"
        return try await withFreshBroker { host in
            try await BlockingThread.run { try host.value.createTopic(topic, partitions: partitions) }
            var executor = executor(
                host, cuts: settings.openLoopCuts, topic: topic, truth: load.truth, client: cell.client,
                isShaped: false)
            executor.subject.origin = recordBytes < ScenarioLimits.recordBytes.lowerBound ? .anyone : .kbench
            let producing = try settings.producing(host.value.configuration)
            return try await trial(plan(cell), executor, name: name, load: (load, producing))
        }
    }

    /// The embedded broker keeps all it was ever given in memory, so what an open loop offers goes to one of its own.
    private func withFreshBroker<Result: Sendable>(
        _ body: (Handed<BrokerHost>) async throws -> Result
    ) async throws -> Result {
        guard options.brokers == nil else { return try await body(host) }
        let fresh = try await BlockingThread.run { Handed(try BrokerHost(options)) }
        defer { fresh.value.close() }
        return try await body(fresh)
    }

    /// Kills `cell` once where it is priced, and lets it recover; nil where the load is too small for that.
    func crash(_ cell: BenchCell, name: String) async throws -> (run: RunResult, point: String)? {
        let scenario = settings.scenario(
            cuts: settings.countCuts, records: truth.records,
            partitions: truth.starts.count)
        guard var shape = scenario.shape else { return nil }
        shape.found = layout
        guard let priced = cell.pricedCrash(shape) else { return nil }
        var plan = plan(cell)
        plan.death = .points([priced.crash])
        plan.expected = priced.expected
        plan.existing = existing
        var executor = executor(host, cuts: scenario.cuts, topic: topic, truth: truth, client: cell.client)
        executor.subject.measurement = nil
        let directory = "\(options.workDirectory)/\(name)"
        let run = try await executor.execute(plan, in: directory) { _ in }
        try await BlockingThread.run { try LogDirectory.removeRun(directory) }
        return (run, priced.crash.description)
    }

    /// The plan of a run that nothing happens to.
    func plan(_ cell: BenchCell) -> RunPlan {
        RunPlan(strategy: cell.strategy, sink: cell.sink, death: .none, expected: ExpectedOutcome())
    }

    /// What runs plans on a topic.
    func executor(
        _ host: Handed<BrokerHost>, cuts: Scenario.Cuts, topic: String, truth: GroundTruth,
        client: ClientKind = .librdkafka, isShaped: Bool = true
    ) -> RunExecutor {
        var settings = settings
        if !isShaped { settings.load = nil }
        var scenario = settings.scenario(cuts: cuts, records: truth.records, partitions: truth.starts.count)
        scenario.client = client
        var subject = EngineSubject(
            scenario: scenario, topic: topic, bootstrap: host.value.configuration.bootstrap,
            properties: host.value.properties,
            truth: truth, worker: WorkerProcess(executable: options.workerExecutable))
        subject.origin = settings.origin
        subject.topics = options.topics
        subject.logDirectory = options.logDirectory
        if topic == self.topic { subject.groupPrefix = groupPrefix }
        return RunExecutor(subject)
    }

    /// Counts which records the topic has, whoever produced them, and keeps what was counted for the other verdicts.
    ///
    /// - Returns: the stage that knows it, and how many records there are.
    func surveyed() async throws -> (stage: BenchStage, records: Int) {
        let directory = "\(options.workDirectory)/survey"
        var plan = plan(BenchCell(strategy: .directLogFirst, sink: .counting))
        plan.existing = "\(directory)/state"
        let run = try await executor(host, cuts: settings.cuts, topic: topic, truth: truth).execute(plan, in: directory)
        { _ in }
        var stage = self
        stage.existing = plan.existing
        stage.layout = try await BlockingThread.run { [truth] in
            try TopicLayout(
                countedIn: "\(directory)/state", starts: truth.starts, ends: truth.ends, disk: PosixDisk())
        }
        return (stage, run.produced)
    }

    private func trial(
        _ plan: RunPlan, _ executor: RunExecutor, name: String, load: (load: OfferedLoad, to: KafkaConfiguration)?
    ) async throws -> Trial {
        let directory = "\(options.workDirectory)/\(name)"
        let reportPath = "\(directory)/trial.json"
        try PosixDisk().makeDirectory(directory)
        let file = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
        let counters = EngineCounters(storage: file.memory)
        var executor = executor
        executor.subject.measurement = .init(
            reportPath: reportPath, logReplicas: settings.logReplicas, schedule: load?.load.schedule,
            plantedSlowdown: settings.plantedSlowdown)
        // The counters are words of the file's mapping, which must outlive their last reader.
        let mapping = Handed(file)
        let sampler = Task {
            let series = await TrialSample.series(of: counters, plan.strategy, load: load?.load)
            withExtendedLifetime(mapping) {}
            return series
        }
        defer { sampler.cancel() }
        host.value.watch?.mark(name)
        let (run, offered) = try await run(plan, executor, in: directory, counters: counters, load: load)
        sampler.cancel()
        let samples = await sampler.value
        let report = try JSONDecoder().decode(
            TrialReport.self, from: Data(try PosixDisk().contents(of: reportPath)))
        let trial = Trial(
            run: run, report: report, bytesFetched: Int64(counters[.bytesFetched]),
            walBytesPeak: Int64(counters[.walBytesPeak]), checkpointBytes: Int64(counters[.checkpointBytesWritten]),
            samples: samples, offered: offered)
        try await BlockingThread.run { try LogDirectory.removeRun(directory) }
        withExtendedLifetime(file) {}
        return trial
    }

    private enum Part: Sendable {
        case run(RunResult)
        case offered(OfferedLoad.Report)
    }

    /// Lets the worker run, and the generator beside it where there is one.
    private func run(
        _ plan: RunPlan, _ executor: RunExecutor, in directory: String, counters: EngineCounters,
        load: (load: OfferedLoad, to: KafkaConfiguration)?
    ) async throws -> (RunResult, OfferedLoad.Report?) {
        guard let load else { return (try await executor.execute(plan, in: directory) { _ in }, nil) }
        return try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { .run(try await executor.execute(plan, in: directory) { _ in }) }
            group.addTask {
                // Not before the worker can take records: its start is no latency.
                while counters[.recoveredAt] == 0 { try await Task.sleep(for: .milliseconds(2)) }
                return .offered(try await offer(load.load, load.to, topic: executor.subject.topic, counters: counters))
            }
            var run: RunResult?
            var report: OfferedLoad.Report?
            for try await part in group {
                switch part {
                case .run(let result): run = result
                case .offered(let result): report = result
                }
            }
            // Our own bug: the group has both parts, or it has thrown.
            guard let run else { preconditionFailure("a trial without a run") }
            return (run, report)
        }
    }

    private func offer(
        _ load: OfferedLoad, _ configuration: KafkaConfiguration, topic: String, counters: EngineCounters
    ) async throws -> OfferedLoad.Report {
        let isCancelled = SharedFlag()
        return try await withTaskCancellationHandler {
            try await BlockingThread.run {
                try load.send(to: topic, configuration: configuration, isCancelled: isCancelled) { start in
                    counters[.offeredFrom] = start
                }
            }
        } onCancel: {
            isCancelled.set()
        }
    }
}

extension TrialSample {
    /// The time between two samples, in milliseconds.
    private static let interval = 20

    /// Samples counters until the task is cancelled.
    static func series(of counters: EngineCounters, _ strategy: Strategy, load: OfferedLoad?) async -> [TrialSample] {
        let clock = MonotonicClock()
        let begin = clock.now()
        var samples: [TrialSample] = []
        while !Task.isCancelled {
            let now = clock.now()
            let from = counters[.offeredFrom]
            let offered = load.map { load in
                from == 0 || now < from
                    ? 0 : min(load.records, Int(Double(now - from) / 1e9 * load.schedule.recordsPerSecond))
            }
            samples.append(
                TrialSample(
                    at: now - begin, done: Int(counters[strategy.hasOutput ? .recordsWritten : .recordsFetched]),
                    walLiveBytes: Int64(counters[.walLiveBytes]), offered: offered ?? 0))
            try? await Task.sleep(for: .milliseconds(interval))
        }
        return samples
    }
}
