// Runs every row of a reference that this engine can express, and puts the outcomes beside the reference's.
internal import Engine
public import Harness
internal import Ingestion
internal import Judgement
public import Results
internal import Simulation
internal import World

/// Holds kbench against measurements of another engine.
public struct ReferenceRunner: ComparisonRunner {
    /// What a row's run in worker processes gave.
    private struct Outcome: Codable {
        var counts: ReferenceResult.Counts
        var invalidReason: String?
    }

    private let name: String
    private let rows: [SparkReferenceRow]
    private let seed: UInt64
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner for the reference called `name`.
    ///
    /// - Throws: ``Diagnosis`` when there is none of that name.
    public init(
        _ name: String, seed: UInt64, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) throws {
        guard let rows = try SparkReference.rows(of: name) else {
            throw Diagnosis(
                cause: "--against: there is no reference '\(name)'",
                fix: "choose from \(SparkReference.names.joined(separator: ", "))", exitCode: .usage)
        }
        self.name = name
        self.rows = rows
        self.seed = seed
        self.progress = progress
    }

    /// The rows that can be run, by name.
    var rowNames: [String] { rows.filter { $0.setup != nil }.map(\.name) }

    /// Runs the rows in the simulated world.
    ///
    /// - Throws: what an engine throws of itself.
    public func runSimulated() throws -> ReferenceResult {
        let results = try rows.enumerated().map { index, row in
            progress(Double(index) / Double(rows.count), row.name)
            guard row.setup != nil else { return result(of: row, nil, reason: row.reason) }
            guard let counts = try simulate(row) else {
                return result(of: row, nil, reason: "the crash never fired, or found nothing to damage")
            }
            return result(of: row, counts, reason: row.reason)
        }
        return ReferenceResult(against: name, world: Worlds.simulated.rawValue, rows: results)
    }

    /// What a row gives in the simulated world; nil where it is not run, or could show nothing.
    private func simulate(_ row: SparkReferenceRow) throws -> ReferenceResult.Counts? {
        guard let setup = row.setup else { return nil }
        let run = SimulatedRun(
            strategy: setup.strategy, sink: setup.sink, shape: setup.shape, fidelity: setup.fidelity, seed: seed)
        guard try run.live(crash: setup.crash), try run.endure(setup.outage) else { return nil }
        try run.live()
        let verdict = try run.verdict()
        return .init(duplicates: verdict.duplicates, lost: verdict.lost)
    }

    /// Runs the rows in the simulated world and in worker processes, those with one load together.
    ///
    /// - Throws: ``Diagnosis``; no worker and no file is left behind then.
    public func runReal(options: RunOptions) async throws -> ReferenceResult {
        var loads: [(scenario: Scenario, rows: [Int])] = []
        for (index, row) in rows.enumerated() {
            guard let setup = row.setup else { continue }
            let scenario = scenario(of: setup)
            if let known = loads.firstIndex(where: { $0.scenario == scenario }) {
                loads[known].rows.append(index)
            } else {
                loads.append((scenario, [index]))
            }
        }
        let simulated = try rows.map(simulate)
        var outcomes: [Int: Outcome] = [:]
        for load in loads {
            let done = outcomes.count
            let runner = ScenarioRunner(options: options) { [progress, rows] fraction, label in
                progress((Double(done) + fraction * Double(load.rows.count)) / Double(rows.count), label)
            }
            let plans = load.rows.compactMap { rows[$0].setup.map(plan) }
            let runs = try await runner.run(
                load.scenario, plans: plans, steps: load.rows.map { "row \($0 + 1)" }
            ) {
                Outcome(counts: .init(duplicates: $0.duplicates, lost: $0.lost), invalidReason: $0.invalidReason)
            }
            for (index, run) in zip(load.rows, runs) { outcomes[index] = run }
        }
        let results = rows.enumerated().map { index, row in
            guard let run = outcomes[index] else { return result(of: row, nil, reason: row.reason) }
            if let reason = run.invalidReason { return result(of: row, nil, reason: "", fault: reason) }
            return result(of: row, run.counts, simulated: simulated[index], reason: row.reason)
        }
        return ReferenceResult(against: name, world: Worlds.real.rawValue, rows: results)
    }

    /// A row whose run was invalid has neither counts nor a reason, and so fails the comparison.
    private func result(
        of row: SparkReferenceRow, _ measured: ReferenceResult.Counts?, simulated: ReferenceResult.Counts? = nil,
        reason: String, fault: String? = nil
    ) -> ReferenceResult.Row {
        ReferenceResult.Row(
            row: row.name, runs: row.runs, sink: row.sparkSink,
            reference: .init(duplicates: row.duplicates, lost: row.lost),
            strategy: row.setup?.strategy.rawValue, point: row.setup?.crash.description, measured: measured,
            simulated: simulated, reason: reason, fault: fault)
    }

    private func plan(_ setup: SparkReferenceRow.Setup) -> RunPlan {
        RunPlan(
            strategy: setup.strategy, sink: setup.sink, death: .points([setup.crash]), stated: nil, expected: nil,
            outage: setup.outage)
    }

    private func scenario(of setup: SparkReferenceRow.Setup) -> Scenario {
        let shape = setup.shape
        var scenario = Scenario(
            name: "against", summary: "", explanation: "", records: shape.records, partitions: shape.partitions,
            recordBytes: MatrixRunner.recordBytes,
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords), groupCommitBlocks: 1,
            walCompressionLevel: nil, checkpointLagTasks: shape.checkpointLagTasks, fidelity: setup.fidelity,
            seed: seed, runs: [])
        scenario.chunkRecords = shape.chunkRecords
        scenario.arrivals = setup.outage.arrivals
        return scenario
    }
}
