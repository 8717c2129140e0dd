// The concrete runs of a scenario: one per strategy and sink, each with its crash settled.
package import BrokerScript
internal import Engine
package import Ingestion
package import Judgement
package import World

/// One run, settled in every detail before anything starts.
package struct RunPlan: Sendable {
    package var strategy: Strategy
    /// Nil for `raw`, which has no sink.
    package var sink: SinkKind?
    /// How the worker dies.
    package var death: Death
    /// How the first life is asked to leave at the first of its armed places, in place of dying there; nil: it dies.
    package var stop: Stop?
    /// Who keeps the offsets that the strategy commits.
    package var offsetStore = OffsetStoreKind.kafka
    /// What the scenario itself states; nil when it states nothing about this crash.
    package var stated: Scenario.Expectation?
    /// What the semantics predict; nil where they do not give a number (a kill from outside, cuts by time).
    package var expected: ExpectedOutcome?
    /// What happens between the death and the next life.
    package var outage = Outage()
    /// What happens at the broker while workers live.
    package var script: [EventWords] = []
    /// What would be lost if nothing happened at the broker; nil where nothing does, or there is no closed form.
    package var lostWithoutEvents: Int?
    /// What is made of the records; a job that keeps a state needs no sink.
    package var job = Job.identity
    /// Whether a program's own output operation takes the sink's place, and whether it keeps the checkpoint; nil: no.
    package var resultsAreCheckpoint: Bool?
    /// The state folder of a run whose counting sink says which records there are; nil: one at every offset.
    package var existing: String?
    /// Whether the worker leaves a trace of all crash points it passes.
    package var isTraced = false

    /// Makes a plan; whatever is left out does not happen.
    package init(
        strategy: Strategy, sink: SinkKind? = nil, death: Death, stop: Stop? = nil,
        offsetStore: OffsetStoreKind = .kafka, stated: Scenario.Expectation? = nil, expected: ExpectedOutcome? = nil,
        outage: Outage = Outage(), lostWithoutEvents: Int? = nil, job: Job = .identity,
        resultsAreCheckpoint: Bool? = nil, existing: String? = nil, isTraced: Bool = false
    ) {
        self.strategy = strategy
        self.sink = sink
        self.death = death
        self.stop = stop
        self.offsetStore = offsetStore
        self.stated = stated
        self.expected = expected
        self.outage = outage
        self.lostWithoutEvents = lostWithoutEvents
        self.job = job
        self.resultsAreCheckpoint = resultsAreCheckpoint
        self.existing = existing
        self.isTraced = isTraced
    }

    /// Settles the runs of a scenario.
    ///
    /// - Throws: ``Diagnosis`` for a crash that a run never reaches.
    package static func plans(of scenario: Scenario) throws -> [RunPlan] {
        return try scenario.runs.flatMap { run -> [RunPlan] in
            // Nobody knows how often, and where, a receiver commits by time.
            let isTimed = scenario.commitIntervalMilliseconds != nil && run.strategy.isReceiver
            let shape = isTimed ? nil : scenario.shape
            let sinks: [Scenario.Expectation?] = run.sinks.isEmpty ? [nil] : run.sinks
            return try sinks.map { stated in
                let crashes = try settle(run, sink: stated?.sink, in: scenario, shape: shape)
                let outage = scenario.outage(of: run)
                try refuseImpossible(run)
                try refuseImpossibleEvents(of: run, sink: stated?.sink, in: scenario)
                var expected: ExpectedOutcome?
                let isOpen =
                    scenario.composition(isOpenFor: run.strategy, crashes) || scenario.isOpen(run)
                    || run.isScriptOpen
                if crashes.isEmpty, run.crashAfterMilliseconds == nil {
                    expected = run.isScriptOpen ? nil : ExpectedOutcome()
                    if run.isScriptOpen { try refuseSymbols(in: stated, of: run) }
                } else if run.crashAfterMilliseconds != nil {
                    try refuseSymbols(in: stated, of: run)
                } else if let shape, !isOpen, let stop = run.stop {
                    expected = ExpectedOutcome(
                        strategy: run.strategy, sink: stated?.sink ?? .append, job: scenario.job,
                        fidelity: scenario.fidelity,
                        ends: [.stop(stop, at: crashes[0])] + crashes.dropFirst().map { .crash($0) }, shape: shape)
                } else if let shape, !isOpen {
                    expected = ExpectedOutcome(
                        strategy: run.strategy, sink: stated?.sink ?? .append, job: scenario.job,
                        fidelity: scenario.fidelity, crashes: crashes, outage: outage, shape: shape)
                    if run.failures >= scenario.taskAttempts { expected = nil }
                    if expected == nil, !outage.events.isEmpty { try refuseSymbols(in: stated, of: run) }
                } else {
                    try refuseSymbols(in: stated, of: run)
                }
                var plan = RunPlan(
                    strategy: run.strategy, sink: stated?.sink,
                    death: run.crashAfterMilliseconds.map { .time(.milliseconds($0)) }
                        ?? (crashes.isEmpty ? .none : .points(crashes)),
                    stop: run.stop,
                    offsetStore: run.offsetStore, stated: run.isAsStated ? stated : nil, expected: expected,
                    outage: outage, job: scenario.job)
                plan.script = run.script
                if let shape, !isOpen, !outage.events.isEmpty {
                    var quiet = outage
                    quiet.events = []
                    plan.lostWithoutEvents =
                        ExpectedOutcome(
                            strategy: run.strategy, sink: stated?.sink ?? .append, job: scenario.job,
                            fidelity: scenario.fidelity, crashes: crashes, outage: quiet, shape: shape)?.lost
                }
                return plan
            }
        }
    }

    /// Damage needs a death and a strategy that has what is damaged; only a task can fail more than once.
    private static func refuseImpossible(_ run: Scenario.Run) throws {
        if let damage = run.damage {
            guard run.crashes.first?.point.isDeath == true || run.crashAfterMilliseconds != nil else {
                throw Diagnosis(
                    cause:
                        "\(run.strategy.rawValue): damage \(damage.rawValue) without a crash that the worker dies of",
                    fix: "give the run a crash, or leave out damage", exitCode: .usage)
            }
            guard damage.strategies.contains(run.strategy) else {
                throw Diagnosis(
                    cause:
                        "\(run.strategy.rawValue): there is nothing of its own that damage \(damage.rawValue) strikes",
                    fix: "choose from \(damage.strategies.map(\.rawValue).joined(separator: ", ")) for this damage",
                    exitCode: .usage)
            }
        }
        guard run.failures == 1 || run.crashes.first?.point.isDeath == false else {
            throw Diagnosis(
                cause: "\(run.strategy.rawValue): failures \(run.failures) without a point at which a task fails",
                fix: "crash at task.read.fails or sink.write.fails, or leave out failures", exitCode: .usage)
        }
    }

    /// Cuts by time, and partitions that a group hands out, have no closed form everywhere, so nothing gives a symbol its value.
    private static func refuseSymbols(in stated: Scenario.Expectation?, of run: Scenario.Run) throws {
        guard run.isAsStated, let stated, !(stated.duplicates.symbols + stated.lost.symbols).isEmpty else { return }
        throw Diagnosis(
            cause:
                "\(run.strategy.rawValue): \"\(stated.duplicates) / \(stated.lost)\" has symbols, and a crash with cuts "
                + "or commits by time, at a time, at this place in a group, or with these events after it, has no closed "
                + "form that would give them values",
            fix: "cut by block-records and batch-records with manual membership, or state plain numbers",
            exitCode: .usage)
    }

    /// Settles the crash of each life, by what the deaths before it leave to be done.
    private static func settle(
        _ run: Scenario.Run, sink: SinkKind?, in scenario: Scenario, shape: LoadShape?
    ) throws -> [ArmedCrash] {
        // A run that nothing happens to needs no schedule, which for a long load takes long to work out.
        let places = [run.stopPlace].compactMap(\.self) + run.crashes
        if places.isEmpty { return [] }
        try shape.map { try ClosedFormSize.check($0, run.strategy) }
        var schedule = shape.map {
            CrashSchedule(
                strategy: run.strategy, sink: sink ?? .append, job: scenario.job, fidelity: scenario.fidelity, shape: $0
            )
        }
        guard places.count < RunExecutor.mostLives else {
            throw Diagnosis(
                cause: "\(run.strategy.rawValue): \(places.count) crashes, one for each life, are too many",
                fix: "give at most \(RunExecutor.mostLives - 1) crashes", exitCode: .usage)
        }
        return try places.enumerated().map { life, crash in
            let stop = life == 0 ? run.stop : nil
            let name =
                "\(run.strategy.rawValue): \(stop == nil ? "crash" : "stop at") \(crash)"
                + (places.count > 1 ? " of life \(life + 1)" : "")
            let settled = try settle(
                crash, called: name, of: run, schedule: schedule, seed: scenario.seed &+ UInt64(life))
            schedule = stop.map { schedule?.after(.stop($0, at: settled)) } ?? schedule?.after(settled)
            return settled
        }
    }

    /// Turns `@seeded` and `@last` into a number, and refuses a crash that can never happen.
    private static func settle(
        _ crash: Scenario.Crash, called name: String, of run: Scenario.Run, schedule: CrashSchedule?, seed: UInt64
    ) throws -> ArmedCrash {
        guard CrashPointGuide.strategies(of: crash.point.effect).contains(run.strategy) else {
            throw Diagnosis(
                cause: "\(name): the strategy never reaches this point",
                fix: "choose one of its own points: `kbench crash-points` lists them", exitCode: .usage)
        }
        switch (crash.occurrence, schedule?.occurrences(of: crash.point)) {
        case (_, 0?):
            throw Diagnosis(
                cause: "\(name): in this life the point is never reached",
                fix: "choose another point, or an earlier life that leaves something for it to do", exitCode: .usage)
        case (.exactly(let occurrence), let count?):
            guard occurrence <= count else {
                throw Diagnosis(
                    cause: "\(name): with this load the point is reached \(count) times",
                    fix: "choose an occurrence from 1 to \(count), or raise --records", exitCode: .usage)
            }
            return ArmedCrash(crash.point, at: occurrence, times: run.failures)
        case (.exactly(let occurrence), nil): return ArmedCrash(crash.point, at: occurrence, times: run.failures)
        case (.last, let count?) where count > 0: return ArmedCrash(crash.point, at: count, times: run.failures)
        case (.seeded, let count?) where count > 0:
            var random = SeededRandom(seed: seed)
            return ArmedCrash(crash.point, at: Int.random(in: 1...count, using: &random), times: run.failures)
        default:
            throw Diagnosis(
                cause: "\(name): how often this point is reached is not known beforehand",
                fix: "give the occurrence as a number, such as \(crash.point)@1", exitCode: .usage)
        }
    }
}

extension Scenario {
    /// Whether the outcome of a crash depends on how a block's records are spread over the partitions, which nobody knows
    /// beforehand where a group hands the partitions out.
    package func composition(isOpenFor strategy: Strategy, _ crashes: [ArmedCrash]) -> Bool {
        guard membership != .manual, strategy.isReceiver, let crash = crashes.first else { return false }
        return !strategy.traits.logsBlocks || crash.point == CrashPoint(.receiverOffsetsCommit, .torn)
            || fidelity != .sound || crashes.count > 1
    }

    /// Whether nothing foretells what a stop of the run comes to: where a group hands the partitions out, where the next life
    /// may begin at the latest offsets, or where a crash follows that finds more records than there were.
    package func isOpen(_ run: Run) -> Bool {
        guard run.stop != nil else { return false }
        let grows = arrivals > 0 || restartBatch == .unlimited
        return (membership != .manual && run.strategy.isReceiver) || reset == .latest || (grows && !run.crashes.isEmpty)
    }

    /// The load as the closed forms see it; nil when cuts are by time, which no arithmetic can foresee, or tasks are not
    /// one to one with inputs and in order.
    package var shape: LoadShape? {
        guard case .count(let block, let batch) = cuts, tasks.isOneToOneInOrder else { return nil }
        var shape = LoadShape(
            records: records, partitions: partitions, blockRecords: block, batchRecords: batch,
            groupCommitBlocks: groupCommitBlocks, checkpointLagTasks: checkpointLagTasks,
            autoCommitBlocks: autoCommitBlocks,
            chunkRecords: chunkRecords, pattern: pattern)
        shape.found = found
        return shape
    }

    /// What happens after a crash of a run.
    package func outage(of run: Run) -> Outage {
        Outage(
            arrivals: arrivals, restartBatch: restartBatch, reset: reset, damage: run.damage,
            // Without a death nothing happens between two lives.
            events: run.stop == nil && run.crashes.first?.point.isDeath == true ? run.between : [],
            onDataLoss: onDataLoss)
    }
}

extension Scenario.Run {
    /// Whether its script has an event that clients do not ride out, so that nothing foretells what the run comes to.
    var isScriptOpen: Bool {
        let events = (try? BrokerHost.events(script, topic: "topic", group: "group")) ?? []
        return events.contains { !$0.isRiddenOut }
    }

    /// The place of its stop, chosen by the seed where the scenario names none.
    package var stopPlace: Scenario.Crash? {
        guard stop != nil else { return nil }
        let point = CrashPoint(strategy.isReceiver ? .receiverPoll : .taskRead, .after)
        return stopAt ?? Scenario.Crash(point: point, occurrence: .seeded)
    }
}
