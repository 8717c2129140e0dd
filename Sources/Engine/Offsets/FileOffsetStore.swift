// Offsets in files: one for each group, replaced whole at every commit.
public import World

/// The offsets of one topic's groups in a folder, a file for each group. A commit is on the disk when it returns, and a
/// crash leaves the commit before or this one, whole.
public final class FileOffsetStore: OffsetStore {
    private let directory: String
    private let topic: String
    private let disk: any Disk

    /// Makes a store in `directory`, which is made by the first commit.
    public init(directory: String, topic: String, disk: any Disk) {
        self.directory = directory
        self.topic = topic
        self.disk = disk
    }

    /// The file that keeps a group's offsets.
    public static func path(of group: String, in directory: String) -> String {
        // A group may be called anything, a file may not.
        let name = group.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (48...57).contains(byte))
            return isPlain || "-_".unicodeScalars.contains(scalar)
                ? String(Character(scalar)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "\(directory)/\(name.joined()).offsets"
    }

    /// The group's committed offsets of `partitions`, in their order; nil where the group has committed none.
    ///
    /// - Throws: ``DiskError``; ``OffsetStoreError`` for a file that is damaged or of another group or topic.
    public func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?] {
        let committed = try read(group).offsets
        return partitions.map { Int($0) < committed.count ? committed[Int($0)] : nil }
    }

    /// Commits all partitions at once; returns once the file is durable.
    ///
    /// - Throws: as ``committedOffsets(of:group:)``.
    public func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
        var positions = try read(group)
        positions.group = group
        positions.topic = topic
        for (partition, next) in offsets {
            let missing = Int(partition) + 1 - positions.offsets.count
            if missing > 0 { positions.offsets += Array(repeating: nil, count: missing) }
            positions.offsets[Int(partition)] = next
        }
        try positions.write(to: FileOffsetStore.path(of: group, in: directory), disk: disk)
    }

    private func read(_ group: String) throws -> Positions {
        let path = FileOffsetStore.path(of: group, in: directory)
        guard disk.exists(path) else { return Positions(topic: topic, group: group, offsets: []) }
        let positions = try Positions(path: path, disk: disk)
        // An exported file may leave both open.
        guard positions.group ?? group == group, positions.topic ?? topic == topic else {
            throw OffsetStoreError(
                .damaged,
                "the file holds offsets of group \(positions.group ?? "-") and topic \(positions.topic ?? "-"), "
                    + "not of \(group) and \(topic)", location: path)
        }
        return positions
    }
}
