// The experiment `zookeeper-outage`: the store of the offsets goes down under a receiver.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Posix
internal import Results
internal import World

/// Stops the server before a worker starts, for good before a commit, and for a while before a commit.
struct ZooKeeperOutage: Experiment {
    /// How long the worker waits for a server that stays down, and for one that comes back, in milliseconds. The second
    /// is far more than a start of the server takes on a busy machine.
    private static let impatience = 2_000
    private static let patience = 150_000

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        guard stage.options.zookeeper == nil else {
            throw Diagnosis(
                cause:
                    "\(stage.scenario.name) stops and starts its ZooKeeper, which it cannot do to one with --zookeeper",
                fix: "leave out --zookeeper: a private server is started", exitCode: .usage)
        }
        let topic = try await stage.makeTopic(partitions: stage.scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        var executor = stage.executor(of: stage.scenario, topic: topic, truth: truth)
        let server = try stage.privateZooKeeper()
        executor.subject.zookeeper = server.address
        var outcome = ExperimentOutcome()
        var rows: [ExperimentRow] = []
        let plans = try RunPlan.plans(of: stage.scenario)
        for (index, plan) in plans.enumerated() {
            guard plan.offsetStore == .zookeeper, case .points(let crashes) = plan.death, let crash = crashes.first
            else {
                throw Diagnosis(
                    cause: "\(stage.scenario.name): a run of zookeeper-outage has no crash or other offsets",
                    fix: "give every run offset-store: zookeeper and the crash at which the server goes down",
                    exitCode: .usage)
            }
            for (number, kind) in Kind.allCases.enumerated() {
                stage.progress(Double(index) / Double(plans.count), "ZooKeeper down \(kind.rawValue)")
                let directory = "\(stage.options.workDirectory)/\(index + 1)-\(number + 1)-outage"
                let run = StagedRun(executor: executor, plan: plan, directory: directory)
                let messages = try await play(kind, run, crash, server)
                let verdict = try await run.verdict()
                let sink = plan.sink?.rawValue ?? "none"
                let label = "\(kind.rawValue) (\(crash.point)), \(sink)"
                // What was announced and not committed when the server went is read again, as after a kill there.
                let expected = kind == .forGood ? plan.expected?.duplicates ?? 0 : 0
                let row = ExperimentRow(
                    [kind.rawValue, "\(crash)", sink, messages.isEmpty ? "goes on" : "gives up"],
                    label: label, verdict, duplicates: expected, lost: 0)
                rows.append(row)
                if kind == .forGood { outcome.compare(row, with: plan) }
                check(kind, messages, label, &outcome)
            }
        }
        outcome.add(
            rows, title: "ZooKeeper goes down", columns: ["the server is down", "at", "sink", "the worker"])
        return outcome
    }

    private enum Kind: String, CaseIterable {
        case atStart = "when the worker starts"
        case forGood = "from a commit on"
        case forAWhile = "for a while at a commit"
    }

    /// Plays one outage to the end of the run; returns what workers said that gave up.
    private func play(
        _ kind: Kind, _ run: StagedRun, _ crash: ArmedCrash, _ server: PrivateZooKeeper
    ) async throws -> [Diagnosis] {
        let given: StagedRun.Life
        switch kind {
        case .atStart: given = try await run.live { $0.setPatience(ZooKeeperOutage.impatience) }
        case .forGood: given = try await outage(of: server, under: run, at: crash, comesBack: false)
        case .forAWhile: given = try await outage(of: server, under: run, at: crash, comesBack: true)
        }
        guard given.ending != .finished else { return [] }
        let last = try await server.run { try await run.live() }
        if let diagnosis = last.diagnosis { throw diagnosis }
        return given.diagnosis.map { [$0] } ?? []
    }

    /// Lets a life stand still before its commit, stops the server, and lets it go on; returns how it ended.
    private func outage(
        of server: PrivateZooKeeper, under run: StagedRun, at crash: ArmedCrash, comesBack: Bool
    ) async throws -> StagedRun.Life {
        let pause = run.pause(at: crash)
        let life = try await server.run {
            let life = Task {
                try await run.live {
                    $0.pause = pause
                    $0.setPatience(comesBack ? ZooKeeperOutage.patience : ZooKeeperOutage.impatience)
                }
            }
            do {
                try await run.waitUntilPaused()
            } catch {
                life.cancel()
                throw error
            }
            return life
        }
        return try await withTaskCancellationHandler {
            try PosixDisk().write([], to: pause.resumePath)
            // The commit is under way while the server starts.
            return comesBack ? try await server.run { try await life.value } : try await life.value
        } onCancel: {
            life.cancel()
        }
    }

    private func check(
        _ kind: Kind, _ messages: [Diagnosis], _ label: String, _ outcome: inout ExperimentOutcome
    ) {
        for message in messages {
            outcome.findings.notes.append(
                "\(label): the worker gave up with exit code \(message.exitCode.rawValue): \(message.cause)")
            if message.exitCode != .brokerUnreachable {
                outcome.findings.complaints.append("\(label): exit code \(message.exitCode.rawValue), expected 69")
            }
        }
        let isExpected = kind == .forAWhile ? messages.isEmpty : messages.count == 1
        if !isExpected {
            outcome.findings.complaints.append(
                kind == .forAWhile
                    ? "\(label): the worker gave up although the server came back"
                    : "\(label): the worker did not give up")
        }
    }
}

extension WorkerConfiguration {
    /// How long its ZooKeeper may be silent.
    fileprivate mutating func setPatience(_ milliseconds: Int) {
        guard case .zookeeper(let address, _) = offsetStore else { return }
        offsetStore = .zookeeper(address: address, timeoutMilliseconds: milliseconds)
    }
}
