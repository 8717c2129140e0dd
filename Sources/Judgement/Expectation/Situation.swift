// The rows of the semantics table that no crash point has to itself: what has to come together, and how to run it.
public import Ingestion
internal import World

/// A situation: a crash at any of several points that finds the run in a certain state, or something beside a crash.
public struct Situation: Sendable {
    /// The name, as a crash point has one.
    public var name: String
    /// The row of the semantics table.
    public var row: String
    /// What has and has not happened.
    public var standsFor: String
    /// The strategies it can happen to.
    public var strategies: [Strategy]
    /// How to run it: the keys of a scenario or the command.
    public var howToRun: String

    /// All of them, in the order of the rows.
    public static let all: [Situation] = [
        Situation(
            name: "before-first-checkpoint", row: "F",
            standsFor:
                "blocks announced and committed | no checkpoint yet, so a log replayed only with one is not replayed",
            strategies: [.receiverWal],
            howToRun: "fidelity: spark; crash: receiver.poll.before@N before the first batch is full"),
        Situation(
            name: "before-first-position", row: "P0",
            standsFor: "first batch planned, perhaps output | no checkpoint, entry or commit says where to go on",
            strategies: [.direct, .directLogFirst, .directCommit],
            howToRun: "any point of the first batch up to its first record, @1; reset: earliest or latest"),
        Situation(
            name: "output-before-checkpoint", row: "P2b",
            standsFor: "job finished, all output in the sink | its range is not durable",
            strategies: [.direct, .directLogFirst],
            howToRun: "crash: checkpoint.generation.write.before; checkpoint-lag-tasks: at least the partitions "
                + "(direct-log-first: fidelity: plan-after-submit, crash: batch.log.write.before)"),
        Situation(
            name: "damaged-checkpoint", row: "P7",
            standsFor: "run dead | its newest checkpoints end half way when it starts again",
            strategies: [.direct],
            howToRun:
                "a run's key damage: newest-checkpoint or newest-two-checkpoints, beside crash; receivers have it too"),
        Situation(
            name: "second-driver", row: "Z",
            standsFor: "a driver at work | another one starts on the same folder and group",
            strategies: Strategy.allCases.filter { $0 != .raw }, howToRun: "the experiment second-driver"),
    ]
}

extension CrashPointGuide {
    /// The row of the semantics table for a crash at a certain moment and what comes with it: the row of a situation where
    /// there is one, otherwise that of the point.
    static func row(
        of point: CrashPoint, strategy: Strategy, fidelity: Fidelity, at moment: CrashMoment, isForgotten: Bool,
        isUnstored: Bool, damage: Damage?
    ) -> String? {
        switch point.effect {
        case .recoveryOpen, .recoveryRemove, .recoveryTruncate: return nil
        default: if isUnstored { return "P0" }
        }
        if let damage, damage.checkpoints > 0, strategy == .direct { return "P7" }
        if strategy == .directLogFirst, fidelity.has(.plansAfterSubmit), !moment.generationIsDurable,
            point != CrashPoint(.batchPlan, .before), point != CrashPoint(.batchPlan, .after),
            point != CrashPoint(.batchSubmit, .before), !moment.completionIsDurable
        {
            return moment.output == moment.batchRecords ? "P2b" : "P2a"
        }
        return row(of: point, strategy: strategy, at: moment, isForgotten: isForgotten)
    }
}
