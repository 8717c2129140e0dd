// The experiment `get-or-create`: a start that finds no checkpoint, a good one, damaged ones, or none that is good.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Posix
internal import Results
internal import World

/// Kills a worker behind a checkpoint, changes the checkpoints, and starts it again.
struct GetOrCreate: Experiment {
    private enum Kind: String, CaseIterable {
        case first = "none yet"
        case good = "good"
        case newestDamaged = "newest damaged"
        case twoDamaged = "two newest damaged"
        case allDamaged = "all damaged, then restored"
        case removed = "all removed"
    }

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        guard let shape = scenario.shape else {
            throw Diagnosis(
                cause: "\(scenario.name): get-or-create needs block-records and batch-records",
                fix: "cut by count: cuts by time have no closed form", exitCode: .usage)
        }
        let topic = try await stage.makeTopic(partitions: scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        let executor = stage.executor(of: scenario, topic: topic, truth: truth)
        let strategies = scenario.strategies.isEmpty ? [.direct, .receiverWal] : scenario.strategies
        let sinks = scenario.sinks.isEmpty ? [.append, .offsetKeyed] : scenario.sinks
        var outcome = ExperimentOutcome(claimCases: [])
        var rows: [ExperimentRow] = []
        for strategy in strategies {
            for sink in sinks {
                for kind in Kind.allCases {
                    let number = rows.count + 1
                    stage.progress(
                        Double(rows.count) / Double(strategies.count * sinks.count * Kind.allCases.count),
                        "\(strategy.rawValue) / \(sink.rawValue), \(kind.rawValue)")
                    let crash = try crash(strategy, sink, scenario, shape)
                    let plan = RunPlan(strategy: strategy, sink: sink, death: .points([crash]))
                    let run = StagedRun(
                        executor: executor, plan: plan,
                        directory: "\(stage.options.workDirectory)/\(number)-\(strategy.rawValue)")
                    let label = "\(strategy.rawValue)/\(sink.rawValue), checkpoints \(kind.rawValue)"
                    let start = try await play(kind, run, crash, label, &outcome)
                    let row = ExperimentRow(
                        [strategy.rawValue, sink.rawValue, kind.rawValue, start], label: label, try await run.verdict(),
                        duplicates: expectation(of: kind, strategy, sink, crash, shape), lost: 0)
                    rows.append(row)
                    stage.soFar.keep(GetOrCreate.with(rows, outcome))
                    // With none that is readable it neither recovers nor begins anew.
                    outcome.claimCases?.append(
                        ClaimCase(
                            label: "checkpoints \(kind == .allDamaged ? "all damaged" : kind.rawValue)",
                            holds: kind != .allDamaged && row.lost == 0))
                    try await BlockingThread.run { try FileSystem.removeTree(run.directory) }
                }
            }
        }
        return GetOrCreate.with(rows, outcome)
    }

    private static func with(_ rows: [ExperimentRow], _ outcome: ExperimentOutcome) -> ExperimentOutcome {
        var outcome = outcome
        outcome.add(rows, title: "Get or create", columns: ["strategy", "sink", "checkpoints", "the start"])
        return outcome
    }

    /// Dies right behind the completion of a batch in the middle of the load.
    private func crash(
        _ strategy: Strategy, _ sink: SinkKind, _ scenario: Scenario, _ shape: LoadShape
    ) throws -> ArmedCrash {
        let point = CrashPoint(.completionCheckpointRename, .after)
        let schedule = CrashSchedule(strategy: strategy, sink: sink, fidelity: scenario.fidelity, shape: shape)
        guard let count = schedule.occurrences(of: point), count >= 3 else {
            throw Diagnosis(
                cause: "\(strategy.rawValue): get-or-create needs checkpoints, and at least three batches",
                fix: "choose from direct, receiver, receiver-reliable and receiver-wal, and raise --records",
                exitCode: .usage)
        }
        return ArmedCrash(point, at: (count + 1) / 2)
    }

    /// Plays one case to the end of the input; returns what the start did.
    private func play(
        _ kind: Kind, _ run: StagedRun, _ crash: ArmedCrash, _ label: String, _ outcome: inout ExperimentOutcome
    ) async throws -> String {
        if kind == .first {
            try await finish(run)
            return "creates"
        }
        let first = try await run.live(crash: crash)
        guard first.crashFired, first.ending == .killed else {
            outcome.findings.invalidReason = "\(label): the crash \(crash) never fired"
            return "-"
        }
        let folder = "\(run.stateDirectory)/checkpoints"
        let names = try PosixDisk().list(folder).filter { $0.hasPrefix("checkpoint-") && !$0.contains(".") }
        let damaged: Int =
            switch kind {
            case .newestDamaged: 1
            case .twoDamaged: 2
            case .allDamaged: names.count
            case .first, .good, .removed: 0
            }
        var kept: [(path: String, bytes: [UInt8])] = []
        for name in names.suffix(damaged) {
            let path = "\(folder)/\(name)"
            let bytes = try PosixDisk().contents(of: path)
            kept.append((path, bytes))
            // Half of it, as a disk that lost the rest would show it.
            try PosixDisk().write(Array(bytes.prefix(bytes.count / 2)), to: path)
        }
        if kind == .removed { for name in names { try PosixDisk().remove("\(folder)/\(name)") } }
        if kind == .allDamaged {
            let refused = try await run.live()
            if let refusal = refused.diagnosis {
                let cause = refusal.cause.replacing(run.directory, with: "RUN")
                let note =
                    "\(run.plan.strategy.rawValue), all damaged: refuses with exit code \(refusal.exitCode.rawValue): \(cause)"
                if !outcome.findings.notes.contains(note) { outcome.findings.notes.append(note) }
            } else {
                outcome.findings.complaints.append("\(label): the start did not refuse damaged checkpoints")
            }
            // Nothing was touched by the refusal, so that with the files back all goes on.
            for (path, bytes) in kept { try PosixDisk().write(bytes, to: path) }
        }
        let steppedOver = try await finish(run)
        let expected = kind == .allDamaged ? 0 : damaged
        if steppedOver != expected {
            outcome.findings.complaints.append(
                "\(label): \(steppedOver) checkpoints stepped over, expected \(expected)")
        }
        return switch kind {
        case .first: "creates"
        case .good: "restores"
        case .newestDamaged, .twoDamaged: "restores, \(steppedOver) stepped over"
        case .allDamaged: "refuses, then restores"
        case .removed: "creates"
        }
    }

    @discardableResult
    private func finish(_ run: StagedRun) async throws -> Int {
        let life = try await run.live()
        if let diagnosis = life.diagnosis { throw diagnosis }
        return life.damagedCheckpoints
    }

    /// The duplicates a case must come to; nothing may be lost in any.
    private func expectation(
        of kind: Kind, _ strategy: Strategy, _ sink: SinkKind, _ crash: ArmedCrash, _ shape: LoadShape
    ) -> Int {
        guard sink.showsEveryWrite else { return 0 }
        // Without its newest checkpoint the batch is as if the crash had come before it: all output, not complete.
        let before = ArmedCrash(CrashPoint(.completionCheckpointRename, .before), at: crash.occurrence)
        let rerun = ExpectedOutcome(strategy: strategy, sink: sink, crash: before, shape: shape)?.E ?? 0
        switch kind {
        case .first, .good, .allDamaged: return 0
        case .newestDamaged, .twoDamaged: return rerun
        case .removed:
            // The log of events knows which batches are complete but the last; `direct` has nothing but its checkpoint.
            if strategy.isReceiver { return rerun }
            let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: shape)
            return schedule.output(at: crash) ?? 0
        }
    }
}
