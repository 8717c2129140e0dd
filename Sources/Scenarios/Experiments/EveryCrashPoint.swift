// The experiment `every-crash-point`: a matrix, summed up per strategy and sink.
internal import Engine
internal import Harness
internal import Ingestion
internal import Results
internal import World

/// Kills workers at every crash point of the scenario's strategies with its sinks.
struct EveryCrashPoint: Experiment {
    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        guard case .count(let block, let batch) = scenario.cuts else {
            throw Diagnosis(
                cause: "\(scenario.name): every-crash-point needs block-records and batch-records",
                fix: "cut by count: what a crash point does has no closed form with cuts by time", exitCode: .usage)
        }
        let fidelities = scenario.fidelities.isEmpty ? [scenario.fidelity] : scenario.fidelities
        var cells: [MatrixCell] = []
        for (index, fidelity) in fidelities.enumerated() {
            let plan = try MatrixPlan(
                strategies: scenario.strategies.isEmpty ? Strategy.allCases : scenario.strategies,
                sinks: scenario.sinks.isEmpty ? SinkKind.keepingRows : scenario.sinks, points: nil,
                fidelity: fidelity, partitions: scenario.partitions, blockRecords: block, batchRecords: batch,
                seed: scenario.seed)
            var runner = MatrixRunner(plan: plan) { fraction, label in
                stage.progress((Double(index) + fraction) / Double(fidelities.count), label)
            }
            let before = cells
            runner.didRun = { now in
                stage.soFar.keep(outcome(of: before + now, conditions: scenario.claim?.conditions ?? []))
            }
            var options = stage.options
            options.workDirectory += "/matrix"
            options.stepPrefix += "\(fidelity.name)/"
            cells += try await runner.runReal(options: options).cells
        }
        return outcome(of: cells, conditions: scenario.claim?.conditions ?? [])
    }

    private func outcome(of cells: [MatrixCell], conditions: [ClaimCondition]) -> ExperimentOutcome {
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "Every crash point",
            columns: [
                .init("strategy", isNumeric: false), .init("sink", isNumeric: false),
                .init("fidelity", isNumeric: false), .init("crash points"),
                .init("most duplicates"), .init("at", isNumeric: false), .init("most lost"), .init("as expected"),
            ])
        var cases: [ClaimCase] = []
        for (label, cells) in groups(of: cells) {
            guard let worst = cells.max(by: { $0.measured.duplicates < $1.measured.duplicates }),
                let lossiest = cells.max(by: { $0.measured.lost < $1.measured.lost })
            else { continue }
            let agreeing = cells.count { $0.agrees && $0.crashFired }
            table.rows.append([
                worst.strategy, worst.sink, worst.fidelity, "\(cells.count)", "\(worst.measured.duplicates)",
                worst.measured.duplicates == 0 ? "-" : worst.point, "\(lossiest.measured.lost)",
                "\(agreeing) of \(cells.count)",
            ])
            outcome.findings.evidence["\(label) crash points"] = Double(cells.count)
            outcome.findings.evidence["\(label) most duplicates"] = Double(worst.measured.duplicates)
            outcome.findings.evidence["\(label) most lost"] = Double(lossiest.measured.lost)
            if !conditions.isEmpty {
                cases.append(
                    ClaimCase(label: label, holds: cells.allSatisfy { cell in conditions.allSatisfy(cell.meets) }))
            }
        }
        outcome.findings.tables = [table]
        outcome.claimCases = cases
        for cell in cells where !cell.agrees {
            outcome.findings.complaints.append(
                "\(cell.strategy)/\(cell.sink) (\(cell.fidelity)) at \(cell.point): \(cell.measured.duplicates) duplicates and "
                    + "\(cell.measured.lost) lost, expected \(cell.expected.duplicates) and \(cell.expected.lost)"
                    + (cell.fault.map { "; \($0)" } ?? ""))
        }
        for cell in cells where cell.worldsAgree == false {
            outcome.findings.complaints.append(
                "\(cell.strategy)/\(cell.sink) (\(cell.fidelity)) at \(cell.point) is not the same in the simulated world"
            )
        }
        if let silent = cells.first(where: { !$0.crashFired }) {
            outcome.findings.invalidReason = "the crash \(silent.point) of \(silent.strategy) never fired"
        }
        return outcome
    }

    /// The cells of each strategy and sink, in the matrix's order.
    private func groups(of cells: [MatrixCell]) -> [(label: String, cells: [MatrixCell])] {
        var groups: [(label: String, cells: [MatrixCell])] = []
        for cell in cells {
            let label = "\(cell.strategy)/\(cell.sink)" + (cell.fidelity == "sound" ? "" : " (\(cell.fidelity))")
            if let index = groups.firstIndex(where: { $0.label == label }) {
                groups[index].cells.append(cell)
            } else {
                groups.append((label, [cell]))
            }
        }
        return groups
    }
}

extension MatrixCell {
    fileprivate func meets(_ condition: ClaimCondition) -> Bool {
        condition.holds(
            duplicates: measured.duplicates, ingestDuplicates: measured.ingestDuplicates,
            reexecutionDuplicates: measured.reexecutionDuplicates, lost: measured.lost)
    }
}
