// A kill that is to be tried: at a point or at a moment, and whether it may come elsewhere where it does not come there.
internal import Results

/// One kill of a judged pipeline; neither a point nor a moment: the run without a kill.
struct PlannedKill: Sendable {
    var trigger: PipelineTrigger?
    /// In milliseconds from when the pipeline asks for records.
    var moment: Int?
    /// The how-manieth try of the same, from 1.
    var time = 1
    /// Whether nobody has named the frame or the moment, so that another is as good.
    var mayMove = false

    /// What results and journals call it; empty for the run without a kill.
    var name: String { trigger?.description ?? moment.map { "\(PipelineTrial.moment)@\($0)" } ?? "" }

    /// The same kill sooner, after a run in which it never came: a pipeline with threads of its own does not meet each point
    /// as often in each run, and one that ends by itself is not always done at the same time.
    ///
    /// - Returns: nil where it came, where it may not move, where there is no sooner, and where records are missing or there
    ///   twice without it: that run counts.
    func sooner(than outcome: TrialOutcome) -> PlannedKill? {
        let run = outcome.run
        guard mayMove, !run.fired, run.drainedBy != nil, run.duplicates + run.lost + run.foreign == 0 else {
            return nil
        }
        var kill = self
        if let moment {
            guard moment > 0 else { return nil }
            kill.moment = moment / 2
        } else if let trigger {
            let met = outcome.counted[trigger] ?? outcome.census[trigger.point] ?? 0
            guard met > 0, met < trigger.occurrence else { return nil }
            kill.trigger?.occurrence = (met + 1) / 2
        } else {
            return nil
        }
        return kill
    }
}
