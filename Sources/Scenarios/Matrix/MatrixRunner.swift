// Runs a matrix, in worker processes against a real broker and disk or in the simulated world.
internal import Engine
public import Harness
internal import Ingestion
internal import Judgement
public import Results
internal import Simulation
internal import World

/// Runs the cells of a plan one after the other.
public struct MatrixRunner: ComparisonRunner {
    /// What a cell gave in one of the worlds.
    private struct Outcome: Codable {
        var crashFired: Bool
        var measured: MatrixCell.Measured
        var fault: String?
    }

    private let plan: MatrixPlan
    /// Gets the cells that have been run in worker processes so far.
    var didRun: @Sendable ([MatrixCell]) -> Void = { _ in }
    /// Which part of the cells is run here in worker processes, from 1, and of how many.
    package var shard: (number: Int, count: Int) = (1, 1)
    private let load: LoadSettings?
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner that reports progress as it goes; `load` says what records are, and is where the plan's pattern is from.
    public init(
        plan: MatrixPlan, load: LoadSettings? = nil,
        progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) {
        self.plan = plan
        self.load = load
        self.progress = progress
    }

    /// Runs all cells in the simulated world.
    ///
    /// - Throws: what an engine throws of itself.
    public func runSimulated() throws -> MatrixResult {
        let outcomes = try simulate(plan) { progress(Double($0) / Double(plan.cellCount), $1) }
        let cells = zip(plan.groups, outcomes).flatMap { group, outcomes in
            zip(group.cells, outcomes).map { matrixCell($0, group.outage, $1, simulated: nil) }
        }
        return result(cells, world: .simulated)
    }

    /// Runs all cells in the simulated world, which is quick, and then in worker processes.
    ///
    /// - Throws: ``Diagnosis``; no worker and no file is left behind then.
    public func runReal(options: RunOptions) async throws -> MatrixResult {
        let plan = plan.part(shard)
        let simulated = try simulate(plan) { _, label in progress(0, label) }
        var cells: [MatrixCell] = []
        for (group, simulated) in zip(plan.groups, simulated) {
            let done = cells.count
            let runner = ScenarioRunner(options: options) { [progress] fraction, label in
                progress((Double(done) + fraction * Double(group.cells.count)) / Double(plan.cellCount), label)
            }
            let runs = group.cells.map {
                RunPlan(
                    strategy: $0.strategy, sink: $0.sink, death: .points([$0.crash]), stated: nil,
                    expected: $0.expected,
                    outage: group.outage)
            }
            let outcomes = try await runner.run(
                scenario(of: group), plans: runs, steps: group.cells.map(\.step)
            ) { run in
                Outcome(
                    crashFired: run.crashFired,
                    measured: .init(
                        duplicates: run.duplicates, ingestDuplicates: run.ingestDuplicates,
                        reexecutionDuplicates: run.reexecutionDuplicates, lost: run.lost, redone: run.redone),
                    fault: run.invalidReason ?? MatrixRunner.corruption(run.corrupted))
            }
            for ((cell, outcome), simulated) in zip(zip(group.cells, outcomes), simulated) {
                cells.append(matrixCell(cell, group.outage, outcome, simulated: simulated.measured))
            }
            didRun(cells)
        }
        return result(cells, world: .real, client: options.client ?? .librdkafka)
    }

    /// Puts the steps of all parts together. No worker is run.
    ///
    /// - Throws: ``Diagnosis`` where a cell is missing.
    package func merge(_ journal: StepJournal, client: ClientKind?) throws -> MatrixResult {
        try journal.refuseMissing(of: plan.groups.flatMap { $0.cells.map(\.step) }, repeats: "kbench matrix")
        let simulated = try simulate(plan) { _, label in progress(0, label) }
        let cells = try zip(plan.groups, simulated).flatMap { group, simulated in
            try zip(group.cells, simulated).compactMap { cell, simulated in
                try journal.value(of: cell.step, as: Outcome.self).map {
                    matrixCell(cell, group.outage, $0, simulated: simulated.measured)
                }
            }
        }
        return result(cells, world: .real, client: client ?? .librdkafka)
    }

    /// The outcomes in the simulated world, group by group; `visit` is told the number of each cell and its name.
    private func simulate(
        _ plan: MatrixPlan, _ visit: (_ cell: Int, _ label: String) -> Void
    ) throws -> [[Outcome]] {
        var done = 0
        return try plan.groups.map { group in
            try group.cells.map { cell in
                visit(done, "\(cell.crash)")
                done += 1
                let run = SimulatedRun(
                    strategy: cell.strategy, sink: cell.sink, shape: group.shape, fidelity: plan.fidelity,
                    seed: plan.seed)
                let fired = try run.live(crash: cell.crash)
                if cell.crash.point.isDeath {
                    try run.endure(group.outage)
                    try run.live()
                }
                let verdict = try run.verdict()
                return Outcome(
                    crashFired: fired,
                    measured: .init(
                        duplicates: verdict.duplicates, ingestDuplicates: verdict.ingestDuplicates,
                        reexecutionDuplicates: verdict.reexecutionDuplicates, lost: verdict.lost,
                        redone: verdict.redone),
                    fault: MatrixRunner.corruption(verdict.corrupted))
            }
        }
    }

    private static func corruption(_ records: Int) -> String? { records == 0 ? nil : "\(records) corrupted records" }

    private func matrixCell(
        _ cell: MatrixPlan.Cell, _ outage: Outage, _ outcome: Outcome, simulated: MatrixCell.Measured?
    ) -> MatrixCell {
        MatrixCell(
            strategy: cell.strategy.rawValue, sink: cell.sink.rawValue, fidelity: plan.fidelity.name,
            point: cell.crash.description, row: cell.expected.row,
            rowIsInferred: cell.expected.row.map { RowEvidence.isInferred($0, strategy: cell.strategy) } ?? false,
            crashFired: outcome.crashFired, measured: outcome.measured, simulated: simulated,
            expected: .init(
                duplicates: cell.expected.duplicates, ingestDuplicates: cell.expected.ingestDuplicates,
                lost: cell.expected.lost), fault: outcome.fault, outage: outage.name)
    }

    private func result(_ cells: [MatrixCell], world: Worlds, client: ClientKind? = nil) -> MatrixResult {
        let shape = plan.groups[0].shape
        return MatrixResult(
            world: world.rawValue, fidelity: plan.fidelity.name, client: client?.rawValue, seed: plan.seed,
            load: Load(
                records: shape.records, partitions: shape.partitions, recordBytes: valueBytes,
                blockRecords: shape.blockRecords, batchRecords: shape.batchRecords),
            cells: cells)
    }

    /// Small records: a matrix counts them and does not weigh them.
    static let recordBytes = 32
    private var valueBytes: Int { load?.meanBytes ?? MatrixRunner.recordBytes }

    private func scenario(of group: MatrixPlan.Group) -> Scenario {
        let shape = group.shape
        var scenario = Scenario(
            name: "matrix", summary: "", explanation: "", records: shape.records, partitions: shape.partitions,
            recordBytes: valueBytes,
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords),
            groupCommitBlocks: shape.groupCommitBlocks, walCompressionLevel: nil,
            checkpointLagTasks: shape.checkpointLagTasks, fidelity: plan.fidelity,
            autoCommitBlocks: shape.autoCommitBlocks, seed: plan.seed, runs: [])
        scenario.arrivals = group.outage.arrivals
        scenario.load = load
        return scenario
    }
}
