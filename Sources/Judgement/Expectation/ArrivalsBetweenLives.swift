// Several lives with arrivals between them: what each crash costs when the load has grown before it.
public import Ingestion
public import World

extension ExpectedOutcome {
    /// The outcome of a run whose lives end at `crashes`, each followed by its outage, in which records arrive or the
    /// restart takes more at once.
    ///
    /// Nil for a receiver; for a reset or damage; where a sink that trusts a batch's number can meet a plan that has grown;
    /// and when a life never reaches its point that often.
    public init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound,
        crashes: [(crash: ArmedCrash, outage: Outage)], shape: LoadShape
    ) {
        let trustsNumbers = sink == .batchKeyed && (strategy == .direct || fidelity.has(.plansAfterSubmit))
        guard !strategy.isReceiver, strategy != .raw, !trustsNumbers,
            crashes.allSatisfy({ $0.crash.point.isDeath && $0.outage.damage == nil && $0.outage.reset == .earliest })
        else { return nil }
        var schedule = CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, shape: shape)
        var deaths: [CrashSchedule.Death] = []
        for (crash, outage) in crashes {
            guard let death = schedule.death(at: crash, outage: outage) else { return nil }
            deaths.append(death)
            schedule = death.next
        }
        self.init(strategy: strategy, sink: sink, fidelity: fidelity, deaths: deaths)
    }
}
