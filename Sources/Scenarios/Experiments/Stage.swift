// The stage on which a scenario plays: a broker, its topics, a folder for files, and workers to be started.
internal import Engine
internal import Evidence
internal import Foundation
internal import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
internal import Results
internal import Synchronization
internal import World

/// What a scenario may use while it runs. Everything of it is gone when the scenario ends.
struct Stage: Sendable {
    let scenario: Scenario
    let options: RunOptions
    /// Reports how far the scenario has come, from 0 to 1, and what it is doing.
    let progress: @Sendable (_ fraction: Double, _ label: String) -> Void
    /// One object for all blocking calls, used by one thread at a time: each call waits for the one before.
    let host: Handed<BrokerHost>
    /// What has come out so far, for the report of a scenario that cannot go on.
    let soFar = OutcomeSoFar()

    /// Makes a topic with a name of its own, which is removed when the scenario ends.
    func makeTopic(partitions: Int) async throws -> String {
        let name = "kbench-\(scenario.name)-\(scenario.seed)-\(Processes.processID)-\(MonotonicClock().now() / 1000)"
        try await BlockingThread.run { try host.value.createTopic(name, partitions: partitions) }
        return name
    }

    /// Produces the scenario's load to `topic`, or the part of it with these `sequences`; `partitions` is what the topic
    /// has where that is not what the scenario says.
    func produceLoad(
        to topic: String, sequences: Range<Int>? = nil, partitions: Int? = nil
    ) async throws -> GroundTruth {
        var scenario = scenario
        scenario.partitions = partitions ?? scenario.partitions
        let load = scenario
        if options.brokers == nil {
            try BrokerHost.checkRoom(for: load)
        }
        let truth = try await BlockingThread.run {
            try LoadGenerator.produce(
                scenario: load, topic: topic, sequences: sequences, configuration: host.value.configuration
            ) { confirmed in
                progress(0, "producing \(confirmed) of \(load.records) records")
            }
        }
        try Task.checkCancellation()
        return truth
    }

    /// The scenario's load as the closed forms see it.
    ///
    /// - Throws: ``Diagnosis`` for cuts by time.
    func shapeByCount() throws -> LoadShape {
        guard let shape = scenario.shape else {
            throw Diagnosis(
                cause: "\(scenario.name): the experiment needs block-records and batch-records",
                fix: "cut by count: with cuts by time nothing says what a crash must do", exitCode: .usage)
        }
        return shape
    }

    /// What executes runs on a topic.
    func executor(of scenario: Scenario, topic: String, truth: GroundTruth) -> RunExecutor {
        var subject = EngineSubject(
            scenario: scenario, topic: topic, bootstrap: host.value.configuration.bootstrap,
            properties: host.value.properties, truth: truth,
            worker: WorkerProcess(executable: options.workerExecutable))
        subject.origin = scenario.load?.origin ?? .kbench
        subject.topics = options.topics
        subject.logDirectory = options.logDirectory
        var executor = RunExecutor(subject)
        executor.produce = { sequences, left in
            var load = scenario
            load.partitions = left.starts.count
            return try LoadGenerator.produce(
                scenario: load, topic: topic, sequences: sequences, configuration: host.value.configuration,
                readsAgain: !left.isCut
            ) { _ in }
        }
        executor.script = RunScript(
            begin: { events, group in
                try host.value.beginScript(events, topic: topic, group: group, seed: scenario.seed)
            },
            end: { plan in
                host.value.endScript("\(plan.strategy.rawValue)\(plan.sink.map { " / \($0.rawValue)" } ?? "")")
            })
        executor.betweenLives = options.betweenLives
        executor.carryOut = { event, group, truth in
            try host.value.carryOut(
                event, topic: topic, group: group, session: scenario.sessionTimeout, truth: truth)
        }
        return executor
    }

    /// Carries out runs one after the other on one load; each has a folder of its own, removed when it is judged. `didRun`
    /// is told what each of them came to.
    func execute(
        _ plans: [RunPlan], didRun: @escaping @Sendable (Int, RunResult) throws -> Void = { _, _ in }
    ) async throws -> [RunResult] {
        try await withZooKeeper(for: plans) { try await execute(plans, zookeeper: $0, didRun) }
    }

    /// A topic of its own with the load; where that comes at a rate, only what is to come.
    private func fillTopic() async throws -> (topic: String, truth: GroundTruth, arriving: ArrivingLoad?) {
        let topic = try await makeTopic(partitions: scenario.partitions)
        if let rate = scenario.load?.rate {
            let load = ArrivingLoad(
                scenario: scenario, topic: topic, configuration: host.value.configuration, rate: rate)
            return (topic, load.truth, load)
        }
        let truth = try await produceLoad(to: topic)
        guard let moment = scenario.startTimestamp else { return (topic, truth, nil) }
        let later = try await BlockingThread.run {
            try truth.beginning(at: moment, topic, host.value.configuration)
        }
        return (topic, later, nil)
    }

    private func execute(
        _ plans: [RunPlan], zookeeper: String?, _ didRun: @Sendable (Int, RunResult) throws -> Void
    ) async throws -> [RunResult] {
        var (topic, truth, arriving) = try await fillTopic()
        var scenario = scenario
        var plans = plans
        if scenario.startTimestamp != nil {
            // What crashes come to follows from the records that are left to read.
            scenario.found = truth.layoutToRead
            plans = try RunPlan.plans(of: scenario)
        }
        func settledExecutor() -> RunExecutor {
            var executor = self.executor(of: scenario, topic: topic, truth: truth)
            executor.subject.zookeeper = zookeeper
            executor.subject.patience = arriving?.longestWait ?? 0
            return executor
        }
        var executor = settledExecutor()
        var runs: [RunResult] = []
        for (index, plan) in plans.enumerated() {
            let before = index > 0 ? plans[index - 1].outage.events : []
            if index > 0, scenario.arrivals > 0 || arriving != nil || before.contains(where: \.changesTopic) {
                // What happens to the topic during one run must not have happened before the next.
                (topic, truth, arriving) = try await fillTopic()
                executor = settledExecutor()
            }
            let label = "\(plan.strategy.rawValue)\(plan.sink.map { " / \($0.rawValue)" } ?? "")"
            let directory = "\(options.workDirectory)/\(index + 1)-\(plan.strategy.rawValue)"
            host.value.watch?.mark(label)
            let group = executor.subject.group(in: directory)
            if plan.offsetStore == .zookeeper, let zookeeper {
                Leftovers.shared.note("group \(group) in ZooKeeper \(zookeeper)") { [topic] in
                    try OffsetStorePlace.removeGroup(group, of: topic, at: zookeeper)
                }
            }
            let (total, settled) = (Double(plans.count), executor)
            let execution: @Sendable () async throws -> RunResult = {
                try await settled.execute(plan, in: directory) { fraction in
                    progress((Double(index) + fraction) / total, label)
                }
            }
            var run: RunResult
            do {
                if let arriving { run = try await arriving.accompany(execution) } else { run = try await execution() }
            } catch {
                try? await removeGroup(group, from: plan.offsetStore == .zookeeper ? zookeeper : nil)
                throw error
            }
            // A run that may skip what the broker dropped shows how many records that cost it.
            let removesRecords = plan.outage.events.contains(where: \.changesTopic)
            if run.invalidReason == nil, scenario.onDataLoss == .fail, !removesRecords {
                run.invalidReason = try await evicted(truth, topic: topic)
            }
            runs.append(run)
            soFar.keep(runs)
            try await removeGroup(group, from: plan.offsetStore == .zookeeper ? zookeeper : nil)
            try await BlockingThread.run { try LogDirectory.removeRun(directory) }
            try didRun(index, run)
        }
        return runs
    }

    /// Removes what a run has left in a ZooKeeper, where it had one; whoever was asked to end does that himself.
    private func removeGroup(_ group: String, from zookeeper: String?) async throws {
        guard let zookeeper, !Leftovers.shared.isEnding else { return }
        try await BlockingThread.run { try Leftovers.shared.remove("group \(group) in ZooKeeper \(zookeeper)") }
    }

    /// Says which records the broker no longer has; a run that could not read them shows nothing.
    func evicted(_ truth: GroundTruth, topic: String) async throws -> String? {
        try await BlockingThread.run {
            let broker = try KafkaBroker(host.value.configuration, topic: topic)
            defer { broker.close() }
            for (partition, start) in truth.starts.enumerated() where truth.ends[partition] > start {
                let low = try broker.watermarks(of: Int32(partition)).low
                if low > start {
                    return "the broker evicted offsets \(start) to \(low - 1) of partition \(partition) during the run"
                }
            }
            return nil
        }
    }
}

/// What a scenario has come to until now.
final class OutcomeSoFar: Sendable {
    private let kept = Mutex<ExperimentOutcome?>(nil)

    /// The outcome as it would be if nothing came any more; it takes the place of what was kept before.
    func keep(_ outcome: ExperimentOutcome) { kept.withLock { $0 = outcome } }

    /// The runs there are; what else was kept stays.
    func keep(_ runs: [RunResult]) {
        kept.withLock { kept in
            if kept == nil { kept = ExperimentOutcome() }
            kept?.runs = runs
        }
    }

    /// The outcome with a table that is not complete yet.
    func keep(_ outcome: ExperimentOutcome, _ table: ResultTable) {
        var outcome = outcome
        outcome.findings.tables.append(table)
        keep(outcome)
    }

    /// What was kept last; nil where there was nothing yet.
    var outcome: ExperimentOutcome? { kept.withLock { $0 } }
}
