// The experiment `own-output-operation`: a library user's operation that stores offset ranges with its results.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Results
internal import World

/// Runs the same output operation twice through a crash: once with the ranges it stored as its checkpoint, and once with
/// the start left to the strategy.
struct OwnOutputOperation: Experiment {
    /// The operation has stored a batch and the engine does not know it; a batch is half processed; and nobody dies, but
    /// a task fails when its records were handed over.
    private static let points = [
        CrashPoint(.sinkSync, .after), CrashPoint(.sinkWrite, .after), CrashPoint(.sinkWrite, .fails),
    ]

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let shape = try stage.shapeByCount()
        let scenario = stage.scenario
        let strategies = (scenario.strategies.isEmpty ? Strategy.allCases : scenario.strategies)
            .filter(\.promisesNoLoss)
        var plans: [RunPlan] = []
        for isCheckpoint in [true, false] {
            // Without a checkpoint of the operation's own, a strategy that keeps its offsets with the output has none.
            for strategy in strategies where isCheckpoint || strategy.traits.offsets != .sink {
                for point in OwnOutputOperation.points {
                    plans += OwnOutputOperation.plan(strategy, point, isCheckpoint: isCheckpoint, scenario, shape)
                }
            }
        }
        let runs = try await stage.execute(plans)
        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title: "An operation that stores each batch's offset ranges with its results",
            columns: [
                .init("strategy", isNumeric: false), .init("begins", isNumeric: false),
                .init("at", isNumeric: false), .init("produced"), .init("stored"), .init("duplicates"),
                .init("lost"), .init("expected"),
            ])
        var cases: [ClaimCase] = []
        for (plan, run) in zip(plans, runs) {
            let begins = plan.resultsAreCheckpoint == true ? "behind the ranges it stored" : "where the strategy says"
            let expected = plan.expected?.duplicates ?? 0
            table.rows.append([
                run.strategy, begins, run.crashPoint ?? "-", "\(run.produced)", "\(run.delivered)", "\(run.duplicates)",
                "\(run.lost)", "\(expected) / 0",
            ])
            if let reason = run.invalidReason { outcome.findings.invalidReason = "\(run.strategy): \(reason)" }
            if !run.agrees {
                outcome.findings.complaints.append(
                    "\(run.strategy), which begins \(begins), at \(run.crashPoint ?? "-"): \(run.duplicates) duplicates and "
                        + "\(run.lost) lost, expected \(expected) and 0")
            }
            let label = "\(run.strategy) that begins \(begins)"
            cases.append(ClaimCase(label: label, holds: run.duplicates == 0 && run.lost == 0))
            outcome.findings.evidence["\(label), \(run.crashPoint ?? "-"), duplicates"] = Double(run.duplicates)
            outcome.findings.evidence["\(label), \(run.crashPoint ?? "-"), lost"] = Double(run.lost)
        }
        outcome.findings.tables = [table]
        // The claim is about an operation that keeps its own checkpoint; the other is there to compare.
        outcome.claimCases = zip(plans, cases).filter { $0.0.resultsAreCheckpoint == true }.map(\.1)
        return outcome
    }

    private static func plan(
        _ strategy: Strategy, _ point: CrashPoint, isCheckpoint: Bool, _ scenario: Scenario, _ shape: LoadShape
    ) -> [RunPlan] {
        let schedule = CrashSchedule(strategy: strategy, sink: .append, fidelity: scenario.fidelity, shape: shape)
        guard let count = schedule.occurrences(of: point), count > 0 else { return [] }
        let crash = ArmedCrash(point, at: count / 2 + 1)
        var expected = ExpectedOutcome()
        if isCheckpoint {
            expected.derivation = "ranges and results are stored in one step: 0 / 0"
        } else if !point.isDeath {
            expected.derivation = "what the failed task had handed over is forgotten: 0 / 0"
        } else {
            guard
                let form = ExpectedOutcome(
                    strategy: strategy, sink: .append, fidelity: scenario.fidelity, crash: crash, shape: shape)
            else { return [] }
            expected = form
            if point.effect == .sinkWrite {
                // The operation stores whole batches, so of the one in flight it had nothing.
                expected.duplicates -= form.k
                expected.ingestDuplicates = min(form.ingestDuplicates, expected.duplicates)
            }
        }
        return [
            RunPlan(
                strategy: strategy, sink: .append, death: .points([crash]), stated: nil, expected: expected,
                resultsAreCheckpoint: isCheckpoint)
        ]
    }
}
