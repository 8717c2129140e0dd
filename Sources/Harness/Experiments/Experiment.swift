// Experiments: scenarios that are more than one worker at a time, killed and restarted.
internal import Report

/// The experiments there are, by the names that scenario files use.
public enum ExperimentKind: String, CaseIterable, Sendable {
    /// Every crash point of some strategies and sinks, one after the other.
    case everyCrashPoint = "every-crash-point"
    /// A backlog after an outage, drained in several ways.
    case backlog
    /// Tasks against partitions, or split ranges against a shuffle.
    case parallelism
    /// What direct strategies planned beside what they read.
    case exactRanges = "exact-ranges"

    var experiment: any Experiment {
        switch self {
        case .everyCrashPoint: EveryCrashPoint()
        case .backlog: Backlog()
        case .parallelism: Parallelism()
        case .exactRanges: ExactRanges()
        }
    }
}

/// What a scenario does instead of plain runs.
protocol Experiment: Sendable {
    /// Carries the experiment out; whatever it finds to be not as expected is a complaint, not an error.
    ///
    /// - Throws: ``Diagnosis`` when it could not be carried out.
    func run(on stage: Stage) async throws -> ExperimentOutcome
}

/// What an experiment came to.
struct ExperimentOutcome: Sendable {
    /// Runs with a strategy and a sink, which are judged and printed as those of any scenario.
    var runs: [RunResult] = []
    /// Everything else.
    var findings = ExperimentFindings()
    /// The cases that the scenario's claim was tried on; nil: its runs and the scenario's own conditions say.
    var claimCases: [ClaimCase]?
}
