// How runs are to be carried out: with which broker, in which folder, by which worker.
public import Kafka

/// How a scenario is to be run.
public struct RunOptions: Sendable {
    /// An external Kafka's address; nil for the embedded broker.
    public var brokers: String?
    /// librdkafka properties.
    public var properties: [KafkaProperty]
    /// The client that workers read with; nil: the one that the scenario names.
    public var client: ClientKind?
    /// The folder in which a run's files live while it runs; removed afterwards.
    public var workDirectory: String
    /// The binary that has the `worker` command.
    public var workerExecutable: String
    /// The command that repeats the run.
    public var reproduce: String
    /// kbench's version.
    public var version: String
    /// A ZooKeeper's address, `host:port`; nil to start one where a run needs it.
    public var zookeeper: String?
    /// What topics are made with on an external Kafka.
    public var topics = TopicSettings()
    /// The brokers of the embedded cluster, 1 or more.
    public var embeddedBrokers = 1
    /// The folder, on whatever file system, in which the logs of runs lie while they run; removed afterwards. Nil: they lie
    /// with the rest.
    package var logDirectory: String?
    /// A command of the shell that is run to its end between each death of a worker and its next life; nil: none.
    package var betweenLives: String?
    /// Where the steps of a long command are noted, and found again after an interruption; nil: nowhere.
    package var journal: StepJournal?
    /// What the names of steps begin with: a part of a command has its own.
    package var stepPrefix = ""
    /// How long the embedded broker lets the first members of a group wait for more, in milliseconds.
    package var groupDelayMilliseconds = 0

    /// Makes options.
    public init(
        brokers: String?, properties: [KafkaProperty], workDirectory: String, workerExecutable: String,
        reproduce: String, version: String, zookeeper: String? = nil
    ) {
        self.brokers = brokers
        self.properties = properties
        self.workDirectory = workDirectory
        self.workerExecutable = workerExecutable
        self.reproduce = reproduce
        self.version = version
        self.zookeeper = zookeeper
    }
}
