// An output operation as a user of the library would write it: results and offset ranges stored in one step.
public import Engine
internal import Evidence
package import Judgement
internal import Posix
public import World

/// Stores what each batch came to in one file with the batch's offset ranges, and begins behind the ranges stored.
///
///     batch 7
///     range 0 1500 1750          partition, from, until
///     record 0 6001              producer and sequence number, one line per record
///
/// The file appears whole or not at all, so results and ranges cannot disagree. Only what is public in the library is
/// used here.
public final class StoredResults: OutputOperation {
    /// Where results are kept, and whether the ranges among them are the checkpoint.
    public struct Configuration: Codable, Equatable, Sendable {
        /// The folder of the results.
        public var directory: String
        /// The partitions of the topic.
        public var partitions: Int
        /// Whether a restart begins behind the ranges stored; false leaves the start to the strategy.
        public var isCheckpoint: Bool

        /// Makes a configuration.
        public init(directory: String, partitions: Int, isCheckpoint: Bool) {
            self.directory = directory
            self.partitions = partitions
            self.isCheckpoint = isCheckpoint
        }
    }

    private static let prefix = "results-"
    private static let temporarySuffix = ".writing"

    private let configuration: Configuration
    private let disk: any Disk
    private var files: Int
    private var next: [Offset]
    private var lines: [String] = []
    /// The task under way, and the lines there were before it.
    private var underWay: (task: OutputTask, lines: Int)?

    /// Opens the results there are.
    ///
    /// - Throws: ``DiskError``.
    public init(_ configuration: Configuration, disk: any Disk) throws {
        self.configuration = configuration
        self.disk = disk
        next = Array(repeating: 0, count: configuration.partitions)
        try disk.makeDurableDirectory(configuration.directory)
        let names = try StoredResults.names(in: configuration.directory, disk: disk)
        files = names.count
        for name in names {
            for words in try StoredResults.lines(of: "\(configuration.directory)/\(name)", disk: disk)
            where words.count == 4 && words[0] == "range" {
                guard let partition = Int(words[1]), next.indices.contains(partition), let until = Offset(words[3])
                else { continue }
                next[partition] = max(next[partition], until)
            }
        }
    }

    /// Behind the ranges stored, or nil where the strategy is to say.
    public func startPositions() -> [Offset]? { configuration.isCheckpoint ? next : nil }

    /// Keeps which records there are until the batch is complete.
    public func process(_ records: Block, of task: OutputTask) {
        if underWay?.task != task { underWay = (task, lines.count) }
        records.forEachRecord { _, _, _, value in
            guard let identity = value.flatMap({ RecordFormat.read($0) }) else { return }
            lines.append("record \(identity.producer) \(identity.sequence)")
        }
    }

    /// Forgets the records of a task that is tried again.
    public func abandon(_ task: OutputTask) {
        guard let underWay, underWay.task == task else { return }
        lines.removeLast(lines.count - underWay.lines)
    }

    /// Stores ranges and records in one step: the rename.
    ///
    /// - Throws: ``DiskError``.
    public func complete(_ batch: OutputBatch) throws {
        let head = ["batch \(batch.number)"] + batch.ranges.map { "range \($0.partition) \($0.from) \($0.until)" }
        let text = (head + lines).joined(separator: "\n") + "\n"
        let path = "\(configuration.directory)/\(StoredResults.prefix)\(files + 1)"
        let file = try disk.open(path + StoredResults.temporarySuffix, .replace)
        do {
            defer { file.close() }
            try Array(text.utf8).withUnsafeBytes { try file.write([$0], at: 0) }
            try file.sync()
        }
        try disk.rename(path + StoredResults.temporarySuffix, to: path)
        try disk.syncDirectory(configuration.directory)
        files += 1
        lines = []
        underWay = nil
    }

    /// The records in the results of a run, each with the batch that brought it in.
    package struct Deliveries: DeliverySource {
        /// The folder of the results.
        package let directory: String
        package let disk: any Disk

        /// The operation knows what brought a record in by its batch only.
        package var causes: CauseEvidence { .deliveries }

        package func forEachDelivery(_ body: (Delivery) throws -> Void) throws {
            for name in try StoredResults.names(in: directory, disk: disk) {
                var batch: Int64 = 0
                for words in try StoredResults.lines(of: "\(directory)/\(name)", disk: disk) {
                    if words.first == "batch", words.count == 2 { batch = Int64(words[1]) ?? 0 }
                    guard words.first == "record", words.count == 3 else { continue }
                    try body(Delivery(number: words[1] == "0" ? Int(words[2]) : nil, ingest: batch))
                }
            }
        }
    }

    private static func names(in directory: String, disk: any Disk) throws -> [String] {
        guard disk.exists(directory) else { return [] }
        return try disk.list(directory).filter { $0.hasPrefix(prefix) && !$0.hasSuffix(temporarySuffix) }
    }

    private static func lines(of path: String, disk: any Disk) throws -> [[Substring]] {
        String(decoding: try disk.contents(of: path), as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: " ") }
    }
}
