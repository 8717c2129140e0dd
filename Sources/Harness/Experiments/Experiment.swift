// Experiments: scenarios that are more than one worker at a time, killed and restarted.
internal import Report

/// The experiments there are, by the names that scenario files use.
public enum ExperimentKind: String, CaseIterable, Sendable {
    /// Every crash point of some strategies and sinks, one after the other.
    case everyCrashPoint = "every-crash-point"
    /// The scenario's own runs, each of which a claim about owners of offsets is tried on.
    case offsetOwners = "offset-owners"
    /// A worker that keeps its offsets in ZooKeeper, and the ZooKeeper goes down.
    case zookeeperOutage = "zookeeper-outage"
    /// A new version of the program meets the state that the old one left.
    case upgrade
    /// Starts with checkpoints that are there, damaged, or not there.
    case getOrCreate = "get-or-create"

    var experiment: any Experiment {
        switch self {
        case .everyCrashPoint: EveryCrashPoint()
        case .offsetOwners: OffsetOwners()
        case .zookeeperOutage: ZooKeeperOutage()
        case .upgrade: Upgrade()
        case .getOrCreate: GetOrCreate()
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
