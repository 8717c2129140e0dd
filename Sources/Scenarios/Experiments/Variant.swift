// One of several ways to process the same load, with what its batches and reads came to.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Posix
internal import Results
internal import World

/// A way to process the load, as an experiment compares it with others.
struct Variant: Sendable {
    /// What a person calls it.
    var label: String
    var strategy: Strategy
    var sink = SinkKind.append
    var limits = PlanLimits()
    var tasks = TaskSettings()
    var death = Death.none
    /// What the run must come to; nil where nothing says so.
    var expected: ExpectedOutcome? = ExpectedOutcome()
}

/// What a variant came to.
struct VariantOutcome: Sendable {
    var variant: Variant
    var run: RunResult
    /// The completed batches, in order.
    var batches: [BatchStatistics]
    /// What was planned beside what was read.
    var ranges: RangeEvidence
    /// The most records that waited between receiver and engine.
    var bufferedPeak: Int
    /// From the end of the last life's recovery until all was processed, in seconds.
    var seconds: Double

    /// What is wrong with the run, in a line; nil when nothing is.
    var complaint: String? {
        if let reason = run.invalidReason { return "\(variant.label): invalid: \(reason)" }
        guard !run.agrees else { return nil }
        return "\(variant.label): \(run.duplicates) duplicates, \(run.lost) lost and \(run.corrupted) corrupted; "
            + run.derivation
    }

    var largestBatch: Int { Int(batches.map(\.records).max() ?? 0) }
    /// The longest time from when a batch was due until it was complete, in seconds.
    var longestDelay: Double { Double(batches.map { $0.schedulingDelay + $0.processingTime }.max() ?? 0) / 1e9 }
    /// The time that batches were processed, all together but without the first, in which connections are made.
    var steadySeconds: Double { Double(batches.dropFirst().reduce(0) { $0 + $1.processingTime }) / 1e9 }
    var shuffleBytes: Int { Int(batches.reduce(0) { $0 + $1.shuffleBytes }) }
    /// The tasks of a batch: one number, or the smallest and the largest.
    var tasksPerBatch: String { VariantOutcome.span(batches.map(\.tasks)) }

    /// One number where all are equal, else the smallest and the largest.
    static func span(_ numbers: [Int]) -> String {
        guard let least = numbers.min(), let most = numbers.max() else { return "-" }
        return least == most ? "\(least)" : "\(least) to \(most)"
    }
}

extension Stage {
    /// Carries out `variant` on the load in `topic` and looks at what it left. The folder `name` stays, so that a later
    /// call may go on where this one stopped.
    func execute(
        _ variant: Variant, in name: String, topic: String, truth: GroundTruth,
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> VariantOutcome {
        var changed = scenario
        changed.limits = variant.limits
        changed.tasks = variant.tasks
        let directory = "\(options.workDirectory)/\(name)"
        let plan = RunPlan(
            strategy: variant.strategy, sink: variant.sink, death: variant.death, stated: nil,
            expected: variant.expected)
        var run = try await executor(of: changed, topic: topic, truth: truth)
            .execute(plan, in: directory, progress: progress)
        if run.invalidReason == nil { run.invalidReason = try await evicted(truth, topic: topic) }
        let judged = run
        return try await BlockingThread.run {
            let file = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
            let counters = EngineCounters(storage: file.memory)
            defer { withExtendedLifetime(file) {} }
            let state = "\(directory)/state"
            let idle = counters[.idleAt]
            let recovered = counters[.recoveredAt]
            return VariantOutcome(
                variant: variant, run: judged,
                batches: try BatchStatistics.read(runDirectory: state, disk: PosixDisk()),
                ranges: try RangeEvidence(runDirectory: state, disk: PosixDisk()),
                bufferedPeak: Int(counters[.bufferedRecordsPeak]),
                seconds: idle > recovered ? Double(idle - recovered) / 1e9 : 0)
        }
    }

    /// Removes the folder of a variant.
    func remove(_ name: String) async throws {
        let directory = "\(options.workDirectory)/\(name)"
        try await BlockingThread.run { try LogDirectory.removeRun(directory) }
    }
}

extension ExperimentFindings {
    /// A file with a line for each batch of each variant.
    static func batches(of outcomes: [VariantOutcome]) -> ResultFile {
        let columns = [
            "variant", "batch", "planned_records", "inputs", "tasks", "scheduling_delay_ms", "processing_ms",
            "shuffle_bytes",
        ]
        let rows = outcomes.flatMap { outcome in
            outcome.batches.map { batch in
                [
                    outcome.variant.label, "\(batch.batch)", "\(batch.records)", "\(batch.inputs)", "\(batch.tasks)",
                    "\(Double(batch.schedulingDelay) / 1e6)", "\(Double(batch.processingTime) / 1e6)",
                    "\(batch.shuffleBytes)",
                ]
            }
        }
        return ResultFile(name: "batches.csv", .table(columns, rows))
    }
}
