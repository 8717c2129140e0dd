// What bounds kbench on this machine, and how near its own parts come.
internal import Foundation
internal import Judgement

/// The outcome of `kbench ceilings`.
public struct CeilingsResult: Codable, Equatable, Sendable {
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
    public var verdicts: [Verdict]
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

        /// Makes a section.
        public init(
            records: Int, partitions: Int, rawRecordsPerSecond: [Double], plainLoopRecordsPerSecond: [Double]
        ) {
            self.records = records
            self.partitions = partitions
            self.rawRecordsPerSecond = rawRecordsPerSecond
            self.plainLoopRecordsPerSecond = plainLoopRecordsPerSecond
            medianRatio = Poll.median(zip(rawRecordsPerSecond, plainLoopRecordsPerSecond).map { $0 / max($1, 1) })
        }

        static func median(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            guard !sorted.isEmpty else { return 0 }
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
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
    public struct Verdict: Codable, Equatable, Sendable {
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
        verdicts: [Verdict], fileSystem: String
    ) {
        self.poll = poll
        self.blockBytes = blockBytes
        self.diskBytesPerSecond = diskBytesPerSecond
        self.zstdBytesPerSecond = zstdBytesPerSecond
        self.logs = logs
        self.verdicts = verdicts
        self.fileSystem = fileSystem
    }

    /// One object.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> String { try JSONText.of(self) }

    /// A line or a table for each section.
    public var markdown: String {
        func megabytes(_ bytes: Double) -> String { Numbers.fixed(bytes / 1e6, places: 0) }
        func millions(_ records: Double) -> String { Numbers.fixed(records / 1e6, places: 2) }
        var logTable = MarkdownTable(
            [
                "blocks a sync", "block records", "over payload %", "syncs a block", "read MB/s", "scan MB/s",
                "scan / read",
            ]
            .map { .init(heading: $0, isNumeric: true) })
        for log in logs {
            logTable.add([
                "\(log.groupCommitBlocks)", Numbers.grouped(log.blockRecords),
                Numbers.fixed(log.overheadPercent, places: 2),
                Numbers.fixed(Double(log.blockSyncs) / Double(log.blocks), places: 2),
                megabytes(log.readBytesPerSecond), megabytes(log.scanBytesPerSecond),
                Numbers.fixed(log.scanBytesPerSecond / max(log.readBytesPerSecond, 1), places: 2),
            ])
        }
        var verdictTable = MarkdownTable(
            ["partitions", "records", "M records/s", "bits a record", "duplicates", "lost"].map {
                .init(heading: $0, isNumeric: true)
            })
        for verdict in verdicts {
            verdictTable.add([
                Numbers.grouped(verdict.partitions), Numbers.grouped(verdict.records),
                millions(verdict.recordsPerSecond), Numbers.fixed(verdict.bitsPerRecord, places: 3),
                Numbers.grouped(verdict.duplicates), Numbers.grouped(verdict.lost),
            ])
        }
        let raw = Poll.median(poll.rawRecordsPerSecond)
        let plain = Poll.median(poll.plainLoopRecordsPerSecond)
        return """
            polling: raw \(millions(raw)) M records/s, a loop in C \(millions(plain)), median of \
            \(Numbers.count(poll.rawRecordsPerSecond.count, "paired ratio")) \(Numbers.fixed(poll.medianRatio, places: 3))
            disk: \(megabytes(diskBytesPerSecond)) MB/s in synced blocks of \(Numbers.grouped(blockBytes)) bytes on \
            \(fileSystem); zstd level 1: \(megabytes(zstdBytesPerSecond)) MB/s

            \(logTable.render())
            \(verdictTable.render())
            """
    }
}
