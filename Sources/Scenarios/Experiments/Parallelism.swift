// The experiment `parallelism`: how tasks relate to partitions, and what more tasks than partitions cost.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Results
internal import World

/// Two questions of one load. Without `min-partitions` and `repartition`: how many tasks has a batch of each strategy,
/// on a topic with as many partitions as the scenario says and on one with twice as many? With both of them: one task
/// per partition, split ranges and a shuffle, side by side.
struct Parallelism: Experiment {
    /// How often each way is timed; the fastest counts, because nothing makes a run faster than it is.
    private static let rounds = 3

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        switch (stage.scenario.tasks.minPartitions, stage.scenario.tasks.repartition) {
        case (nil, nil): return try await countTasks(on: stage)
        case (let least?, let partitions?): return try await compare(least, partitions, on: stage)
        default:
            throw Diagnosis(
                cause: "\(stage.scenario.name): the experiment parallelism compares min-partitions with repartition",
                fix: "set both, or neither to count tasks against partitions", exitCode: .usage)
        }
    }

    // MARK: Tasks against partitions

    private func countTasks(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        let strategies = scenario.strategies.isEmpty ? [.direct, .receiverWal] : scenario.strategies
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "Tasks against partitions",
            columns: [
                .init("strategy", isNumeric: false), .init("topic partitions"), .init("batches"),
                .init("partitions with new records"), .init("blocks per batch"), .init("tasks per batch"),
                .init("duplicates"), .init("lost"),
            ])
        var holds: [Strategy: Bool] = [:]
        var all: [VariantOutcome] = []
        let sizes = [scenario.partitions, scenario.partitions * 2]
        for (index, partitions) in sizes.enumerated() {
            let topic = try await stage.makeTopic(partitions: partitions)
            let truth = try await stage.produceLoad(to: topic, partitions: partitions)
            for (place, strategy) in strategies.enumerated() {
                let label = "\(strategy.rawValue), \(partitions) partitions"
                let done = Double(index * strategies.count + place) / Double(sizes.count * strategies.count)
                stage.progress(done, label)
                let name = "\(partitions)-\(strategy.rawValue)"
                let found = try await stage.execute(
                    Variant(label: label, strategy: strategy), in: name, topic: topic, truth: truth)
                try await stage.remove(name)
                all.append(found)
                let withRecords = found.batches.map { found.ranges.partitionsRead[$0.batch] ?? 0 }
                table.rows.append([
                    strategy.rawValue, "\(partitions)", "\(found.batches.count)", VariantOutcome.span(withRecords),
                    strategy.isReceiver ? VariantOutcome.span(found.batches.map(\.inputs)) : "-", found.tasksPerBatch,
                    "\(found.run.duplicates)", "\(found.run.lost)",
                ])
                outcome.findings.evidence["\(label): tasks per batch at most"] = Double(
                    found.batches.map(\.tasks).max() ?? 0)
                outcome.findings.evidence["\(label): batches whose tasks are its partitions"] = Double(
                    zip(found.batches, withRecords).count { $0.tasks == $1 })
                outcome.findings.evidence["\(label): batches"] = Double(found.batches.count)
                stage.soFar.keep(outcome, table)
                holds[strategy] =
                    (holds[strategy] ?? true) && !found.batches.isEmpty
                    && Parallelism.isAsClaimed(found, withRecords)
            }
        }
        outcome.findings.tables = [table]
        outcome.findings.files = [ExperimentFindings.batches(of: all)]
        outcome.findings.complaints = all.compactMap(\.complaint)
        outcome.claimCases = strategies.map { ClaimCase(label: $0.rawValue, holds: holds[$0] ?? false) }
        return outcome
    }

    /// Direct: in every batch as many tasks as partitions with new records. Receiver: as many as blocks, and not as many
    /// as partitions in every batch.
    private static func isAsClaimed(_ found: VariantOutcome, _ withRecords: [Int]) -> Bool {
        let pairs = zip(found.batches, withRecords)
        guard found.variant.strategy.isReceiver else { return pairs.allSatisfy { $0.tasks == $1 } }
        return found.batches.allSatisfy { $0.tasks == $0.inputs } && !pairs.allSatisfy { $0.tasks == $1 }
    }

    // MARK: Split ranges against a shuffle

    private func compare(_ least: Int, _ partitions: Int, on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        let strategy = scenario.strategies.first ?? .directLogFirst
        let slots = scenario.tasks.slots
        let work = scenario.tasks.simulatedWorkMicroseconds
        func variant(_ label: String, _ tasks: TaskSettings) -> Variant {
            Variant(label: label, strategy: strategy, tasks: tasks)
        }
        let variants = [
            variant(Label.oneToOne, TaskSettings(slots: slots, simulatedWorkMicroseconds: work)),
            variant(Label.split, TaskSettings(slots: slots, minPartitions: least, simulatedWorkMicroseconds: work)),
            variant(
                Label.shuffle, TaskSettings(slots: slots, repartition: partitions, simulatedWorkMicroseconds: work)),
            variant(Label.bareOneToOne, TaskSettings(slots: slots)),
            variant(Label.bareShuffle, TaskSettings(slots: slots, repartition: partitions)),
        ]
        let topic = try await stage.makeTopic(partitions: scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        var rounds: [[VariantOutcome]] = variants.map { _ in [] }
        for round in 0..<Parallelism.rounds {
            for (index, variant) in variants.enumerated() {
                stage.progress(
                    Double(round * variants.count + index) / Double(Parallelism.rounds * variants.count), variant.label)
                let name = "\(round + 1)-\(index + 1)"
                rounds[index].append(try await stage.execute(variant, in: name, topic: topic, truth: truth))
                try await stage.remove(name)
            }
        }
        let fastest = rounds.compactMap { $0.min { $0.steadySeconds < $1.steadySeconds } }
        var outcome = Parallelism.comparison(of: fastest, partitions: scenario.partitions, slots: slots)
        outcome.claimCases = Parallelism.cases(
            Dictionary(uniqueKeysWithValues: fastest.map { ($0.variant.label, $0) }), partitions: scenario.partitions,
            slots: slots, bytes: scenario.records * scenario.recordBytes)
        outcome.findings.complaints = rounds.joined().compactMap(\.complaint)
        return outcome
    }

    private static func comparison(of found: [VariantOutcome], partitions: Int, slots: Int) -> ExperimentOutcome {
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "\(partitions) partitions, \(slots) task slots",
            columns: [
                .init("tasks", isNumeric: false), .init("batches"), .init("tasks per batch"), .init("bytes moved"),
                .init("time in later batches, ms"), .init("duplicates"), .init("lost"),
            ])
        for variant in found {
            let label = variant.variant.label
            table.rows.append([
                label, "\(variant.batches.count)", variant.tasksPerBatch, "\(variant.shuffleBytes)",
                "\(Int(variant.steadySeconds * 1000))", "\(variant.run.duplicates)", "\(variant.run.lost)",
            ])
            outcome.findings.evidence.merge([
                "\(label): tasks per batch at most": Double(variant.batches.map(\.tasks).max() ?? 0),
                "\(label): bytes moved": Double(variant.shuffleBytes),
                "\(label): seconds in later batches": variant.steadySeconds,
                "\(label): duplicates": Double(variant.run.duplicates), "\(label): lost": Double(variant.run.lost),
            ]) { $1 }
        }
        outcome.findings.tables = [table]
        outcome.findings.files = [ExperimentFindings.batches(of: found)]
        outcome.findings.notes = [
            "bytes moved are written to shuffle files by the tasks that read and read back by the tasks that write",
            "the time is that of all batches but the first, in the fastest of \(rounds) rounds",
            "the work of a task is simulated: a pause for each record",
        ]
        return outcome
    }

    private enum Label {
        static let oneToOne = "one to one"
        static let split = "split ranges"
        static let shuffle = "shuffle"
        static let bareOneToOne = "one to one, no work"
        static let bareShuffle = "shuffle, no work"
    }

    private static func cases(
        _ found: [String: VariantOutcome], partitions: Int, slots: Int, bytes: Int
    ) -> [ClaimCase] {
        guard let oneToOne = found[Label.oneToOne], let split = found[Label.split], let shuffle = found[Label.shuffle],
            let bareOneToOne = found[Label.bareOneToOne], let bareShuffle = found[Label.bareShuffle]
        else { return [] }
        return [
            ClaimCase(
                label: "one to one leaves slots idle",
                holds: partitions < slots && oneToOne.batches.allSatisfy { $0.tasks <= partitions }),
            ClaimCase(
                label: "a shuffle moves every record", holds: shuffle.shuffleBytes >= bytes && split.shuffleBytes == 0),
            ClaimCase(
                label: "a shuffle takes time of its own",
                holds: bareShuffle.steadySeconds > bareOneToOne.steadySeconds),
            ClaimCase(
                label: "a free ratio uses the slots and moves nothing",
                holds: split.batches.contains { $0.tasks > partitions } && split.shuffleBytes == 0
                    && split.steadySeconds < oneToOne.steadySeconds),
        ]
    }
}
