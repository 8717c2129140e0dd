// Positions taken out of a place, in the forms in which they can be kept.
internal import Engine
internal import Posix
public import Results
internal import World

/// What `kbench offsets export` takes out.
public struct ExportedPositions: Sendable {
    private let positions: Positions
    /// The positions as a result; its notes say what a start from them means, a line each.
    public let result: OffsetsResult

    init(positions: Positions, address: OffsetsAddress, notes: [String]) {
        self.positions = positions
        var result = OffsetsResult(
            address: "\(address)", source: "\(address)", topic: positions.topic, group: positions.group,
            latestBatch: positions.latestBatch, notes: notes)
        result.partitions = positions.offsets.enumerated().map {
            .init(partition: Partition($0), next: $1, safe: $1)
        }
        self.result = result
    }

    /// The file that a person can read, and `import` reads.
    public var text: String { positions.text }

    /// Lines for Kafka's own tool, which `import` reads too.
    ///
    /// - Throws: ``OffsetStoreError`` where the topic is not known.
    public func csv() throws -> String { try positions.csv() }

    /// Writes the file `path`, with ``text`` or another form; a file that is there is only replaced if `overwrites`.
    ///
    /// - Throws: what ``Diagnosis`` explains.
    public func keep(at path: String, _ form: String? = nil, overwrites: Bool) throws {
        if !overwrites { try OffsetsTool.refuse(PosixDisk().exists(path), "\(path): the file is there already") }
        if let form {
            try PosixDisk().write(Array(form.utf8), to: path)
        } else {
            try positions.write(to: path, disk: PosixDisk())
        }
    }
}
