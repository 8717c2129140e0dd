// Whether a run's counts agree with what was expected, and whether the run could show anything at all.
internal import Engine
internal import Ingestion
package import Judgement
package import Results
internal import World

/// Pure comparisons of a verdict with its plan.
package enum RunJudgement {
    /// Whether the counts equal the closed form's and the scenario's own statement.
    package static func agrees(_ plan: RunPlan, _ verdict: Verdict, isRefused: Bool = false) -> Bool {
        // Form and statement have to be of one mind; what a refusal leaves in the sink is whatever was there.
        let refusals = [plan.expected?.isRefused, plan.stated?.isRefusal].compactMap { $0 }
        if isRefused { return !refusals.isEmpty && !refusals.contains(false) }
        if refusals.contains(true) { return false }
        guard verdict.corrupted == 0 else { return false }
        guard let expected = plan.expected else {
            // No closed form: what the scenario states in plain numbers is all there is to hold the counts against.
            let isAllowed = verdict.lost == 0 || !plan.strategy.promisesNoLoss
            guard let stated = plan.stated else { return isAllowed }
            return (stated.duplicates.isAny || verdict.duplicates == stated.duplicates.constant)
                && (stated.lost.isAny ? isAllowed : verdict.lost == stated.lost.constant)
        }
        let holdsByForm =
            verdict.duplicates == expected.duplicates && verdict.ingestDuplicates == expected.ingestDuplicates
            && verdict.lost == expected.lost
        guard let stated = plan.stated else { return holdsByForm }
        return holdsByForm
            && (stated.duplicates.isAny || verdict.duplicates == value(of: stated.duplicates, expected))
            && (stated.lost.isAny || verdict.lost == value(of: stated.lost, expected))
    }

    /// The counts that decide: the closed form's; where there is none, what the scenario states in plain numbers.
    package static func expected(_ plan: RunPlan) -> RunResult.ExpectedCounts {
        if plan.expectsRefusal { return .init(duplicates: nil, ingestDuplicates: nil, lost: 0, refused: true) }
        guard let form = plan.expected else {
            return .init(
                duplicates: plan.stated?.duplicates.constant, ingestDuplicates: nil,
                lost: plan.stated?.lost.constant ?? 0)
        }
        return .init(duplicates: form.duplicates, ingestDuplicates: form.ingestDuplicates, lost: form.lost)
    }

    /// Where the counts that decide come from, and what the scenario states where that is something else.
    package static func derivation(_ plan: RunPlan) -> String {
        if plan.stated?.isRefusal == true {
            return (plan.expected.map { "\($0.derivation); " } ?? "no closed form: ") + "the scenario states a refusal"
        }
        guard let form = plan.expected else {
            guard let stated = plan.stated else {
                return "no closed form and nothing stated: held to no loss where none is allowed"
            }
            return "no closed form: the scenario states duplicates \(stated.duplicates.constant), "
                + "lost \(stated.lost.constant)"
        }
        guard let stated = plan.stated else { return form.derivation }
        if form.isRefused { return "\(form.derivation); the scenario states numbers" }
        let (duplicates, lost) = (value(of: stated.duplicates, form), value(of: stated.lost, form))
        guard duplicates != form.duplicates || lost != form.lost else { return form.derivation }
        return "\(form.derivation); the scenario states duplicates \(stated.duplicates) = \(duplicates), "
            + "lost \(stated.lost) = \(lost)"
    }

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

    /// The number that a scenario's sum of symbols stands for.
    package static func value(of sum: SymbolSum, _ outcome: ExpectedOutcome) -> Int {
        sum.symbols.reduce(sum.constant) { total, symbol in
            switch symbol {
            case .n: total + outcome.n
            case .k: total + outcome.k
            case .N: total + outcome.N
            case .E: total + outcome.E
            case .G: total + outcome.G
            }
        }
    }
}
