// A crash with events of the broker behind it: what is gone, forgotten or moved before the next life begins.
internal import Ingestion
internal import World

extension ExpectedOutcome {
    /// The outcome of a crash and of the broker's events that follow; nil where there is no closed form.
    static func afterEvents(
        _ crash: ArmedCrash, strategy: Strategy, sink: SinkKind, fidelity: Fidelity, outage: Outage,
        schedule: CrashSchedule
    ) -> ExpectedOutcome? {
        guard outage.damage == nil, outage.restartBatch == .limited, outage.reset == .earliest,
            !(strategy == .directLogFirst && fidelity.has(.plansAfterSubmit)),
            let (death, endurance) = schedule.death(at: crash, followedBy: outage)
        else { return nil }
        switch endurance {
        case .unknown: return nil
        case .goesOn: return ExpectedOutcome(strategy: strategy, sink: sink, fidelity: fidelity, deaths: [death])
        case .refused:
            var outcome = ExpectedOutcome()
            outcome.isRefused = true
            outcome.derivation = "refused: the position of the next life is not in the log any more"
            return outcome
        }
    }
}
