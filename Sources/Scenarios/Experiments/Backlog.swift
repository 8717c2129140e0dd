// The experiment `backlog`: a worker dies, records pile up, and the restarted worker drains them in several ways.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Results
internal import World

/// What a backlog does to batches, and what helps.
///
/// Each variant processes the first tenth of the load, is killed while idle, and finds the rest when it is started
/// again. Its limits are those of the scenario, each variant with its own alone.
struct Backlog: Experiment {
    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        guard case .time(_, let interval) = scenario.cuts, let rate = scenario.limits.maxRatePerPartition,
            let initial = scenario.limits.initialRate, let buffer = scenario.limits.bufferRecords,
            scenario.tasks.slots > 1
        else {
            throw Diagnosis(
                cause: "\(scenario.name): the experiment backlog has nothing to compare",
                fix:
                    "cut by time, and set task-slots and the limits max-rate-per-partition, backpressure, initial-rate "
                    + "and buffer-records: each is a variant of its own", exitCode: .usage)
        }
        let variants = Backlog.variants(of: scenario)
        var outcomes: [VariantOutcome] = []
        for (index, variant) in variants.enumerated() {
            outcomes.append(
                try await drain(variant, number: index, on: stage) { fraction in
                    stage.progress((Double(index) + fraction) / Double(variants.count), variant.label)
                })
        }
        let bound = Int(rate * Double(interval) / 1000) * scenario.partitions
        let first = Int(initial * Double(interval) / 1000)
        return Backlog.outcome(
            of: outcomes, backlog: scenario.records - Backlog.before(scenario), rateBound: bound, firstBound: first,
            buffer: buffer)
    }

    /// The variants by their labels; the settings come from the scenario.
    private static func variants(of scenario: Scenario) -> [Variant] {
        let limits = scenario.limits
        let work = scenario.tasks.simulatedWorkMicroseconds
        let alone = TaskSettings(simulatedWorkMicroseconds: work)
        let variants = [
            Variant(label: Label.unlimited, strategy: .direct, tasks: alone),
            Variant(
                label: Label.maximum, strategy: .direct,
                limits: PlanLimits(maxRatePerPartition: limits.maxRatePerPartition), tasks: alone),
            Variant(
                label: Label.pid, strategy: .direct, limits: PlanLimits(backpressure: limits.backpressure),
                tasks: alone),
            Variant(
                label: Label.pidWithStart, strategy: .direct,
                limits: PlanLimits(initialRate: limits.initialRate, backpressure: limits.backpressure), tasks: alone),
            Variant(label: Label.tasks, strategy: .direct, tasks: scenario.tasks),
            Variant(label: Label.receiver, strategy: .receiverWal, tasks: alone),
            Variant(
                label: Label.buffer, strategy: .receiverWal, limits: PlanLimits(bufferRecords: limits.bufferRecords),
                tasks: alone),
        ]
        // An idle kill repeats nothing in a sound engine; what the deviations add has no closed form with cuts by time.
        return variants.map { variant in
            var variant = variant
            variant.expected = scenario.fidelity == .sound ? ExpectedOutcome() : nil
            return variant
        }
    }

    private enum Label {
        static let unlimited = "no limit"
        static let maximum = "maximum rate per partition"
        static let pid = "PID backpressure alone"
        static let pidWithStart = "PID backpressure with an initial rate"
        static let tasks = "more parallel tasks"
        static let receiver = "receiver, no bound"
        static let buffer = "receiver, bounded buffer"
    }

    /// The records that are processed before the outage.
    private static func before(_ scenario: Scenario) -> Int { max(scenario.partitions, scenario.records / 10) }

    private func drain(
        _ variant: Variant, number: Int, on stage: Stage, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> VariantOutcome {
        let name = "\(number + 1)-\(variant.strategy.rawValue)"
        let topic = try await stage.makeTopic(partitions: stage.scenario.partitions)
        let before = Backlog.before(stage.scenario)
        let early = try await stage.produceLoad(to: topic, sequences: 0..<before)
        var beginning = variant
        beginning.death = .points([ArmedCrash(CrashPoint(.engineIdle, .before), at: 1)])
        let begun = try await stage.execute(beginning, in: name, topic: topic, truth: early)
        // The outage: the worker is dead, and the producers go on.
        let late = try await stage.produceLoad(to: topic, sequences: before..<stage.scenario.records)
        var drained = try await stage.execute(
            variant, in: name, topic: topic, truth: early.followed(by: late), progress: progress)
        if drained.run.invalidReason == nil { drained.run.invalidReason = begun.run.invalidReason }
        drained.run.agrees = drained.run.agrees && begun.run.agrees
        // What is compared is the draining alone.
        drained.batches.removeFirst(min(begun.batches.count, drained.batches.count))
        try await stage.remove(name)
        return drained
    }

    private static func outcome(
        of outcomes: [VariantOutcome], backlog: Int, rateBound: Int, firstBound: Int, buffer: Int
    ) -> ExperimentOutcome {
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "Draining a backlog of \(backlog) records",
            columns: [
                .init("variant", isNumeric: false), .init("batches"), .init("tasks per batch"), .init("largest batch"),
                .init("longest delay, ms"), .init("drained in, ms"), .init("buffered at most"), .init("duplicates"),
                .init("lost"),
            ])
        for found in outcomes {
            let label = found.variant.label
            table.rows.append([
                label, "\(found.batches.count)", found.tasksPerBatch, "\(found.largestBatch)",
                "\(Int(found.longestDelay * 1000))", "\(Int(found.seconds * 1000))",
                found.variant.strategy.isReceiver ? "\(found.bufferedPeak)" : "-", "\(found.run.duplicates)",
                "\(found.run.lost)",
            ])
            outcome.findings.evidence.merge([
                "\(label): batches": Double(found.batches.count), "\(label): largest batch": Double(found.largestBatch),
                "\(label): longest delay seconds": found.longestDelay, "\(label): seconds to drain": found.seconds,
                "\(label): buffered records at most": Double(found.bufferedPeak),
                "\(label): duplicates": Double(found.run.duplicates), "\(label): lost": Double(found.run.lost),
            ]) { $1 }
        }
        outcome.findings.evidence["backlog records"] = Double(backlog)
        outcome.findings.tables = [table]
        outcome.findings.files = [ExperimentFindings.batches(of: outcomes)]
        outcome.findings.complaints = outcomes.compactMap(\.complaint)
        outcome.findings.notes = [
            "the work of a task is simulated: a pause for each record, so tasks that run at once need no more cores",
            "largest batch: at most \(rateBound) records by the maximum rate, and \(firstBound) in the first batch by "
                + "the initial rate; a receiver's buffer holds at most \(buffer)",
            "direct strategies buffer nothing: their backlog waits in Kafka",
        ]
        outcome.claimCases = cases(
            Dictionary(uniqueKeysWithValues: outcomes.map { ($0.variant.label, $0) }), backlog: backlog,
            rateBound: rateBound, buffer: buffer)
        return outcome
    }

    /// Whether each remedy helps where there is something to be helped: a batch that is the whole backlog.
    private static func cases(
        _ found: [String: VariantOutcome], backlog: Int, rateBound: Int, buffer: Int
    ) -> [ClaimCase] {
        guard let unlimited = found[Label.unlimited], unlimited.largestBatch == backlog,
            let receiver = found[Label.receiver]
        else { return [] }
        let remedies: [(label: String, helps: (VariantOutcome) -> Bool)] = [
            (Label.maximum, { $0.largestBatch <= rateBound && $0.longestDelay < unlimited.longestDelay }),
            (Label.pid, { $0.largestBatch < backlog }),
            (Label.pidWithStart, { $0.largestBatch < backlog && $0.longestDelay < unlimited.longestDelay }),
            (Label.tasks, { $0.seconds < unlimited.seconds }),
            (Label.buffer, { $0.bufferedPeak <= buffer && $0.bufferedPeak < receiver.bufferedPeak }),
        ]
        return remedies.compactMap { label, helps in
            found[label].map { ClaimCase(label: label, holds: helps($0)) }
        }
    }
}
