// Positions in a topic as a text file that a person can read: what a file store keeps, and what export writes.
public import World

/// For each partition the offset of the next record wanted, with where it comes from.
///
///     kbench-positions 1
///     topic orders          where known
///     group billing         where a group committed them
///     latest 7              where a state folder gave them: the newest batch number in use
///     next 0 1750           partition, offset; no line where nothing is known
///     crc32c 5f0a21c3
public struct Positions: Equatable, Sendable {
    /// The version of the text form.
    public static let version = 1

    /// The topic; nil where it is not known.
    public var topic: String?
    /// The group that committed them; nil for none.
    public var group: String?
    /// The newest batch number that the state folder they come from has used; nil where there was none.
    public var latestBatch: Int64?
    /// By partition, from 0, the offset of the next record; nil where nothing is known.
    public var offsets: [Offset?]

    /// Makes positions.
    public init(topic: String? = nil, group: String? = nil, latestBatch: Int64? = nil, offsets: [Offset?]) {
        self.topic = topic
        self.group = group
        self.latestBatch = latestBatch
        self.offsets = offsets
    }

    /// Reads the file at `path`.
    ///
    /// - Throws: ``DiskError`` when it cannot be read, ``OffsetStoreError`` `damaged` when it is not what kbench wrote.
    public init(path: String, disk: any Disk) throws {
        guard let lines = try AtomicFile.read(path, disk: disk) else {
            throw OffsetStoreError(
                .damaged, "the file's last line is not the checksum of those before it", location: path)
        }
        try self.init(lines: lines, path: path)
    }

    /// Writes the file `path`, whole or not at all, and makes it durable.
    ///
    /// - Throws: ``DiskError``.
    public func write(to path: String, disk: any Disk) throws {
        try AtomicFile.write(lines, to: path, disk: disk)
    }

    /// The file's text.
    public var text: String { AtomicFile.text(of: lines) }

    var lines: [String] {
        var lines = ["kbench-positions \(Positions.version)"]
        if let topic { lines.append("topic \(topic)") }
        if let group { lines.append("group \(group)") }
        if let latestBatch { lines.append("latest \(latestBatch)") }
        for (partition, offset) in offsets.enumerated() {
            if let offset { lines.append("next \(partition) \(offset)") }
        }
        return lines
    }

    init(lines: [String], path: String) throws {
        self.init(offsets: [])
        func damaged(_ line: String) -> OffsetStoreError {
            OffsetStoreError(.damaged, "the line \"\(line)\" is not one kbench writes", location: path)
        }
        guard let title = lines.first, title.hasPrefix("kbench-positions ") else {
            throw OffsetStoreError(
                .damaged, "the file does not begin with \"kbench-positions \(Positions.version)\"", location: path)
        }
        guard title == "kbench-positions \(Positions.version)" else {
            throw OffsetStoreError(
                .damaged,
                "the file says \"\(title)\", this kbench reads \"kbench-positions \(Positions.version)\"",
                location: path)
        }
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { throw damaged(line) }
            switch words[0] {
            case "topic": topic = words[1]
            case "group": group = words[1]
            case "latest":
                guard let batch = Int64(words[1]), StoredNumbers.isPossible(batch) else { throw damaged(line) }
                latestBatch = batch
            case "next":
                let numbers = words[1].split(separator: " ").compactMap { Int64($0) }
                guard numbers.count == 2, numbers[0] >= Int64(offsets.count), StoredNumbers.isPossible(numbers[1]),
                    numbers[0] < StoredNumbers.mostPartitions
                else { throw damaged(line) }
                offsets += Array(repeating: nil, count: Int(numbers[0]) - offsets.count) + [numbers[1]]
            default: throw damaged(line)
            }
        }
    }
}
