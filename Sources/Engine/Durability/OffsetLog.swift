// The offset log and the commit log of the log-first protocol: one small file per batch in each.
internal import World

/// `offsets/<batch>` is written before a batch's job and holds its ranges; `commits/<batch>` is written after its output.
///
///     kbench-offsets 1              kbench-commit 1
///     batch 7                       batch 7
///     driver process 4711           crc32c 77e01b44
///     range 0 1500 1750
///     next 0 1750
///     crc32c 09c1f2aa
///
/// A `next` line per partition says where the following batch begins, also for partitions without new records.
final class OffsetLog {
    static let version = 1
    /// How many entries of each log are kept.
    static let kept = 100

    private let offsetsDirectory: String
    private let commitsDirectory: String
    private let seams: Seams
    private let counters: EngineCounters
    private var offsets: [(batch: Int64, bytes: Int64)]
    private var commits: [(batch: Int64, bytes: Int64)]

    init(directory: String, seams: Seams, counters: EngineCounters) throws {
        offsetsDirectory = "\(directory)/offsets"
        commitsDirectory = "\(directory)/commits"
        self.seams = seams
        self.counters = counters
        offsets = try OffsetLog.entries(in: offsetsDirectory, seams: seams)
        commits = try OffsetLog.entries(in: commitsDirectory, seams: seams)
    }

    /// The newest batch whose ranges are durable; 0: none.
    var latestPlanned: Int64 { offsets.last?.batch ?? 0 }
    /// The newest batch whose output is complete; 0: none.
    var latestCommitted: Int64 { commits.last?.batch ?? 0 }
    /// The bytes both logs hold.
    var bytes: Int64 { (offsets + commits).reduce(0) { $0 + $1.bytes } }

    /// Makes a batch's ranges durable, with the positions behind them; the batch may run only after this. Of several
    /// drivers that plan one batch, one succeeds.
    ///
    /// - Throws: ``EngineError``, `concurrentDriver` when the batch has an entry already.
    func plan(batch: Int64, ranges: [OffsetRange], next: [Offset]) throws {
        let lines = OffsetLog.lines(batch: batch, driver: seams.driverName, ranges: ranges, next: next)
        let count: Int
        do {
            count = try AtomicFile.write(
                lines, to: "\(batch)", in: offsetsDirectory, effects: .batchLog, seams: seams, mayReplace: false)
        } catch let error as DiskError where error.code == .exists || error.code == .notFound {
            // The name is taken; or another driver, when it opened the log, took the temporary file for a leftover.
            let other = (try? driver(of: batch)).map { " (\($0))" } ?? ""
            throw EngineError(
                .concurrentDriver,
                "\(seams.driverName) may not plan batch \(batch): another driver\(other) writes to this offset log",
                location: "\(offsetsDirectory)/\(batch)")
        }
        offsets.append((batch, Int64(count)))
        counters.add(.checkpointBytesWritten, count)
    }

    /// Notes that all output of a batch is durable.
    func commit(batch: Int64) throws {
        let count = try AtomicFile.write(
            OffsetLog.lines(commitOf: batch), to: "\(batch)", in: commitsDirectory,
            effects: .commitLog, seams: seams)
        commits.append((batch, Int64(count)))
        counters.add(.checkpointBytesWritten, count)
    }

    /// The ranges of a batch in the log.
    func ranges(of batch: Int64) throws -> [OffsetRange] {
        try OffsetLog.entry(of: batch, in: offsetsDirectory, disk: seams.disk).ranges
    }

    /// The driver that planned a batch.
    func driver(of batch: Int64) throws -> String {
        let lines = try AtomicFile.read("\(offsetsDirectory)/\(batch)", disk: seams.disk) ?? []
        return lines.first { $0.hasPrefix("driver ") }.map { String($0.dropFirst("driver ".count)) } ?? "unknown"
    }

    /// By partition, where the batch after `batch` begins.
    func positions(after batch: Int64) throws -> [Offset] {
        try OffsetLog.entry(of: batch, in: offsetsDirectory, disk: seams.disk).next
    }

    /// The newest entry of the log in `directory`, which is not changed; nil when there is none.
    static func latest(
        in directory: String, disk: any Disk
    ) throws -> (batch: Int64, path: String, ranges: [OffsetRange], next: [Offset], isCommitted: Bool)? {
        let offsets = "\(directory)/offsets"
        guard disk.exists(offsets),
            let batch = try disk.list(offsets).compactMap({ StoredNumbers.number(named: $0) }).max()
        else {
            return nil
        }
        let entry = try entry(of: batch, in: offsets, disk: disk)
        return (
            batch, "\(offsets)/\(batch)", entry.ranges, entry.next, disk.exists("\(directory)/commits/\(batch)")
        )
    }

    /// Adds a complete batch without records to a log that no engine works on, so that the one after begins at `next`.
    static func add(batch: Int64, next: [Offset], to directory: String, disk: any Disk) throws {
        let latest = try latest(in: directory, disk: disk)?.batch ?? 0
        let number = max(batch, latest + 1)
        for (folder, lines) in [
            ("offsets", lines(batch: number, driver: "an import", ranges: [], next: next)),
            ("commits", lines(commitOf: number)),
        ] {
            try AtomicFile.write(lines, to: "\(directory)/\(folder)/\(number)", disk: disk)
        }
    }

    private static func lines(batch: Int64, driver: String, ranges: [OffsetRange], next: [Offset]) -> [String] {
        ["kbench-offsets \(version)", "batch \(batch)", "driver \(driver)"]
            + ranges.map { "range \($0.partition) \($0.from) \($0.until)" }
            + next.enumerated().map { "next \($0) \($1)" }
    }

    private static func lines(commitOf batch: Int64) -> [String] { ["kbench-commit \(version)", "batch \(batch)"] }

    private static func entry(
        of batch: Int64, in directory: String, disk: any Disk
    ) throws -> (ranges: [OffsetRange], next: [Offset]) {
        let path = "\(directory)/\(batch)"
        let lines = try AtomicFile.read(path, disk: disk) ?? []
        guard lines.first == "kbench-offsets \(OffsetLog.version)", lines.dropFirst().first == "batch \(batch)" else {
            throw EngineError(
                .damagedCheckpoint, "entry of batch \(batch) in the offset log is damaged", location: path)
        }
        func damaged(_ numbers: [Int64]) -> EngineError {
            EngineError(
                .damagedCheckpoint, "a line with \(numbers) in entry \(batch) is not one kbench writes", location: path)
        }
        let ranges = try numbers("range ", 3, in: lines, path).map { numbers in
            guard let range = StoredNumbers.range(partition: numbers[0], from: numbers[1], until: numbers[2]) else {
                throw damaged(numbers)
            }
            return range
        }
        let next = try numbers("next ", 2, in: lines, path).enumerated().map { partition, numbers in
            guard numbers[0] == partition else { throw damaged(numbers) }
            return numbers[1]
        }
        return (ranges, next)
    }

    /// The numbers on the lines that begin with `word`.
    private static func numbers(_ word: String, _ count: Int, in lines: [String], _ path: String) throws -> [[Int64]] {
        try lines.filter { $0.utf8.starts(with: word.utf8) }.map { line in
            let words = line.utf8.dropFirst(word.utf8.count).split(separator: UInt8(ascii: " "))
            let numbers = words.compactMap { Int64(Substring($0)) }
            guard numbers.count == count, words.count == count, numbers.allSatisfy(StoredNumbers.isPossible) else {
                throw EngineError(.damagedCheckpoint, "line \"\(line)\" is not one kbench writes", location: path)
            }
            return numbers
        }
    }

    /// Removes entries that no restart can need: those older than the newest ``kept``.
    func removeOld() throws {
        try removeOld(&offsets, in: offsetsDirectory)
        try removeOld(&commits, in: commitsDirectory)
    }

    private func removeOld(_ entries: inout [(batch: Int64, bytes: Int64)], in directory: String) throws {
        while entries.count > OffsetLog.kept {
            try seams.crash.before(.cleanupRemove)
            try seams.disk.remove("\(directory)/\(entries[0].batch)")
            entries.removeFirst()
            try seams.crash.after(.cleanupRemove)
        }
    }

    private static func entries(in directory: String, seams: Seams) throws -> [(batch: Int64, bytes: Int64)] {
        try seams.disk.makeDurableDirectory(directory)
        try AtomicFile.recover(directory, disk: seams.disk, crash: seams.crash)
        var entries: [(batch: Int64, bytes: Int64)] = []
        for name in try seams.disk.list(directory) {
            guard let batch = StoredNumbers.number(named: name) else { continue }
            entries.append((batch, Int64(try seams.disk.contents(of: "\(directory)/\(name)").count)))
        }
        // What is found is acted upon, and whoever wrote it may have died before its name was durable.
        try seams.disk.syncDirectory(directory)
        return entries.sorted { $0.batch < $1.batch }
    }
}
