// A scenario: the load, the runs, the crashes, and what each run is expected to show.
package import BrokerScript
public import Engine
package import Evidence
public import Ingestion
public import Judgement
public import World

/// A scenario as its YAML file states it. `ScenarioFile` reads one; nothing here does I/O.
public struct Scenario: Equatable, Sendable {
    /// The name, equal to the file's without its ending.
    public var name: String
    /// What it shows, in a line.
    public var summary: String
    /// Why it comes out as it does: a paragraph for the report; may be empty.
    public var explanation: String
    /// Records to produce, at least 1.
    public var records: Int
    /// Partitions of the topic, 1 to 1,000.
    public var partitions: Int
    /// Bytes of each record's value, within ``ScenarioLimits``; where the ``load`` says what values are, on average.
    public var recordBytes: Int
    /// How records are made and spread, where they are not all alike and evenly; nil: they are.
    public var load: LoadSettings?
    /// Where the first life of a run begins: behind all records before this time, in milliseconds since 1970; nil: at the
    /// beginning of the load.
    public var startTimestamp: Int64?
    /// What there is to read where that is known only once the load has been produced; nil: all of the load.
    package var found: TopicLayout?
    /// The client that workers read with, unless the command line names one.
    public var client = ClientKind.librdkafka
    /// How blocks and batches are cut.
    public var cuts: Cuts
    /// Blocks that share one sync of the log and one commit, at least 1.
    public var groupCommitBlocks: Int
    /// The zstd level of the write-ahead log, 1 to 19; nil: not compressed.
    public var walCompressionLevel: Int?
    /// Tasks that run before a checkpoint queued earlier is written: the width of the drift window, at least 0.
    public var checkpointLagTasks: Int
    /// Which of Spark's deviations the engine reproduces.
    public var fidelity: Fidelity
    /// For `receiver`: blocks after which the group's offsets are committed, at least 1.
    public var autoCommitBlocks: Int
    /// For receivers: milliseconds between two commits of the group's offsets, in place of after blocks; nil: after blocks.
    public var commitIntervalMilliseconds: Int?
    /// Records that are produced while a worker that died is down, at least 0.
    public var arrivals = 0
    /// For direct strategies with cuts by count: how much the first batch takes that is planned after a crash.
    public var restartBatch = Outage.RestartBatch.limited
    /// Where a worker begins that finds neither checkpoint nor committed offset after a crash.
    public var reset = Outage.Reset.earliest
    /// Times a task is tried before its failure ends the run, at least 1.
    public var taskAttempts = 4
    /// What to do about records that the broker dropped before they were read.
    public var onDataLoss: DataLossPolicy = .fail
    /// How receivers get their partitions.
    public var membership: EngineConfiguration.Membership = .manual
    /// What is made of the records. A job that keeps a state has that in place of sinks: its runs have one element each in
    /// ``Run/sinks``, for the offset-keyed sink, because a state takes every offset once as that does.
    public var job: Job
    /// How much a batch may take and how much may wait for it.
    public var limits: PlanLimits
    /// How a batch's work is divided into tasks.
    public var tasks: TaskSettings
    /// The version of the program that the runs stand for, at least 1: checkpoints are bound to it.
    public var programVersion: Int
    /// Records that a direct task reads and writes at once, at least 1.
    public var chunkRecords = Scenario.usualChunkRecords
    /// The seed, unless the command line gives one.
    public var seed: UInt64
    /// The runs, in the order they happen; an experiment may have none.
    public var runs: [Run]
    /// What happens instead of plain runs; nil for runs.
    public var experiment: ExperimentKind?
    /// For an experiment over strategies: which; empty for all.
    public var strategies: [Strategy]
    /// For an experiment over sinks: which; empty for all.
    public var sinks: [SinkKind]
    /// For an experiment under several fidelities: which; empty for ``fidelity`` alone.
    public var fidelities: [Fidelity]
    /// The claim the scenario is named after, and when it holds.
    public var claim: ClaimStatement?

    /// What a direct task reads and writes at once unless the scenario says otherwise.
    public static let usualChunkRecords = 16_384

    /// How blocks and batches are cut.
    public enum Cuts: Equatable, Sendable {
        /// By record count: exact, for verdicts. A block has at most `block` records, a batch at most `batch`.
        case count(block: Int, batch: Int)
        /// By time: as in production. Both in milliseconds.
        case time(blockMilliseconds: Int, batchMilliseconds: Int)
    }

    /// One strategy with some sinks, crashed alike.
    public struct Run: Equatable, Sendable {
        /// The strategy.
        public var strategy: Strategy
        /// The sinks, each a run of its own; empty only for `raw`, which has none.
        public var sinks: [Expectation]
        /// The crashes, one for each life from the first on; the life after them processes what is left.
        public var crashes: [Crash]
        /// Whether the sinks' expectations were written for these crashes; false after the command line named another
        /// point, when only the closed forms say what to expect.
        public var isAsStated: Bool
        /// After how many milliseconds the first life is killed from outside, in place of crashes; nil: it is not.
        public var crashAfterMilliseconds: Int?
        /// How the first life is asked to leave in order, before the crashes come to those after it; nil: it is not.
        public var stop: Stop?
        /// Where it is asked; nil: at a place that the seed chooses.
        public var stopAt: Crash?
        /// What happens to the engine's files between the crash and the restart; nil: nothing.
        public var damage: Damage?
        /// What happens at the broker between the first death and the next life, one after the other.
        public var between: [BrokerEvent] = []
        /// What happens at the broker while workers live, topic and group left out.
        package var script: [EventWords] = []
        /// For a crash point at which a task fails: how many attempts fail in a row, at least 1.
        public var failures = 1
        /// Who keeps the offsets that the strategy commits; `kafka` also for one that commits none.
        public var offsetStore: OffsetStoreKind

        /// Makes a run.
        public init(
            strategy: Strategy, sinks: [Expectation], crashes: [Crash] = [], isAsStated: Bool = true,
            offsetStore: OffsetStoreKind = .kafka
        ) {
            self.strategy = strategy
            self.sinks = sinks
            self.crashes = crashes
            self.isAsStated = isAsStated
            self.offsetStore = offsetStore
        }
    }

    /// What the scenario states for one sink, in the symbols of the closed forms.
    public struct Expectation: Equatable, Sendable {
        /// The sink.
        public var sink: SinkKind
        /// The duplicates at the sink, such as `n` or `E + n`.
        public var duplicates: SymbolSum
        /// The losses.
        public var lost: SymbolSum
        /// Whether the engine must refuse to go on after the crash; the numbers mean nothing then.
        public var isRefusal = false

        /// The word for a refusal.
        package static let refused = "refused"

        /// Makes an expectation.
        public init(sink: SinkKind, duplicates: SymbolSum, lost: SymbolSum) {
            self.sink = sink
            self.duplicates = duplicates
            self.lost = lost
        }
    }

    /// A crash and when.
    public struct Crash: Equatable, Sendable {
        /// The point.
        public var point: CrashPoint
        /// The occurrence.
        public var occurrence: Occurrence

        /// Makes a crash.
        public init(point: CrashPoint, occurrence: Occurrence) {
            self.point = point
            self.occurrence = occurrence
        }
    }

    /// Which time a point is reached.
    public enum Occurrence: Equatable, Sendable {
        /// This one, from 1: `@7`.
        case exactly(Int)
        /// One drawn by the seed among all there will be: `@seeded`.
        case seeded
        /// The last one there will be: `@last`.
        case last
    }

    /// Makes a scenario.
    public init(
        name: String, summary: String, explanation: String, records: Int, partitions: Int, recordBytes: Int,
        cuts: Cuts, groupCommitBlocks: Int, walCompressionLevel: Int?, checkpointLagTasks: Int,
        fidelity: Fidelity = .sound, autoCommitBlocks: Int = 10, onDataLoss: DataLossPolicy = .fail,
        membership: EngineConfiguration.Membership = .manual, limits: PlanLimits = PlanLimits(),
        tasks: TaskSettings = TaskSettings(), programVersion: Int = 1, seed: UInt64, runs: [Run],
        experiment: ExperimentKind? = nil, strategies: [Strategy] = [], sinks: [SinkKind] = [],
        fidelities: [Fidelity] = [], claim: ClaimStatement? = nil, job: Job = .identity
    ) {
        self.name = name
        self.summary = summary
        self.explanation = explanation
        self.records = records
        self.partitions = partitions
        self.recordBytes = recordBytes
        self.cuts = cuts
        self.groupCommitBlocks = groupCommitBlocks
        self.walCompressionLevel = walCompressionLevel
        self.checkpointLagTasks = checkpointLagTasks
        self.fidelity = fidelity
        self.autoCommitBlocks = autoCommitBlocks
        self.onDataLoss = onDataLoss
        self.membership = membership
        self.limits = limits
        self.tasks = tasks
        self.programVersion = programVersion
        self.seed = seed
        self.runs = runs
        self.experiment = experiment
        self.strategies = strategies
        self.sinks = sinks
        self.fidelities = fidelities
        self.claim = claim
        self.job = job
    }
}
