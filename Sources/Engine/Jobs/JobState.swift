// The state of a job and its text form: the counts, and the offsets up to which everything is in them.
internal import Checksum
internal import Evidence
public import Ingestion
public import World

/// What a job has made of all records so far. A person can read its file:
///
///     kbench-state 1
///     job word-count
///     batch 7               the batch that wrote it
///     next 0 1750 1748      partition, the offset behind its last record counted, its records counted
///     word 12 hello         count and word, sorted by the words' bytes
///     crc32c 5f0a21c3
///
/// The checksum sum has a line `sum` in place of the words. A word that is not plain text has its odd bytes written as
/// `\xNN`. A line `checkpoint own` says that a restart begins here; see ``isCheckpoint``.
public struct JobState: Equatable, Sendable {
    static let version = 1

    /// The job.
    public let job: Job
    /// The batch that wrote the state; 0 before the first.
    public internal(set) var batch: Int64 = 0
    /// Whether a restart begins at the state's own offsets: with a strategy that remembers nothing itself, and once a
    /// damaged state was stepped over, because what the strategy remembers is ahead of the one before.
    public internal(set) var isCheckpoint = false
    /// By partition: the offset behind the last record counted.
    public internal(set) var next: [Offset]
    /// By partition: the records counted.
    public internal(set) var records: [Int64]
    /// The sum of the values' checksums, modulo 2 to the 64th.
    public internal(set) var sum: UInt64 = 0
    var words = WordTable()

    init(job: Job, starts: [Offset]) {
        self.job = job
        next = starts
        records = starts.map { _ in 0 }
    }

    /// Every word and how often it came, sorted by the words' bytes. Bytes that are not plain text are escaped.
    public var wordCounts: [(word: String, count: UInt64)] { words.sorted.map { (WordText.escaped($0), $1) } }

    /// Partitions that are new begin where the run's input does.
    mutating func extend(to starts: [Offset]) {
        while next.count < starts.count {
            next.append(starts[next.count])
            records.append(0)
        }
    }

    /// Counts the records of a block, but those that were counted before.
    mutating func take(_ block: Block) {
        block.forEachRecord { partition, offset, _, value in
            let index = Int(partition)
            while next.count <= index {
                next.append(0)
                records.append(0)
            }
            guard offset >= next[index] else { return }
            next[index] = offset + 1
            records[index] += 1
            guard let value else { return }
            if job == .wordCount {
                words.countWords(of: value)
            } else {
                sum &+= UInt64(CRC32C.checksum(value))
            }
        }
    }

    /// What a reader of the output sees: all but how it came about, the batch's number and the mark of a fallback.
    public var digest: String {
        var digest = OutputDigest()
        for line in lines where !line.hasPrefix("batch ") && !line.hasPrefix("checkpoint ") { digest.append(line) }
        return digest.text
    }

    var lines: [String] {
        var lines = ["kbench-state \(JobState.version)", "job \(job.rawValue)", "batch \(batch)"]
        if isCheckpoint { lines.append("checkpoint own") }
        lines += next.indices.map { "next \($0) \(next[$0]) \(records[$0])" }
        if job == .wordCount {
            lines += wordCounts.map { "word \($0.count) \($0.word)" }
        } else {
            lines.append("sum \(sum)")
        }
        return lines
    }

    /// Reads the lines of a state file.
    init(lines: [String], path: String) throws {
        func damaged(_ line: String) -> EngineError {
            EngineError(.damagedState, "state line \"\(line)\" is not one kbench writes", location: path)
        }
        guard let title = lines.first else { throw damaged("") }
        guard title == "kbench-state \(JobState.version)" else {
            throw EngineError(
                .incompatibleState, "state says \"\(title)\", this kbench reads \"kbench-state \(JobState.version)\"",
                location: path)
        }
        let name = lines.dropFirst().first ?? ""
        guard name.hasPrefix("job "), let job = Job(rawValue: String(name.dropFirst(4))) else { throw damaged(name) }
        self.init(job: job, starts: [])
        for line in lines.dropFirst(2) {
            // By bytes, because a word that begins with a combining mark would swallow the space before it.
            let parts = line.utf8.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count >= 2 else { throw damaged(line) }
            switch (String(Substring(parts[0])), parts.count) {
            case ("batch", 2):
                guard let number = Int64(Substring(parts[1])) else { throw damaged(line) }
                batch = number
            case ("checkpoint", 2):
                guard parts[1].elementsEqual("own".utf8) else { throw damaged(line) }
                isCheckpoint = true
            case ("sum", 2):
                guard let number = UInt64(Substring(parts[1])) else { throw damaged(line) }
                sum = number
            case ("next", 3):
                let rest = parts[2].split(separator: UInt8(ascii: " ")).compactMap { Int64(Substring($0)) }
                guard Int(Substring(parts[1])) == next.count, rest.count == 2, rest[0] >= 0, rest[1] >= 0 else {
                    throw damaged(line)
                }
                next.append(rest[0])
                records.append(rest[1])
            case ("word", 3):
                guard let count = UInt64(Substring(parts[1])), let word = WordText.unescaped(Substring(parts[2])) else {
                    throw damaged(line)
                }
                word.withUnsafeBytes { words.add($0, times: count) }
            default: throw damaged(line)
            }
        }
    }

    /// The newest readable state of the run in `directory`; nil when there is none.
    ///
    /// - Throws: ``EngineError`` when there are some and none can be read, or ``DiskError``.
    public static func newest(ofRunIn directory: String, disk: any Disk) throws -> JobState? {
        try StateStore.newest(in: RunFolder.jobState(of: directory), disk: disk)?.state
    }

    /// What the job of the run in `directory` has counted, partition by partition, and what a reader of its output sees;
    /// nothing where there is no state yet.
    ///
    /// - Throws: as ``newest(ofRunIn:disk:)``.
    public static func counted(
        ofRunIn directory: String, disk: any Disk
    ) throws -> (records: [Int64], digest: String) {
        let state = try newest(ofRunIn: directory, disk: disk)
        return (state?.records ?? [], state?.digest ?? OutputDigest().text)
    }
}
