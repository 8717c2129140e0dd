// Everything that decides how one engine runs: the strategy, the sink, the cuts, the limits.
public import Evidence
public import Ingestion
public import World

/// The configuration of one run of the engine; the same for every life of the worker that runs it.
public struct EngineConfiguration: Codable, Equatable, Sendable {
    /// How records get in.
    public var strategy: Strategy
    /// Where output goes; not used by `raw`, and not by a job that keeps a state.
    public var sink: SinkKind
    /// What is made of the records.
    public var job: Job
    /// The folder that holds the engine's state, and the sink and the evidence where they have no folder of their own.
    public var directory: String
    /// The folder that holds the sink and the evidence; nil: that of the state. Two states can so write to one sink.
    public var outputDirectory: String?
    /// The version of the program: stands for the application's code, to which its checkpoints are bound. At least 1.
    public var programVersion: Int
    /// The consumer group whose offsets receivers and `direct-commit` commit.
    public var group: String
    /// For each partition, from 0, the offset at which this life's input begins where nothing stored says otherwise.
    public var starts: [Offset]
    /// For each partition, the offset at which this life's input ends: the engine is done when all before it is processed.
    /// A partition that the topic does not have yet is waited for, and read from where its input begins. With
    /// ``openEnd`` it never is, and blocks and batches have to be cut by time.
    public var ends: [Offset]
    /// How blocks and batches are cut.
    public var cuts: Cuts
    /// Blocks that share one sync of the log and one commit, at least 1.
    public var groupCommitBlocks: Int
    /// The zstd level of the write-ahead log; nil: not compressed.
    public var walCompressionLevel: Int32?
    /// The size at which a segment of the write-ahead log is closed, in bytes.
    public var walSegmentBytes: Int64
    /// Tasks that run before a queued checkpoint is written: the width of the drift window. A checkpoint never waits
    /// longer than until the batch's last task.
    public var checkpointLagTasks: Int
    /// Which of Spark's deviations the engine reproduces.
    public var fidelity: Fidelity
    /// For `receiver`: the group's offsets are committed after every so many blocks, at least 1.
    public var autoCommitBlocks: Int
    /// Records that a task reads and writes in one piece.
    public var chunkRecords: Int
    /// Times a task is tried before its failure ends the run, at least 1.
    public var taskAttempts: Int
    /// For direct strategies with cuts by count: whether the first batch that this life plans takes everything up to the
    /// high watermarks. Spark's catch-up without a maximum rate.
    public var firstBatchIsUnlimited: Bool
    /// How long a read may stand still before it is an error, in milliseconds.
    public var readTimeoutMilliseconds: Int
    /// How much a batch may take and how much may wait for it.
    public var limits: PlanLimits
    /// How a batch's work is divided into tasks.
    public var tasks: TaskSettings

    /// What to do about records that the broker dropped before they were read.
    public var onDataLoss: DataLossPolicy
    /// How receivers get their partitions.
    public var membership: Membership

    /// How a receiver gets its partitions.
    public enum Membership: Codable, Equatable, Sendable {
        /// All of them, by hand: the group only keeps offsets.
        case manual
        /// Those that the consumer group hands out, with what ``GroupSettings`` says about the two times.
        case group(sessionTimeoutMilliseconds: Int, heartbeatMilliseconds: Int)
    }

    /// How blocks and batches are cut.
    public enum Cuts: Codable, Equatable, Sendable {
        /// Exactly by record count. A block has `block` records; a receiver's batch closes with the group of blocks
        /// that brings it to `batch` records; a direct batch has at most `batch` records, shared evenly between the
        /// partitions, with at least one for each.
        case count(block: Int, batch: Int)
        /// By time, in nanoseconds: whatever arrived in the interval.
        case time(block: UInt64, batch: UInt64)
    }

    /// For receivers: the group's offsets are committed once so many milliseconds have passed since the last commit, at least
    /// 1, in place of after blocks; nil: after blocks.
    public var commitIntervalMilliseconds: Int?
    /// For receivers whose blocks keep batches as they came, with cuts by count: whether a block takes the whole of the
    /// batch within which it would end, so that no batch is logged twice. What a crash does then has no closed form.
    public var cutsByBatch = false

    /// Whose records the input holds.
    public var origin = RecordOrigin.kbench
    /// The offsets that have numbers where records are known by where they lie; nil: those of the life's input.
    public var numbered: NumberedOffsets?

    /// The numbers of records that are known by where they lie.
    var placeNumbers: PlaceNumbers {
        PlaceNumbers(starts: numbered?.starts ?? starts, ends: numbered?.ends ?? ends)
    }

    /// Makes a configuration; what most runs leave alone has a default.
    public init(
        strategy: Strategy, sink: SinkKind, directory: String, group: String, starts: [Offset], ends: [Offset],
        cuts: Cuts, groupCommitBlocks: Int = 1, walCompressionLevel: Int32? = nil,
        walSegmentBytes: Int64 = 64 << 20, checkpointLagTasks: Int = 0, fidelity: Fidelity = .sound,
        autoCommitBlocks: Int = 10, chunkRecords: Int = 16_384, readTimeoutMilliseconds: Int = 30_000,
        onDataLoss: DataLossPolicy = .fail, membership: Membership = .manual, job: Job = .identity,
        limits: PlanLimits = PlanLimits(), tasks: TaskSettings = TaskSettings(), outputDirectory: String? = nil,
        programVersion: Int = 1, taskAttempts: Int = 4, firstBatchIsUnlimited: Bool = false
    ) {
        self.strategy = strategy
        self.sink = sink
        self.directory = directory
        self.group = group
        self.starts = starts
        self.ends = ends
        self.cuts = cuts
        self.groupCommitBlocks = groupCommitBlocks
        self.walCompressionLevel = walCompressionLevel
        self.walSegmentBytes = walSegmentBytes
        self.checkpointLagTasks = checkpointLagTasks
        self.fidelity = fidelity
        self.autoCommitBlocks = autoCommitBlocks
        self.chunkRecords = chunkRecords
        self.taskAttempts = taskAttempts
        self.firstBatchIsUnlimited = firstBatchIsUnlimited
        self.readTimeoutMilliseconds = readTimeoutMilliseconds
        self.onDataLoss = onDataLoss
        self.membership = membership
        self.job = job
        self.limits = limits
        self.tasks = tasks
        self.outputDirectory = outputDirectory
        self.programVersion = programVersion
    }

    /// The folder that holds the sink and the evidence.
    public var outputFolder: String { outputDirectory ?? directory }

    /// The end of a partition whose input may go on for ever.
    public static let openEnd = Offset.max

    /// Whether the input has no known end.
    var isOpenEnded: Bool { ends.contains(EngineConfiguration.openEnd) }

    /// The partitions of the topic, from 0.
    public var partitions: [Partition] { (0..<Partition(ends.count)).map { $0 } }
}

/// The tasks of a batch. The default is one task per input, one after the other.
public struct TaskSettings: Codable, Equatable, Sendable {
    /// Tasks that run at once, each on a thread of its own; at least 1. With one, tasks run in order, which is what
    /// lets the outcome of a crash be known beforehand.
    public var slots: Int
    /// The fewest tasks that a direct batch is split into, as far as its ranges allow; nil: one task per range.
    public var minPartitions: Int?
    /// The tasks that write the output after a shuffle, at least 1; nil: no shuffle, each task writes what it read.
    public var repartition: Int?
    /// Time that a task lets pass for each record it outputs, in microseconds: a stand-in for a computation.
    public var simulatedWorkMicroseconds: Int

    /// Makes settings; without arguments, the default.
    public init(
        slots: Int = 1, minPartitions: Int? = nil, repartition: Int? = nil, simulatedWorkMicroseconds: Int = 0
    ) {
        self.slots = slots
        self.minPartitions = minPartitions
        self.repartition = repartition
        self.simulatedWorkMicroseconds = simulatedWorkMicroseconds
    }

    /// Whether each input is one task and the tasks run in order: what the closed forms are about.
    public var isOneToOneInOrder: Bool { slots == 1 && minPartitions == nil && repartition == nil }
}
