// Runs a matrix, in worker processes against a real broker and disk or in the simulated world.
internal import Engine
public import Report
internal import Simulation
internal import World

/// Runs the cells of a plan one after the other.
public struct MatrixRunner: Sendable {
    /// Where the cells run.
    public enum Worlds: String, CaseIterable, Sendable {
        /// Worker processes that die of SIGKILL.
        case real
        /// One process, in memory, where a crash is a thrown error.
        case simulated
    }

    private let plan: MatrixPlan
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner that reports progress as it goes.
    public init(plan: MatrixPlan, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }) {
        self.plan = plan
        self.progress = progress
    }

    /// Runs all cells in the simulated world.
    ///
    /// - Throws: what an engine throws of itself.
    public func runSimulated() throws -> MatrixResult {
        var cells: [MatrixCell] = []
        for group in plan.groups {
            for cell in group.cells {
                let run = SimulatedRun(
                    strategy: cell.strategy, sink: cell.sink, shape: group.shape, fidelity: plan.fidelity,
                    seed: plan.seed)
                let fired = try run.live(crash: cell.crash)
                if cell.crash.point.isDeath {
                    try run.endure(group.outage)
                    try run.live()
                }
                let verdict = try run.verdict()
                cells.append(
                    matrixCell(
                        cell, group.outage, crashFired: fired,
                        measured: .init(
                            duplicates: verdict.duplicates, ingestDuplicates: verdict.ingestDuplicates,
                            reexecutionDuplicates: verdict.reexecutionDuplicates, lost: verdict.lost,
                            redone: verdict.redone),
                        fault: verdict.corrupted == 0 ? nil : "\(verdict.corrupted) corrupted records"))
                progress(Double(cells.count) / Double(plan.cellCount), "\(cell.crash)")
            }
        }
        return result(cells, world: .simulated)
    }

    /// Runs all cells in worker processes.
    ///
    /// - Throws: ``Diagnosis``; no worker and no file is left behind then.
    public func runReal(options: RunOptions) async throws -> MatrixResult {
        var cells: [MatrixCell] = []
        for group in plan.groups {
            let done = cells.count
            let runner = ScenarioRunner(options: options) { [plan, progress] fraction, label in
                progress((Double(done) + fraction * Double(group.cells.count)) / Double(plan.cellCount), label)
            }
            let runs = group.cells.map {
                RunPlan(
                    strategy: $0.strategy, sink: $0.sink, death: .armed([$0.crash]), stated: nil, expected: $0.expected,
                    outage: group.outage)
            }
            let results = try await runner.run(scenario(of: group), plans: runs).runs
            for (cell, run) in zip(group.cells, results) {
                cells.append(
                    matrixCell(
                        cell, group.outage, crashFired: run.crashFired,
                        measured: .init(
                            duplicates: run.duplicates, ingestDuplicates: run.ingestDuplicates,
                            reexecutionDuplicates: run.reexecutionDuplicates, lost: run.lost, redone: run.redone),
                        fault: run.invalidReason
                            ?? (run.corrupted == 0 ? nil : "\(run.corrupted) corrupted records")))
            }
        }
        return result(cells, world: .real)
    }

    private func matrixCell(
        _ cell: MatrixPlan.Cell, _ outage: Outage, crashFired: Bool, measured: MatrixCell.Measured, fault: String?
    ) -> MatrixCell {
        MatrixCell(
            strategy: cell.strategy.rawValue, sink: cell.sink.rawValue, fidelity: plan.fidelity.name,
            point: cell.crash.description, row: cell.expected.row, crashFired: crashFired, measured: measured,
            expected: .init(
                duplicates: cell.expected.duplicates, ingestDuplicates: cell.expected.ingestDuplicates,
                lost: cell.expected.lost), fault: fault, outage: outage.name)
    }

    private func result(_ cells: [MatrixCell], world: Worlds) -> MatrixResult {
        let shape = plan.groups[0].shape
        return MatrixResult(
            world: world.rawValue, fidelity: plan.fidelity.name, seed: plan.seed,
            load: Load(
                records: shape.records, partitions: shape.partitions, recordBytes: MatrixRunner.recordBytes,
                blockRecords: shape.blockRecords, batchRecords: shape.batchRecords),
            cells: cells)
    }

    /// Small records: a matrix counts them and does not weigh them.
    static let recordBytes = 32

    private func scenario(of group: MatrixPlan.Group) -> Scenario {
        let shape = group.shape
        var scenario = Scenario(
            name: "matrix", summary: "", explanation: "", records: shape.records, partitions: shape.partitions,
            recordBytes: MatrixRunner.recordBytes,
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords),
            groupCommitBlocks: shape.groupCommitBlocks, walCompressionLevel: nil,
            checkpointLagTasks: shape.checkpointLagTasks, fidelity: plan.fidelity,
            autoCommitBlocks: shape.autoCommitBlocks, seed: plan.seed, runs: [])
        scenario.arrivals = group.outage.arrivals
        return scenario
    }
}
