// The experiment `upgrade`: a new version of the program meets the state that the old one left behind.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Offsets
internal import Posix
internal import Results
internal import World

/// Kills version 1 of the program, shows its state to version 2, and tries the ways that lead on.
struct Upgrade: Experiment {
    /// What can be done with the state of another version.
    private enum Way: String {
        /// Nothing special: the state is bound to no version.
        case sameFolder = "same state folder"
        /// Begin anew, as if there had been no state.
        case emptyFolder = "empty state folder"
        /// Take the exported positions along.
        case exported = "exported positions"
        /// Let version 1 output what it has received, and begin anew behind it.
        case drained = "drained by version 1"

        static func all(for strategy: Strategy) -> [Way] {
            if strategy.traits.offsets == .offsetLog { return [.sameFolder, .exported] }
            return strategy.isReceiver ? [.emptyFolder, .exported, .drained] : [.emptyFolder, .exported]
        }
    }

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        guard let shape = scenario.shape else {
            throw Diagnosis(
                cause: "\(scenario.name): upgrade needs block-records and batch-records",
                fix: "cut by count: cuts by time have no closed form", exitCode: .usage)
        }
        let plans = try RunPlan.plans(of: scenario)
        let topic = try await stage.makeTopic(partitions: scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        let executor = stage.executor(of: scenario, topic: topic, truth: truth)
        var outcome = ExperimentOutcome(claimCases: [])
        var rows: [ExperimentRow] = []
        for (index, plan) in plans.enumerated() {
            guard case .points(let crashes) = plan.death, let crash = crashes.first, let sink = plan.sink else {
                throw Diagnosis(
                    cause: "\(scenario.name): a run of upgrade has no crash or no sink",
                    fix: "give every run the crash that version 1 dies of", exitCode: .usage)
            }
            for (number, way) in Way.all(for: plan.strategy).enumerated() {
                stage.progress(
                    Double(index) / Double(plans.count), "\(plan.strategy.rawValue) / \(sink.rawValue), \(way.rawValue)"
                )
                let directory = "\(stage.options.workDirectory)/\(index + 1)-\(number + 1)-\(plan.strategy.rawValue)"
                let run = StagedRun(executor: executor, plan: plan, directory: directory)
                let tool = OffsetsTool(
                    brokers: executor.subject.bootstrap, properties: stage.host.value.configuration.properties,
                    topic: topic)
                let label = "\(plan.strategy.rawValue)/\(sink.rawValue) at \(crash.point), \(way.rawValue)"
                try await play(way, run, crash, tool, label, &outcome)
                let expected = expectation(of: way, plan, sink, crash, shape)
                let row = ExperimentRow(
                    [plan.strategy.rawValue, sink.rawValue, "\(crash)", way.rawValue], label: label,
                    try await run.verdict(), duplicates: expected.duplicates, lost: expected.lost)
                rows.append(row)
                stage.soFar.keep(Upgrade.with(rows, outcome))
                if way == .exported {
                    outcome.compare(row, with: plan)
                    outcome.claimCases?.append(
                        ClaimCase(
                            label: "\(plan.strategy.rawValue)/\(sink.rawValue) killed at \(crash.point)",
                            holds: row.duplicates == 0 && row.lost == 0))
                }
                try await BlockingThread.run { try FileSystem.removeTree(directory) }
            }
        }
        return Upgrade.with(rows, outcome)
    }

    private static func with(_ rows: [ExperimentRow], _ outcome: ExperimentOutcome) -> ExperimentOutcome {
        var outcome = outcome
        outcome.add(
            rows, title: "Version 2 after version 1",
            columns: ["strategy", "sink", "version 1 killed at", "version 2 starts with"])
        return outcome
    }

    /// Version 1 to its death, version 2 in front of its state, and then the way on to the end of the input.
    private func play(
        _ way: Way, _ run: StagedRun, _ crash: ArmedCrash, _ tool: OffsetsTool, _ label: String,
        _ outcome: inout ExperimentOutcome
    ) async throws {
        let first = try await run.live(crash: crash) { $0.engine.programVersion = 1 }
        guard first.crashFired, first.ending == .killed else {
            outcome.findings.invalidReason = "\(label): the crash \(crash) never fired"
            return
        }
        if way == .sameFolder { return try await finish(run) { $0.engine.programVersion = 2 } }
        if run.plan.strategy.traits.offsets != .offsetLog { try await expectRefusal(run, label, &outcome) }
        let group = run.executor.subject.group(in: run.directory)
        switch way {
        case .sameFolder: return
        case .emptyFolder:
            try await finish(run) { $0.startsAnew(in: run) }
        case .drained:
            // Nothing more is received: the input of this life ends where the group's offsets are.
            let ends = try await BlockingThread.run { try tool.positions(of: .kafka(group: group)).positions.offsets }
            try await finish(run) { configuration in
                configuration.engine.programVersion = 1
                for (partition, end) in ends.enumerated() {
                    configuration.engine.ends[partition] = end ?? configuration.engine.starts[partition]
                }
            }
            try await finish(run) { $0.startsAnew(in: run) }
        case .exported:
            let positions = "\(run.directory)/positions.txt"
            let isReceiver = run.plan.strategy.isReceiver
            let isLogFirst = run.plan.strategy.traits.offsets == .offsetLog
            let (old, new) = (run.stateDirectory, run.newStateDirectory)
            let notes = try await BlockingThread.run {
                let from: OffsetsAddress = isLogFirst ? .offsetLog(directory: old) : .checkpoint(directory: old)
                let to: OffsetsAddress = isLogFirst ? .offsetLog(directory: new) : .checkpoint(directory: new)
                let exported = try tool.export(from, committed: isReceiver ? .kafka(group: group) : nil)
                try exported.keep(at: positions, overwrites: false)
                _ = try tool.import(positions, to: to, program: 2, overwrites: false)
                if isReceiver {
                    _ = try tool.import(positions, to: .kafka(group: "\(group)-2"), program: 2, overwrites: false)
                }
                return exported.result.notes
            }
            for note in notes { outcome.findings.notes.append("\(label): \(note)") }
            try await finish(run) {
                $0.startsAnew(in: run)
                if isReceiver { $0.engine.group = "\(group)-2" }
            }
        }
    }

    private func finish(_ run: StagedRun, _ change: (inout WorkerConfiguration) -> Void) async throws {
        let life = try await run.live(change)
        if let diagnosis = life.diagnosis { throw diagnosis }
    }

    /// Version 2 must not go on from the checkpoint of version 1, and must say so in one way.
    private func expectRefusal(_ run: StagedRun, _ label: String, _ outcome: inout ExperimentOutcome) async throws {
        let life = try await run.live { $0.engine.programVersion = 2 }
        guard let refusal = life.diagnosis else {
            outcome.findings.complaints.append("\(label): version 2 did not refuse the checkpoint of version 1")
            return
        }
        // The folder has another name in every run.
        let cause = refusal.cause.replacing(run.directory, with: "RUN")
        let fix = refusal.fix.replacing(run.directory, with: "RUN")
        let note =
            "\(run.plan.strategy.rawValue): version 2 refuses with exit code \(refusal.exitCode.rawValue): \(cause). Fix: \(fix)"
        if !outcome.findings.notes.contains(note) { outcome.findings.notes.append(note) }
        let namesBoth = cause.contains("program version 1") && cause.contains("program version 2")
        if refusal.exitCode != .usage || !namesBoth || !fix.contains("kbench offsets export") {
            outcome.findings.complaints.append("\(label): the refusal does not say what it must: \(cause)")
        }
    }

    /// What a way must come to.
    private func expectation(
        of way: Way, _ plan: RunPlan, _ sink: SinkKind, _ crash: ArmedCrash, _ shape: LoadShape
    ) -> (duplicates: Int, lost: Int) {
        let fidelity = Fidelity.sound
        func outcome(_ strategy: Strategy) -> ExpectedOutcome {
            ExpectedOutcome(strategy: strategy, sink: sink, fidelity: fidelity, crash: crash, shape: shape)
                ?? ExpectedOutcome()
        }
        switch way {
        case .sameFolder, .drained:
            // A restart like any other: n + E.
            let restart = outcome(plan.strategy)
            return (restart.duplicates, restart.lost)
        case .exported:
            // One owner of the positions from here on, so n vanishes. E comes again, in batches with numbers of their own.
            return (sink.traits.toldApartBy != .offset ? outcome(plan.strategy).E : 0, 0)
        case .emptyFolder where plan.strategy.isReceiver:
            // A log that is not replayed is none: what a receiver without one repeats and loses.
            let forgotten = outcome(.receiverReliable)
            return (forgotten.duplicates, forgotten.lost)
        case .emptyFolder:
            // The input from its beginning: whatever is in the sink comes again.
            let schedule = CrashSchedule(strategy: plan.strategy, sink: sink, fidelity: fidelity, shape: shape)
            return (sink.showsEveryWrite ? schedule.output(at: crash) ?? 0 : 0, 0)
        }
    }
}

extension StagedRun {
    /// The state folder of version 2.
    fileprivate var newStateDirectory: String { "\(directory)/state-2" }
}

extension WorkerConfiguration {
    /// Version 2 in a state folder of its own, with the same sink.
    fileprivate mutating func startsAnew(in run: StagedRun) {
        engine.outputDirectory = engine.directory
        engine.directory = run.newStateDirectory
        engine.programVersion = 2
    }
}
