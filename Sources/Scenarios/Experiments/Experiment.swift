// Experiments: scenarios that are more than one worker at a time, killed and restarted.
internal import Harness
internal import Results

extension ExperimentKind {
    /// What carries it out.
    var experiment: any Experiment {
        switch self {
        case .everyCrashPoint: EveryCrashPoint()
        case .secondDriver: SecondDriver()
        case .rebalance: Rebalance()
        case .sameOutput: SameOutput()
        case .wordCount: WordCount()
        case .ownOutputOperation: OwnOutputOperation()
        case .orderOfEffects: OrderOfEffects()
        case .backlog: Backlog()
        case .parallelism: Parallelism()
        case .locality: Locality()
        case .copiesOnDisk: CopiesOnDisk()
        case .readAgain: ReadAgain()
        case .priceOfGuarantees: PriceOfGuarantees()
        case .exactRanges: ExactRanges()
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
