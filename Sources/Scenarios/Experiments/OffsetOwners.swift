// The experiment `offset-owners`: the scenario's runs, with the claim tried on two owners and on one.
internal import Engine
internal import Harness
internal import Ingestion
internal import Results

/// Runs the scenario's own runs. The claim holds where the strategies with two owners of their offsets read records
/// twice and those with one do not, all without losing any.
struct OffsetOwners: Experiment {
    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let plans = try RunPlan.plans(of: stage.scenario)
        var outcome = ExperimentOutcome(runs: try await stage.execute(plans))
        outcome.claimCases = zip(plans, outcome.runs).map { plan, run in
            let store = run.offsetStore.map { " with offsets in \($0)" } ?? ""
            outcome.findings.evidence["\(run.label)\(store) ingest duplicates"] = Double(run.ingestDuplicates)
            return ClaimCase(
                label: "\(run.label)\(store)",
                holds: run.lost == 0 && (run.ingestDuplicates > 0) == plan.strategy.commitsOffsets)
        }
        return outcome
    }
}
