// One row of the price table: what a guarantee is, and what it costs.

/// What one strategy and sink cost.
public struct BenchRow: Codable, Equatable, Sendable {
    /// The setting of a sweep; empty without one.
    public var setting: String
    /// The strategy.
    public var strategy: String
    /// The sink; `none` for `raw`.
    public var sink: String
    /// What the sink holds after any crash: `exactly-once`, `at-least-once`, `at-most-once` or `none`, from the closed
    /// forms of every crash point.
    public var guarantee: String
    /// Records a second, the median of the rounds.
    public var recordsPerSecond: Double
    /// The ratio to `raw` of the same round.
    public var ratioToRaw: Interval
    /// The ratio to the nearest ceiling: `raw` of the same round, or for a log the disk where that is lower; the median.
    public var ratioToCeiling: Double
    /// Processor seconds of the worker for a million records.
    public var cpuSecondsPerMillionRecords: Double
    /// The same with its interval.
    public var cpu: Interval
    /// The most resident memory of the worker, in bytes.
    public var peakResidentBytes: Int64
    /// Latency from the moment a record was to be sent until it is in the sink; nil where it was not measured.
    @OrNull public var latencyMicroseconds: Percentiles?
    /// The same up to the last record; nil where it was not measured, and in results of an older kbench.
    public var latencySpectrum: LatencySpectrum?
    /// The percentiles for each stage: `durable` and `sink`.
    public var latencyStages: [String: Percentiles]
    /// The load under which latency was measured; nil where it was not.
    @OrNull public var offered: OfferedLoadFigures?
    /// Syncs of files and folders.
    public var fsyncs: Int64
    /// Syncs a second.
    public var fsyncsPerSecond: Double
    /// Write calls.
    public var writeCalls: Int64
    /// Bytes the engine wrote, by its own count, without the evidence for the verdict.
    public var bytesWrittenLogical: Int64
    /// Bytes the worker process sent to the storage device, evidence included.
    public var bytesWrittenPhysical: Int64
    /// Bytes written to write-ahead logs, all copies, for each byte of keys and values ingested.
    public var walBytesPerIngestedByte: Double
    /// The same with its interval.
    public var walFactor: Interval
    /// The most bytes the logs held at once, all copies.
    public var walBytesPeak: Int64
    /// Bytes written to checkpoints, offset and commit logs.
    public var checkpointBytes: Int64
    /// Bytes the logs held as time went on, in the last round.
    public var walLiveBytes: [Sample]
    /// Duplicates, none of which has a crash to excuse it.
    public var duplicates: Int
    /// Losses.
    public var lost: Int
    /// Records that were not what they should be.
    public var corrupted: Int
    /// What one crash did; nil where none was tried.
    @OrNull public var crash: CrashPrice?
    /// The client that read; nil in results of an older kbench, which had librdkafka alone.
    @OrNull public var client: String?
    /// Seconds of the rounds that the rate was measured in, their median; nil in results of an older kbench.
    @OrNull public var measuredSeconds: Double? { didSet { tooShort = isTooShort } }
    /// ``isTooShort``, for readers that do not know where a rate begins to mean something; nil in results of an older kbench.
    public private(set) var tooShort: Bool?

    /// Below so many seconds a rate says how long it takes to begin, and nothing of how it goes on.
    public static let shortestMeasure = 0.2
    /// Whether the row was measured for too short a time to mean anything.
    public var isTooShort: Bool { measuredSeconds.map { $0 < BenchRow.shortestMeasure } ?? false }

    /// Makes a row.
    public init(
        setting: String, strategy: String, sink: String, guarantee: String, recordsPerSecond: Double,
        ratioToRaw: Interval, ratioToCeiling: Double, cpuSecondsPerMillionRecords: Double, cpu: Interval,
        peakResidentBytes: Int64, latencyMicroseconds: Percentiles?, latencyStages: [String: Percentiles],
        offered: OfferedLoadFigures?, fsyncs: Int64, fsyncsPerSecond: Double, writeCalls: Int64,
        bytesWrittenLogical: Int64, bytesWrittenPhysical: Int64, walBytesPerIngestedByte: Double,
        walFactor: Interval, walBytesPeak: Int64, checkpointBytes: Int64, walLiveBytes: [Sample], duplicates: Int,
        lost: Int,
        corrupted: Int, crash: CrashPrice?, measuredSeconds: Double? = nil, client: String? = nil
    ) {
        self.setting = setting
        self.strategy = strategy
        self.sink = sink
        self.guarantee = guarantee
        self.recordsPerSecond = recordsPerSecond
        self.ratioToRaw = ratioToRaw
        self.ratioToCeiling = ratioToCeiling
        self.cpuSecondsPerMillionRecords = cpuSecondsPerMillionRecords
        self.cpu = cpu
        self.peakResidentBytes = peakResidentBytes
        self.latencyMicroseconds = latencyMicroseconds
        self.latencyStages = latencyStages
        self.offered = offered
        self.fsyncs = fsyncs
        self.fsyncsPerSecond = fsyncsPerSecond
        self.writeCalls = writeCalls
        self.bytesWrittenLogical = bytesWrittenLogical
        self.bytesWrittenPhysical = bytesWrittenPhysical
        self.walBytesPerIngestedByte = walBytesPerIngestedByte
        self.walFactor = walFactor
        self.walBytesPeak = walBytesPeak
        self.checkpointBytes = checkpointBytes
        self.walLiveBytes = walLiveBytes
        self.duplicates = duplicates
        self.lost = lost
        self.corrupted = corrupted
        self.crash = crash
        self.measuredSeconds = measuredSeconds
        self.client = client
        tooShort = isTooShort
    }

    /// Strategy and sink, and the client where it is not librdkafka.
    public var name: String {
        "\(strategy) / \(sink)" + (client.flatMap { $0 == "librdkafka" ? nil : " / \($0)" } ?? "")
    }

    /// Percentiles in microseconds.
    public struct Percentiles: Codable, Equatable, Sendable {
        /// Half of the records are at most so late.
        public var p50: UInt64
        /// 99 of 100.
        public var p99: UInt64
        /// 999 of 1,000.
        public var p999: UInt64

        /// Makes percentiles.
        public init(p50: UInt64, p99: UInt64, p999: UInt64) {
            self.p50 = p50
            self.p99 = p99
            self.p999 = p999
        }
    }

    /// A point of a series.
    public struct Sample: Codable, Equatable, Sendable {
        /// Milliseconds since the series began.
        public var milliseconds: Int
        /// The bytes.
        public var bytes: Int64

        /// Makes a point.
        public init(milliseconds: Int, bytes: Int64) {
            self.milliseconds = milliseconds
            self.bytes = bytes
        }
    }

    /// The load that was offered while latency was measured.
    public struct OfferedLoadFigures: Codable, Equatable, Sendable {
        /// Records a second.
        public var recordsPerSecond: Double
        /// The part this is of the row's measured rate.
        public var shareOfMeasuredRate: Double
        /// Records.
        public var records: Int
        /// How late the generator was, 99 of 100 records, in microseconds.
        public var generatorLatenessP99: UInt64
        /// How late it was at most, in microseconds.
        public var generatorLatenessMax: UInt64
        /// The most bytes the logs held meanwhile, all copies.
        public var walBytesPeak: Int64

        /// Makes figures.
        public init(
            recordsPerSecond: Double, shareOfMeasuredRate: Double, records: Int, generatorLatenessP99: UInt64,
            generatorLatenessMax: UInt64, walBytesPeak: Int64
        ) {
            self.recordsPerSecond = recordsPerSecond
            self.shareOfMeasuredRate = shareOfMeasuredRate
            self.records = records
            self.generatorLatenessP99 = generatorLatenessP99
            self.generatorLatenessMax = generatorLatenessMax
            self.walBytesPeak = walBytesPeak
        }
    }

    /// What one SIGKILL cost.
    public struct CrashPrice: Codable, Equatable, Sendable {
        /// Where.
        public var point: String
        /// Duplicates, counted.
        public var duplicates: Int
        /// Losses, counted.
        public var lost: Int
        /// Duplicates by the closed form.
        public var expectedDuplicates: Int
        /// Losses by the closed form.
        public var expectedLost: Int
        /// Seconds from the kill to the first output after it.
        public var recoverySeconds: Double
        /// The closed form and its row of the semantics.
        public var derivation: String

        /// Makes a price.
        public init(
            point: String, duplicates: Int, lost: Int, expectedDuplicates: Int, expectedLost: Int,
            recoverySeconds: Double, derivation: String
        ) {
            self.point = point
            self.duplicates = duplicates
            self.lost = lost
            self.expectedDuplicates = expectedDuplicates
            self.expectedLost = expectedLost
            self.recoverySeconds = recoverySeconds
            self.derivation = derivation
        }

        /// Whether the count is what the closed form says.
        public var agrees: Bool { duplicates == expectedDuplicates && lost == expectedLost }
    }

    /// Whether nothing came twice or not at all without a crash, and a crash did what it must.
    public var agrees: Bool { duplicates == 0 && lost == 0 && corrupted == 0 && crash?.agrees ?? true }
}
