// What a plan's run is held to, and whether the run could show anything at all.
internal import Engine
internal import Ingestion
package import Judgement
internal import Results
internal import World

extension RunPlan {
    /// What the run is held to.
    package var expectation: RunExpectation {
        RunExpectation(
            form: expected,
            stated: stated.map { Statement(duplicates: $0.duplicates, lost: $0.lost, isRefusal: $0.isRefusal) },
            promisesNoLoss: strategy.promisesNoLoss)
    }
}

/// Pure comparisons of a run with its plan.
package enum RunJudgement {
    /// Why a run shows nothing; nil when it does.
    package static func invalidReason(
        _ plan: RunPlan, crashesFired: Int, unplannedDeaths: Int, verdict: Verdict, isDamageMissing: Bool = false,
        eventFailure: String? = nil
    ) -> String? {
        if unplannedDeaths > 0 {
            return "the worker was killed from outside \(unplannedDeaths) times, which nobody planned"
        }
        if case .points(let crashes) = plan.death, crashesFired < crashes.count {
            let isStop = crashesFired == 0 && plan.stop != nil
            return "the \(isStop ? "stop at" : "crash") \(crashes[crashesFired]) never \(isStop ? "came" : "fired")"
        }
        if plan.death.isFromOutside, crashesFired == 0 {
            return "the worker was done before it was to be killed, \(plan.death.when)"
        }
        if let eventFailure { return eventFailure }
        if isDamageMissing { return "there was nothing to damage when the worker had died" }
        if verdict.produced == 0 { return "no record was produced" }
        return nil
    }
}
