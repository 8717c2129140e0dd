// What a scenario found: the one value that every format prints and that other tools read as JSON.
internal import Judgement

/// The outcome of one scenario: every run of it, and whether all held.
public struct ScenarioResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.scenario")

    /// The scenario's name.
    public var scenario: String
    /// Its file, as it was named; null for one that is built in.
    @OrNull public var file: String?
    /// What the scenario shows, in a line.
    public var summary: String
    /// The seed that chose payloads and, where the scenario leaves it to the seed, the crash's occurrence.
    public var seed: UInt64
    /// Whether every run could observe what it claims.
    public var valid: Bool
    /// `pass`, `fail` (an outcome differs from the expected one) or `invalid`.
    public var verdict: Standing
    /// The broker the records went through.
    public var broker: BrokerInfo
    /// The records, partitions and cuts that all runs share.
    public var load: Load
    /// Which of Spark's deviations the engines reproduced: `sound`, `spark`, or deviations joined by `+`.
    public var fidelity: String
    /// One element per strategy and sink, in the scenario's order; an experiment may have none.
    public var runs: [RunResult]
    /// What an experiment found besides its runs.
    public var experiment: ExperimentFindings
    /// What the scenario says about the claim it is named after; nil for a scenario without a claim.
    @OrNull public var claim: ClaimResult?
    /// The machine and the versions it ran with.
    public var host: HostInfo
    /// The command that repeats this result.
    public var reproduce: String
    /// When the scenario started, in UTC as `2026-11-22T15:30:00Z`.
    public var startedAt: String
    /// Why it comes out as it does: Markdown for the full report; may be empty.
    public var explanation: String

    /// A verdict over all runs.
    public enum Standing: String, Codable, Sendable {
        case pass, fail, invalid
    }

    /// Makes a result.
    public init(
        scenario: String, summary: String, seed: UInt64, valid: Bool, verdict: Standing, broker: BrokerInfo, load: Load,
        fidelity: String = "sound",
        runs: [RunResult], experiment: ExperimentFindings = ExperimentFindings(), claim: ClaimResult? = nil,
        host: HostInfo, reproduce: String, startedAt: String,
        explanation: String = ""
    ) {
        self.scenario = scenario
        self.summary = summary
        self.seed = seed
        self.valid = valid
        self.verdict = verdict
        self.broker = broker
        self.load = load
        self.fidelity = fidelity
        self.runs = runs
        self.experiment = experiment
        self.claim = claim
        self.host = host
        self.reproduce = reproduce
        self.startedAt = startedAt
        self.explanation = explanation
    }
}

/// The broker a scenario's records went through.
public struct BrokerInfo: Codable, Equatable, Sendable {
    /// `embedded` (kbench's own broker, over TCP) or `external`.
    public var kind: String
    /// The bootstrap address, `host:port`.
    public var address: String

    /// Makes a description.
    public init(kind: String, address: String) {
        self.kind = kind
        self.address = address
    }
}

/// The load and the cuts that all runs of a scenario share.
public struct Load: Codable, Equatable, Sendable {
    /// Records produced.
    public var records: Int
    /// Partitions of the topic.
    public var partitions: Int
    /// Bytes of each record's value.
    public var recordBytes: Int
    /// Records of a receiver's block; nil when blocks are cut by time.
    @OrNull public var blockRecords: Int?
    /// Records of a batch; nil when batches are cut by time.
    @OrNull public var batchRecords: Int?

    /// Makes a load.
    public init(records: Int, partitions: Int, recordBytes: Int, blockRecords: Int?, batchRecords: Int?) {
        self.records = records
        self.partitions = partitions
        self.recordBytes = recordBytes
        self.blockRecords = blockRecords
        self.batchRecords = batchRecords
    }
}

/// The machine and versions a scenario ran with.
public struct HostInfo: Codable, Equatable, Sendable {
    /// kbench's own version.
    public var kbench: String
    /// The commit that it was built from, `unknown` where it does not know; nil in results of an older kbench.
    @OrNull public var commit: String?
    /// librdkafka's version.
    public var librdkafka: String
    /// The client that workers read with; nil in results of an older kbench, which had librdkafka alone.
    @OrNull public var client: String?
    /// The operating system and its kernel.
    public var system: String
    /// Processor cores available.
    public var cores: Int
    /// The file system under the run's files, such as `ext4`.
    public var fileSystem: String
    /// What the processor calls itself; nil where it does not, and in results of an older kbench.
    public var processor: String?

    /// Makes a description.
    public init(
        kbench: String, commit: String? = nil, librdkafka: String, client: String? = nil, system: String, cores: Int,
        fileSystem: String, processor: String? = nil
    ) {
        self.kbench = kbench
        self.commit = commit
        self.librdkafka = librdkafka
        self.client = client
        self.system = system
        self.cores = cores
        self.fileSystem = fileSystem
        self.processor = processor
    }
}

/// The outcome of one strategy with one sink.
public struct RunResult: Codable, Equatable, Sendable {
    /// The strategy's name.
    public var strategy: String
    /// The sink's name, or that of the job or operation in its place; `none` for a strategy that has no sink.
    public var sink: String
    /// The armed crash, `NAME@OCCURRENCE`, or one for each life joined by `, `; `external` for a kill from outside; nil for none.
    @OrNull public var crashPoint: String?
    /// Whether the worker died of it, or of each of them.
    public var crashFired: Bool
    /// Records whose production the broker confirmed.
    public var produced: Int
    /// Records the sink holds, repeated ones counted each time.
    public var delivered: Int
    /// Records the sink holds beyond the first of each: ingest plus re-execution.
    public var duplicates: Int
    /// Offsets that reached the engine more than once; at an offset-keyed sink these leave no trace in `duplicates`.
    public var ingestDuplicates: Int
    /// Records in the sink twice because a batch ran twice.
    public var reexecutionDuplicates: Int
    /// Produced records that the sink does not hold.
    public var lost: Int
    /// Those of the lost that nobody said anything of.
    public var lostSilently: Int
    /// Those of the lost that the engine said it skipped, because the broker had dropped them.
    public var lostLoudly: Int
    /// Rows whose record failed its checksum or is none of the run's, and rows that are damaged themselves.
    public var corrupted: Int
    /// Records that tasks processed again without leaving a trace in the sink.
    public var redone: Int
    /// What the semantics say the counts must be.
    public var expected: ExpectedCounts
    /// How the expectation was derived: the closed form, its symbols' values and its source row.
    public var derivation: String
    /// Whether counts, expectation and the scenario's own statement agree.
    public var agrees: Bool
    /// Why the run is invalid; nil when it is valid.
    @OrNull public var invalidReason: String?
    /// Times the worker was started again.
    public var restarts: Int
    /// Bytes appended to write-ahead logs (data and events).
    public var walBytesWritten: Int64
    /// The most bytes that logs and checkpoints held at once, as sampled after every batch; the sink is not counted.
    public var diskBytesPeak: Int64
    /// Bytes of the values produced.
    public var ingestedBytes: Int64
    /// Records processed per second of the worker's working time, over all its lives.
    public var recordsPerSecond: Double
    /// Seconds from the worker's death to the first output of its successor (or to idleness, when nothing is left to
    /// output); 0 when there was no crash.
    public var recoverySeconds: Double
    /// `recordsPerSecond` as a percentage of the `raw` run of the same scenario; nil without such a run.
    @OrNull public var percentOfRaw: Double?
    /// Where the time between a kill and fresh output went.
    public var recovery: RecoveryParts
    /// Bytes that the write-ahead logs hold at the end.
    public var walLiveBytes: Int64
    /// Bytes of the block log that no event names, at the end.
    public var orphanBytes: Int64
    /// The same as the last recovery found them; 0 when there was none.
    public var orphanBytesAtRecovery: Int64
    /// What a reader of the output sees, as hexadecimal digits: equal for equal output, whatever the order in which it was
    /// written; nil where there is no output to read.
    @OrNull public var outputDigest: String?
    /// Who kept the offsets that the strategy committed: `kafka`, `file` or `zookeeper`; nil where it committed none.
    @OrNull public var offsetStore: String?
    /// What happened at the broker between the first death and the next life, each in a sentence.
    public var events: [String] = []
    /// What the run would have lost without ``events``, by the closed form; nil where there were none, or no form.
    @OrNull public var lostWithoutEvents: Int?
    /// Why the engine refused to go on after its death, in its words; nil where it did not. What it left undone then counts as
    /// lost, but not silently.
    @OrNull public var refusal: String?
    /// Rows that lie in the output's topic and were never committed, which nobody sees who reads committed records; nil where
    /// the output is no topic.
    @OrNull public var uncommitted: Int?
    /// Seconds for which an open transaction hid rows from whoever read the output's topic after the run; nil as above.
    @OrNull public var hiddenSeconds: Double?

    /// The run's whole lives; nil in results of an older kbench.
    public var timeline: RunTimeline?
    /// From when a batch was due, or planned where batches are not due at times, until its rows were synced, a record
    /// each; nil where no batch ended, and in results of an older kbench.
    public var batchLatencyMicroseconds: LatencySpectrum?

    /// The counts that the semantics predict.
    public struct ExpectedCounts: Codable, Equatable, Sendable {
        /// Expected duplicates at the sink; nil where the semantics give no number, as for a kill at no named point.
        @OrNull public var duplicates: Int?
        /// Expected ingest duplicates; nil where the semantics give no number.
        @OrNull public var ingestDuplicates: Int?
        /// Expected losses.
        public var lost: Int
        /// Whether the engine is expected to refuse to go on, in place of any counts.
        public var refused = false

        /// Makes expected counts.
        public init(duplicates: Int?, ingestDuplicates: Int?, lost: Int, refused: Bool = false) {
            self.refused = refused
            self.duplicates = duplicates
            self.ingestDuplicates = ingestDuplicates
            self.lost = lost
        }
    }

    /// Bytes that logs and checkpoints held at their peak per byte ingested; 0 when nothing was ingested.
    public var diskBytesPerIngestedByte: Double {
        ingestedBytes == 0 ? 0 : Double(diskBytesPeak) / Double(ingestedBytes)
    }

    /// Makes a result.
    public init(
        strategy: String, sink: String, crashPoint: String?, crashFired: Bool, produced: Int, delivered: Int,
        duplicates: Int, ingestDuplicates: Int, reexecutionDuplicates: Int, lost: Int, lostLoudly: Int = 0,
        corrupted: Int, redone: Int, expected: ExpectedCounts, derivation: String, agrees: Bool, invalidReason: String?,
        restarts: Int,
        walBytesWritten: Int64, diskBytesPeak: Int64, ingestedBytes: Int64, recordsPerSecond: Double,
        recoverySeconds: Double, percentOfRaw: Double?, recovery: RecoveryParts = RecoveryParts(),
        walLiveBytes: Int64 = 0, orphanBytes: Int64 = 0, orphanBytesAtRecovery: Int64 = 0, outputDigest: String? = nil,
        offsetStore: String? = nil
    ) {
        self.strategy = strategy
        self.sink = sink
        self.crashPoint = crashPoint
        self.crashFired = crashFired
        self.produced = produced
        self.delivered = delivered
        self.duplicates = duplicates
        self.ingestDuplicates = ingestDuplicates
        self.reexecutionDuplicates = reexecutionDuplicates
        self.lost = lost
        self.lostLoudly = lostLoudly
        lostSilently = lost - lostLoudly
        self.corrupted = corrupted
        self.redone = redone
        self.expected = expected
        self.derivation = derivation
        self.agrees = agrees
        self.invalidReason = invalidReason
        self.restarts = restarts
        self.walBytesWritten = walBytesWritten
        self.diskBytesPeak = diskBytesPeak
        self.ingestedBytes = ingestedBytes
        self.recordsPerSecond = recordsPerSecond
        self.recoverySeconds = recoverySeconds
        self.percentOfRaw = percentOfRaw
        self.recovery = recovery
        self.walLiveBytes = walLiveBytes
        self.orphanBytes = orphanBytes
        self.orphanBytesAtRecovery = orphanBytesAtRecovery
        self.outputDigest = outputDigest
        self.offsetStore = offsetStore
    }
}

extension RunResult {
    /// What became of one run, in a word.
    public enum Outcome: String, Sendable {
        /// As expected.
        case ok
        /// It refused to go on, which was expected.
        case refused
        /// Something was not as expected.
        case differs
        /// It could not observe what it was to show.
        case invalid
    }

    /// Invalid comes first: what could not be observed cannot differ either.
    public var outcome: Outcome {
        if invalidReason != nil { return .invalid }
        if agrees { return refusal == nil ? .ok : .refused }
        return .differs
    }

    /// Whether there is a sink to count in; `raw` drops what it reads.
    public var hasSink: Bool { sink != "none" }

    /// `strategy/sink`, or the strategy alone.
    public var label: String { hasSink ? "\(strategy)/\(sink)" : strategy }
}
