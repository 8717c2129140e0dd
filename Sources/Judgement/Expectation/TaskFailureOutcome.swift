// Row T: a task fails, is run again, and what it had written by then may be in the sink twice.
internal import Ingestion
internal import World

extension ExpectedOutcome {
    /// The outcome of a failure that strikes as often as `crash` says, each time in a new attempt of the task, and fewer
    /// times than there are attempts. Nobody dies, so nothing else happens.
    static func ofFailure(
        _ crash: ArmedCrash, strategy: Strategy, sink: SinkKind, schedule: CrashSchedule
    ) -> ExpectedOutcome? {
        guard let moment = schedule.moment(at: crash) else { return nil }
        // Later attempts fail at the task's first piece.
        let later = crash.point.effect == .sinkWrite ? moment.firstPiece : 0
        let j = moment.written + (crash.times - 1) * later
        var outcome = ExpectedOutcome()
        outcome.N = moment.batchRecords
        outcome.E = sink.showsEveryWrite ? j : 0
        outcome.duplicates = outcome.E
        outcome.row = "T"
        outcome.derivation =
            sink.showsEveryWrite
            ? "duplicates = j = \(j) over \(crash.times) failed attempts, lost = 0"
            : "duplicates = 0 (the j = \(j) records of \(crash.times) failed attempts leave no trace), lost = 0"
        outcome.derivation += outcome.citation(strategy)
        return outcome
    }
}
