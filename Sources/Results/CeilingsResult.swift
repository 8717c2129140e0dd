// What bounds kbench on this machine, and how near its own parts come.
internal import Judgement
internal import Statistics

/// The outcome of `kbench ceilings`.
public struct CeilingsResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.ceilings")

    /// Polling: `raw` beside a loop in C.
    public var poll: Poll
    /// The bytes of a block of the log.
    public var blockBytes: Int
    /// What the disk takes in such blocks, each synced.
    public var diskBytesPerSecond: Double
    /// What zstd takes at level 1.
    public var zstdBytesPerSecond: Double
    /// The log, for each number of blocks that share a sync.
    public var logs: [Log]
    /// The verdict, for each size of topic.
    public var verdicts: [VerdictSpeed]
    /// The file system that disk and log were measured on.
    public var fileSystem: String

    /// `raw` and the loop in C, as they took turns.
    public struct Poll: Codable, Equatable, Sendable {
        /// Records polled each time.
        public var records: Int
        /// Their partitions.
        public var partitions: Int
        /// Each of `raw`'s turns.
        public var rawRecordsPerSecond: [Double]
        /// The turns of the loop in C.
        public var plainLoopRecordsPerSecond: [Double]
        /// The median over the pairs of `raw`'s speed divided by that of the loop in C.
        public var medianRatio: Double
        /// All that took turns, those two among them; nil in results of an older kbench.
        @OrNull public var loops: [Loop]?

        /// Makes a section.
        public init(
            records: Int, partitions: Int, rawRecordsPerSecond: [Double], plainLoopRecordsPerSecond: [Double],
            loops: [Loop]? = nil
        ) {
            self.loops = loops
            self.records = records
            self.partitions = partitions
            self.rawRecordsPerSecond = rawRecordsPerSecond
            self.plainLoopRecordsPerSecond = plainLoopRecordsPerSecond
            medianRatio = Sample.median(zip(rawRecordsPerSecond, plainLoopRecordsPerSecond).map { $0 / max($1, 1) })
        }
    }

    /// One way to poll.
    public struct Loop: Codable, Equatable, Sendable {
        /// What it is: `raw`, `raw / native`, `plain loop` (in C on librdkafka), `bare loop` (in C on a socket) or
        /// `log loop` (from a socket to a file, synced).
        public var name: String
        /// Each of its turns.
        public var recordsPerSecond: [Double]
        /// Processor time of its process in each of them.
        public var cpuMicrosecondsPerRecord: [Double]
        /// The median over the rounds of its speed divided by that of the plain loop.
        public var ratioToPlainLoop: Double
        /// The same to the bare loop; nil where there is none.
        @OrNull public var ratioToBareLoop: Double?

        /// Makes a row.
        public init(
            name: String, recordsPerSecond: [Double], cpuMicrosecondsPerRecord: [Double], toPlain plain: [Double],
            toBare bare: [Double]?
        ) {
            self.name = name
            self.recordsPerSecond = recordsPerSecond
            self.cpuMicrosecondsPerRecord = cpuMicrosecondsPerRecord
            func ratio(_ base: [Double]) -> Double {
                Sample.median(zip(recordsPerSecond, base).map { $0 / max($1, 1) })
            }
            ratioToPlainLoop = ratio(plain)
            ratioToBareLoop = bare.map(ratio)
        }

        /// The median of its turns.
        public var medianRecordsPerSecond: Double { Sample.median(recordsPerSecond) }
        /// The median of their processor time.
        public var medianCPU: Double { Sample.median(cpuMicrosecondsPerRecord) }
    }

    /// A log of blocks.
    public struct Log: Codable, Equatable, Sendable {
        /// Records of a block, of 200 bytes.
        public var blockRecords: Int
        /// Partitions that a block has records of.
        public var partitions: Int
        /// Blocks that share a sync.
        public var groupCommitBlocks: Int
        /// Bytes of keys and values written.
        public var payloadBytes: Int64
        /// Bytes that the log wrote for them.
        public var bytesWritten: Int64
        /// Blocks written.
        public var blocks: Int
        /// Syncs for them, without those of a new segment.
        public var blockSyncs: Int
        /// How fast the log's files are read as plain bytes, from the disk.
        public var readBytesPerSecond: Double
        /// How fast a recovery reads and verifies them.
        public var scanBytesPerSecond: Double

        /// Makes a section.
        public init(
            blockRecords: Int, partitions: Int, groupCommitBlocks: Int, payloadBytes: Int64, bytesWritten: Int64,
            blocks: Int, blockSyncs: Int, readBytesPerSecond: Double, scanBytesPerSecond: Double
        ) {
            self.blockRecords = blockRecords
            self.partitions = partitions
            self.groupCommitBlocks = groupCommitBlocks
            self.payloadBytes = payloadBytes
            self.bytesWritten = bytesWritten
            self.blocks = blocks
            self.blockSyncs = blockSyncs
            self.readBytesPerSecond = readBytesPerSecond
            self.scanBytesPerSecond = scanBytesPerSecond
        }

        /// What the log adds to the payload, in percent of it.
        public var overheadPercent: Double { Double(bytesWritten - payloadBytes) / Double(payloadBytes) * 100 }
    }

    /// A verdict over a topic.
    public struct VerdictSpeed: Codable, Equatable, Sendable {
        /// Partitions.
        public var partitions: Int
        /// Records.
        public var records: Int
        /// Records counted and judged a second, on one core.
        public var recordsPerSecond: Double
        /// Bits of the ledger a record takes.
        public var bitsPerRecord: Double
        /// Duplicates found, all of those that were put in.
        public var duplicates: Int
        /// Losses found, all of those that were put in.
        public var lost: Int

        /// Makes a row.
        public init(
            partitions: Int, records: Int, recordsPerSecond: Double, bitsPerRecord: Double, duplicates: Int, lost: Int
        ) {
            self.partitions = partitions
            self.records = records
            self.recordsPerSecond = recordsPerSecond
            self.bitsPerRecord = bitsPerRecord
            self.duplicates = duplicates
            self.lost = lost
        }
    }

    /// Makes a result.
    public init(
        poll: Poll, blockBytes: Int, diskBytesPerSecond: Double, zstdBytesPerSecond: Double, logs: [Log],
        verdicts: [VerdictSpeed], fileSystem: String
    ) {
        self.poll = poll
        self.blockBytes = blockBytes
        self.diskBytesPerSecond = diskBytesPerSecond
        self.zstdBytesPerSecond = zstdBytesPerSecond
        self.logs = logs
        self.verdicts = verdicts
        self.fileSystem = fileSystem
    }
}
