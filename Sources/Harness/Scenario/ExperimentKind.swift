// Which experiment a scenario is, by its name: a value, as the scenario holds it.

/// The experiments there are, by the names that scenario files use.
public enum ExperimentKind: String, CaseIterable, Sendable {
    /// Every crash point of some strategies and sinks, one after the other.
    case everyCrashPoint = "every-crash-point"
    /// Two drivers on the same state.
    case secondDriver = "second-driver"

    /// Two workers in one consumer group; one is killed and comes back.
    case rebalance
    /// The output of each strategy with each sink and job, with a crash and without.
    case sameOutput = "same-output"
    /// Text typed into a topic by another program, its words counted through crashes.
    case wordCount = "word-count"
    /// A program's own output operation, with and without a checkpoint of its own.
    case ownOutputOperation = "own-output-operation"
    /// The order of all effects, from the trace of a worker.
    case orderOfEffects = "order-of-effects"
    /// A backlog after an outage, drained in several ways.
    case backlog
    /// Tasks against partitions, or split ranges against a shuffle.
    case parallelism
    /// Tasks near the brokers they read from, or far from them.
    case locality
    /// What is written to disk for what is ingested.
    case copiesOnDisk = "copies-on-disk"
    /// Records read again, from the broker and from the log.
    case readAgain = "read-again"
    /// The price table, for a claim.
    case priceOfGuarantees = "price-of-guarantees"
    /// What direct strategies planned beside what they read.
    case exactRanges = "exact-ranges"
    /// The scenario's own runs, each of which a claim about owners of offsets is tried on.
    case offsetOwners = "offset-owners"
    /// A worker that keeps its offsets in ZooKeeper, and the ZooKeeper goes down.
    case zookeeperOutage = "zookeeper-outage"
    /// A new version of the program meets the state that the old one left.
    case upgrade
    /// Starts with checkpoints that are there, damaged, or not there.
    case getOrCreate = "get-or-create"

    /// The options of the command line that do nothing here, because the experiment brings its own load, and why.
    public var idleOptions: (options: [String], reason: String) {
        switch self {
        case .everyCrashPoint: (["--records", "--record-bytes"], "its load is eight batches, whatever their size")
        case .wordCount: (["--record-bytes"], "its records are lines that are typed")
        default: ([], "")
        }
    }
}
