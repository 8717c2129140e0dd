// How one batch went, and the file that has a line for each completed batch.
internal import Evidence
public import World

/// What is known of a batch once it is complete. Times are nanoseconds of the monotonic clock.
public struct BatchStatistics: Equatable, Sendable {
    /// The batch's number.
    public var batch: Int64 = 0
    /// Its records: the offsets of its ranges, or the records of its blocks.
    public var records: Int64 = 0
    /// Ranges or blocks it was planned with.
    public var inputs = 0
    /// Tasks that ran, those that write after a shuffle included.
    public var tasks = 0
    /// From when it was due until its job was submitted; 0 where batches are not due at times.
    public var schedulingDelay: Nanoseconds = 0
    /// From its submission until its completion was recorded.
    public var processingTime: Nanoseconds = 0
    /// Bytes its tasks handed to each other through shuffle files.
    public var shuffleBytes: Int64 = 0
    /// When its completion was recorded.
    public var endedAt: Nanoseconds = 0

    init() {}

    private static let columns = [
        "batch", "planned_records", "inputs", "tasks", "scheduling_delay_ns", "processing_ns", "shuffle_bytes",
        "ended_at_ns",
    ]

    static let header = columns.joined(separator: ",") + "\n"

    var line: String {
        "\(batch),\(records),\(inputs),\(tasks),\(schedulingDelay),\(processingTime),\(shuffleBytes),\(endedAt)\n"
    }

    /// Reads a line of the file; nil when it is none.
    private init?(line: Substring) {
        let cells = line.split(separator: ",").compactMap { Int64($0) }
        guard cells.count == BatchStatistics.columns.count, cells.allSatisfy({ $0 >= 0 }) else { return nil }
        batch = cells[0]
        records = cells[1]
        inputs = Int(cells[2])
        tasks = Int(cells[3])
        schedulingDelay = UInt64(cells[4])
        processingTime = UInt64(cells[5])
        shuffleBytes = cells[6]
        endedAt = UInt64(cells[7])
    }

    /// The completed batches of the run in `directory`, in the order of their completion; a line that a crash cut short
    /// is left out.
    ///
    /// - Throws: ``DiskError``.
    public static func read(runDirectory directory: String, disk: any Disk) throws -> [BatchStatistics] {
        let path = BatchStatisticsFile.path(in: RunFolder.evidence(of: directory))
        guard disk.exists(path) else { return [] }
        let text = String(decoding: try disk.contents(of: path), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
            .compactMap { BatchStatistics(line: $0) }
    }
}

/// Appends to `batches.csv`. It is evidence: it survives a process kill, and nothing is synced for it.
final class BatchStatisticsFile {
    private let file: any DiskFile
    private var end: Int64

    static func path(in directory: String) -> String { "\(directory)/batches.csv" }

    init(directory: String, disk: any Disk) throws {
        try disk.makeDirectory(directory)
        let path = BatchStatisticsFile.path(in: directory)
        let whole =
            disk.exists(path) ? try disk.contents(of: path).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } : nil
        file = try disk.open(path, .update)
        end = Int64(whole ?? 0)
        try file.truncate(to: end)
        if end == 0 { try append(BatchStatistics.header) }
    }

    func append(_ line: String) throws {
        let bytes = Array(line.utf8)
        try bytes.withUnsafeBytes { try file.write([$0], at: end) }
        end += Int64(bytes.count)
    }

    func close() { file.close() }
}
