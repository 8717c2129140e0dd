// The experiment `same-output`: is a run with a crash told apart from one without by whoever reads its output?
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Results
internal import World

/// Runs every strategy that promises no loss, with every sink and job, once in peace and once for each of some crashes,
/// and compares the digests of what they put out.
struct SameOutput: Experiment {
    /// Where batches are left half done, done and not known to be, and where records come in twice.
    private static let points = [
        CrashPoint(.sinkWrite, .after), CrashPoint(.sinkSync, .after), CrashPoint(.stateRename, .before),
        CrashPoint(.receiverOffsetsCommit, .before),
    ]

    /// A strategy with one kind of output.
    private struct Output {
        var strategy: Strategy
        var sink: SinkKind
        var job: Job
    }

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let shape = try stage.shapeByCount()
        let scenario = stage.scenario
        let strategies = (scenario.strategies.isEmpty ? Strategy.allCases : scenario.strategies)
            .filter(\.promisesNoLoss)
        let sinks = scenario.sinks.isEmpty ? SinkKind.keepingRows : scenario.sinks
        let outputs = strategies.flatMap { strategy in
            sinks.filter(strategy.canWrite).map { Output(strategy: strategy, sink: $0, job: .identity) }
                + Job.allCases.filter(\.keepsState).map { Output(strategy: strategy, sink: .append, job: $0) }
        }
        let plans = outputs.map { SameOutput.plans(of: $0, scenario, shape) }
        let runs = try await stage.execute(plans.flatMap { $0 })
        var outcome = ExperimentOutcome()
        outcome.findings.tables = [
            ResultTable(
                title: "Output with a crash, compared with output without",
                columns: [
                    .init("strategy", isNumeric: false), .init("output", isNumeric: false),
                    .init("killed at", isNumeric: false), .init("duplicates"), .init("lost"),
                    .init("digest without", isNumeric: false), .init("digest with", isNumeric: false),
                    .init("same", isNumeric: false), .init("expected", isNumeric: false),
                ])
        ]
        outcome.claimCases = []
        var first = 0
        for plans in plans {
            SameOutput.compare(plans, Array(runs[first..<first + plans.count]), &outcome)
            first += plans.count
        }
        return outcome
    }

    /// A run without a crash, and one for each point that the output's strategy comes to.
    private static func plans(of output: Output, _ scenario: Scenario, _ shape: LoadShape) -> [RunPlan] {
        let peace = RunPlan(
            strategy: output.strategy, sink: output.sink, death: .none, stated: nil, expected: ExpectedOutcome(),
            job: output.job)
        let schedule = CrashSchedule(
            strategy: output.strategy, sink: output.sink, job: output.job, fidelity: scenario.fidelity, shape: shape)
        return [peace]
            + points.compactMap { point in
                guard let count = schedule.occurrences(of: point), count > 0 else { return nil }
                let crash = ArmedCrash(point, at: count / 2 + 1)
                var plan = peace
                plan.death = .points([crash])
                plan.expected = ExpectedOutcome(
                    strategy: output.strategy, sink: output.sink, job: output.job, fidelity: scenario.fidelity,
                    crash: crash, shape: shape)
                return plan
            }
    }

    /// Holds each crashed run against the one in peace, which is the first.
    private static func compare(_ plans: [RunPlan], _ runs: [RunResult], _ outcome: inout ExperimentOutcome) {
        guard let peace = runs.first else { return }
        let label = peace.label
        var isSameEverywhere = true
        for run in runs {
            if let reason = run.invalidReason { outcome.findings.invalidReason = "\(label): \(reason)" }
            if !run.agrees {
                outcome.findings.complaints.append(
                    "\(label) at \(run.crashPoint ?? "no crash"): \(run.duplicates) duplicates and \(run.lost) lost "
                        + "(\(run.derivation))")
            }
        }
        for (plan, run) in zip(plans, runs).dropFirst() {
            let isSame = run.outputDigest == peace.outputDigest
            // Output is the same exactly where the closed form has nothing twice and nothing missing.
            let isSameByForm = plan.expected?.duplicates == 0 && plan.expected?.lost == 0
            isSameEverywhere = isSameEverywhere && isSame
            if isSame != isSameByForm {
                outcome.findings.complaints.append(
                    "\(label) at \(run.crashPoint ?? ""): the output is \(isSame ? "the same" : "another"), and the closed "
                        + "form says \(isSameByForm ? "the same" : "another")")
            }
            outcome.findings.tables[0].rows.append([
                run.strategy, run.sink, run.crashPoint ?? "-", "\(run.duplicates)", "\(run.lost)",
                String((peace.outputDigest ?? "-").prefix(8)), String((run.outputDigest ?? "-").prefix(8)),
                isSame ? "yes" : "no", isSameByForm ? "yes" : "no",
            ])
        }
        outcome.findings.evidence["\(label) crashes"] = Double(runs.count - 1)
        outcome.findings.evidence["\(label) other output"] = Double(
            runs.dropFirst().count { $0.outputDigest != peace.outputDigest })
        outcome.claimCases?.append(ClaimCase(label: label, holds: isSameEverywhere))
    }
}
