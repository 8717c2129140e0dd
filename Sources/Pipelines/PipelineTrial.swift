// One run of a pipeline: its load, its lives, at most one kill, and the verdict over what it has put out.
internal import Harness
internal import Judgement
internal import Kafka
internal import KafkaProxy
internal import Posix
internal import Results
internal import World

/// What a run left to judge by.
struct TrialOutcome: Sendable {
    var run: JudgeResult.Run
    var census: [WirePoint: Int] = [:]
    /// How many frames passed the filters of each trigger that was to be counted.
    var counted: [WireTrigger: Int] = [:]
    var ledger = WireLedger()
    /// Lives that ended with an error.
    var failures: [String] = []
    /// Rows that were there at the kill and are gone.
    var rowsGone = 0
}

/// A run that is to be carried out.
struct PipelineTrial: Sendable {
    let pipeline: Pipeline
    let seed: UInt64
    let trims: Bool
    let isInLockstep: Bool
    let host: Handed<BrokerHost>
    /// The kill; nil: none.
    let kill: WireTrigger?
    /// What is to be counted.
    let counts: [WireTrigger]
    /// The run's own folder, by its whole path.
    let folder: String
    let reproduce: String

    /// Lives that may end with an error, one after the other.
    private static let mostFailures = 3

    /// Carries the run out.
    ///
    /// - Throws: ``Diagnosis`` when the pipeline cannot be started, or an error of the broker or the disk.
    func carryOut() async throws -> TrialOutcome {
        let topic = "kbench-judge-\(Processes.processID)-\(MonotonicClock().now() / 1000)"
        try PosixDisk().makeDirectory("\(folder)/state")
        let ends = try await makeInput(topic)
        let (broker, victim) = (try await openBroker(topic), Victim())
        let outputPath = "\(folder)/output"
        var values = Placeholders.Values(
            bootstrap: "", topic: topic, outputTopic: "\(topic)-output", group: "\(topic)-group", output: outputPath,
            state: "\(folder)/state")
        Leftovers.shared.note(group: values.group, at: host.value.configuration.bootstrap)
        let filled = values.filled(pipeline.output)
        let output = RowFiles(
            filled.hasPrefix("/") ? filled : "\(pipeline.folder)/\(filled)", pipeline.identity,
            ignoring: pipeline.ignored)
        try output.remove()
        // Wherever it is, it was made by this run.
        let left = "output \(output.path)"
        Leftovers.shared.note(left) { try output.remove() }
        defer { try? Leftovers.shared.remove(left) }
        let proxy = try await startProxy(output, victim)
        values.bootstrap = proxy.bootstrap
        var outcome = TrialOutcome(
            run: JudgeResult.Run(
                point: kill.map { "\($0.unnumbered)" }, occurrence: kill?.occurrence, reproduce: reproduce))
        do {
            let lives = Lives(trial: self, values: values, output: output, proxy: proxy, broker: broker, ends: ends)
            try await lives.live(victim, &outcome)
            (outcome.census, outcome.ledger) = try await BlockingThread.run { (proxy.census, proxy.ledger) }
            outcome.counted = try await BlockingThread.run { proxy.seen }
            try? await close(proxy, broker)
        } catch {
            try? await close(proxy, broker)
            throw error
        }
        try judge(output, &outcome)
        return outcome
    }

    private func close(_ proxy: KafkaProxy, _ broker: Handed<KafkaBroker>) async throws {
        try await BlockingThread.run {
            proxy.stop()
            broker.value.close()
        }
    }

    /// Makes the topic and fills it.
    private func makeInput(_ topic: String) async throws -> [Offset] {
        let (load, seed) = (pipeline.load, seed)
        return try await BlockingThread.run { [host] in
            try host.value.createTopic(topic, partitions: load.partitions)
            let producer = try KafkaProducer(host.value.configuration, topic: topic)
            defer { producer.close() }
            // One batch for each partition at a time.
            let round = load.partitions * load.batchRecords
            for start in stride(from: 0, to: load.records, by: round) {
                let count = min(round, load.records - start)
                let delivery = try producer.produce(count: count, recordCapacity: load.recordBytes + 64) {
                    place, buffer in
                    let number = start + place
                    let value = RowIdentity.value(of: number, bytes: load.recordBytes, seed: seed)
                    buffer.copyBytes(from: value)
                    return OutgoingRecord(partition: Partition(number % load.partitions), valueLength: value.count)
                }
                guard delivery.confirmed == count else {
                    throw Diagnosis(
                        cause: "\(count - delivery.confirmed) of \(count) records were not taken by the broker",
                        fix: "look at the broker's log", exitCode: .invalidRun)
                }
            }
            return (0..<load.partitions).map { Offset((load.records - $0 + load.partitions - 1) / load.partitions) }
        }
    }

    private func openBroker(_ topic: String) async throws -> Handed<KafkaBroker> {
        try await BlockingThread.run { [host] in
            Handed(try KafkaBroker(host.value.configuration, topic: topic))
        }
    }

    private func startProxy(_ output: RowFiles, _ victim: Victim) async throws -> KafkaProxy {
        let bootstrap = host.value.configuration.bootstrap
        guard let brokers = ProxySettings.brokers(of: bootstrap) else {
            throw Diagnosis(
                cause: "--brokers \(bootstrap): the proxy needs each broker as host:port",
                fix: "write it as in --brokers one:9092,two:9092", exitCode: .usage)
        }
        var settings = ProxySettings(brokers: brokers)
        settings.trims = trims
        if isInLockstep { settings.lockstep = Lockstep { output.size } }
        let (kill, counts) = (kill, counts)
        return try await BlockingThread.run { [settings] in
            let proxy = try KafkaProxy.start(settings) { fired in
                if fired.action == .kill { victim.kill() }
            }
            for trigger in counts { proxy.arm(trigger, .stop) }
            if let kill { proxy.arm(kill, .kill) }
            return proxy
        }
    }

    /// The records by number, and where each lies.
    private var production: Production {
        let partitions = pipeline.load.partitions
        return Production(count: pipeline.load.records) { number in
            (partition: Partition(number % partitions), offset: Offset(number / partitions))
        }
    }

    /// What is there now, and what follows from it.
    func lookAtKill(_ output: RowFiles, committed: [Offset?], _ run: inout JudgeResult.Run) throws {
        var tally = Tally(count: pipeline.load.records)
        try output.count(into: &tally)
        run.fired = true
        run.atKill = .init(sinkRows: tally.delivered, committed: committed.map { $0.map { Int64($0) } })
        guard pipeline.offsetsAreGroups, let form = KillForm(tally, of: production, committed: committed) else {
            return
        }
        run.expected = .init(duplicates: form.duplicates, lost: form.lost)
    }

    private func judge(_ output: RowFiles, _ outcome: inout TrialOutcome) throws {
        let verdict = try Verdict(of: [output], against: production)
        outcome.run.produced = verdict.produced
        outcome.run.delivered = verdict.delivered
        outcome.run.duplicates = verdict.duplicates
        outcome.run.lost = verdict.lost
        outcome.run.foreign = verdict.corrupted
        if let expected = outcome.run.expected.duplicates {
            outcome.run.agrees = verdict.duplicates == expected && verdict.lost == outcome.run.expected.lost
        }
        if let atKill = outcome.run.atKill { outcome.rowsGone = max(0, atKill.sinkRows - verdict.delivered) }
        if let kill, !outcome.run.fired, outcome.run.invalidReason == nil {
            let count = outcome.census[kill.point] ?? 0
            outcome.run.invalidReason = "the kill at \(kill) never came: \(count) frames came to the point"
        }
    }

    /// The lives of a run, one after the other.
    struct Lives: Sendable {
        let trial: PipelineTrial
        let values: Placeholders.Values
        let output: RowFiles
        let proxy: KafkaProxy
        let broker: Handed<KafkaBroker>
        let ends: [Offset]

        private func subject(_ command: [String]) -> CommandSubject {
            let own = trial.pipeline.environment.map { ($0.name, values.filled($0.value)) }
            return CommandSubject(
                command.map(values.filled),
                environment: values.environment.merging(own) { $1 }, folder: trial.pipeline.folder,
                output: LineDeliveries(output.path) { _ in nil })
        }

        private func watch() -> LifeWatch {
            LifeWatch(
                limits: trial.pipeline.drain, output: output, proxy: proxy, broker: broker, topic: values.topic,
                ends: ends, group: trial.pipeline.offsetsAreGroups ? values.group : nil)
        }

        /// Lets the pipeline live until all is done, or it will not be.
        func live(_ victim: Victim, _ outcome: inout TrialOutcome) async throws {
            try await prepare()
            let clock = ContinuousClock()
            let start = clock.now
            defer { outcome.run.seconds = (clock.now - start) / .seconds(1) }
            var failures = 0
            while true {
                let watch = watch()
                let ending = try await subject(trial.pipeline.command).live([:]) { life in
                    victim.set(life)
                    try await watch.follow(life)
                }
                victim.set(nil)
                try Task.checkCancellation()
                if victim.hasFired {
                    try await takeStock(watch, &outcome.run)
                    victim.spare()
                } else if let decided = watch.outcome {
                    switch decided {
                    case .drained(let by): outcome.run.drainedBy = by
                    case .timedOut:
                        let limit = trial.pipeline.drain.timeoutSeconds
                        outcome.run.invalidReason = "it was not done after \(limit) s"
                    }
                    return
                } else {
                    switch ending.exit {
                    case .finished:
                        outcome.run.drainedBy = "exit"
                        return
                    case .killed:
                        outcome.run.invalidReason = "it was killed by somebody else"
                        return
                    case .failed(let diagnosis):
                        failures += 1
                        outcome.failures.append(diagnosis.cause)
                        guard failures <= PipelineTrial.mostFailures else {
                            outcome.run.invalidReason = "\(failures) lives ended with an error: \(diagnosis.cause)"
                            return
                        }
                    }
                }
                outcome.run.restarts += 1
                try await beginAgain()
            }
        }

        /// Runs what has to be done before.
        private func prepare() async throws {
            for command in trial.pipeline.setup {
                switch try await subject(command).live([:], during: { _ in }).exit {
                case .finished: break
                case .failed(let diagnosis):
                    throw Diagnosis(cause: "setup: \(diagnosis.cause)", fix: diagnosis.fix, exitCode: .invalidRun)
                case .killed:
                    throw Diagnosis(
                        cause: "setup: \(command.joined(separator: " ")) was killed", fix: "run it by itself",
                        exitCode: .invalidRun)
                }
            }
        }

        /// Waits for what was under way, and looks at what is there.
        private func takeStock(_ watch: LifeWatch, _ run: inout JudgeResult.Run) async throws {
            let proxy = proxy
            _ = try await BlockingThread.run { proxy.settle() }
            let committed = try await watch.committed(values.group)
            try trial.lookAtKill(output, committed: committed, &run)
        }

        /// Sends members off, and lets the next life connect.
        private func beginAgain() async throws {
            let proxy = proxy
            try await BlockingThread.run {
                proxy.freeze()
                proxy.evict()
                proxy.release()
            }
        }
    }
}

extension WireTrigger {
    /// The point with its filters.
    var unnumbered: String { String("\(self)".prefix { $0 != "@" }) }
}
