// A broker as an engine would use it that has a bug: offsets are one too many, one too few, or forgotten.
internal import World

/// Stands between an engine and its broker.
final class FlawedBroker: Broker {
    enum Flaw {
        case endsOneEarly
        case beginsOneEarly
        case commitsOneBeyond
        case forgetsAPartition
        case ignoresCommitted
    }

    private let broker: any Broker
    private let flaw: Flaw

    init(_ broker: any Broker, _ flaw: Flaw) {
        self.broker = broker
        self.flaw = flaw
    }

    var topic: String { broker.topic }

    func partitionCount() throws -> Int { try broker.partitionCount() }

    func watermarks(of partition: Partition) throws -> Watermarks { try broker.watermarks(of: partition) }

    func openReader(at positions: [(partition: Partition, offset: Offset)]) throws -> any RecordReader {
        FlawedReader(try broker.openReader(at: positions.map { ($0.partition, begin($0.offset)) }), flaw)
    }

    func openGroupReader(_ settings: GroupSettings) throws -> any GroupReader {
        try broker.openGroupReader(settings)
    }

    func committedOffsets(of partitions: [Partition], group: String) throws -> [Offset?] {
        if case .ignoresCommitted = flaw { return partitions.map { _ in nil } }
        return try broker.committedOffsets(of: partitions, group: group)
    }

    func commit(_ offsets: [(partition: Partition, next: Offset)], group: String) throws {
        var offsets = offsets
        switch flaw {
        case .commitsOneBeyond: offsets = offsets.map { ($0.partition, $0.next + 1) }
        case .forgetsAPartition: offsets = offsets.count > 1 ? offsets.dropLast() : offsets
        default: break
        }
        try broker.commit(offsets, group: group)
    }

    private func begin(_ offset: Offset) -> Offset {
        if case .beginsOneEarly = flaw, offset > 0 { return offset - 1 }
        return offset
    }
}

private final class FlawedReader: RecordReader {
    private let reader: any RecordReader
    private let flaw: FlawedBroker.Flaw

    init(_ reader: any RecordReader, _ flaw: FlawedBroker.Flaw) {
        self.reader = reader
        self.flaw = flaw
    }

    func seek(_ partition: Partition, to offset: Offset) throws {
        if case .beginsOneEarly = flaw, offset > 0 { return try reader.seek(partition, to: offset - 1) }
        try reader.seek(partition, to: offset)
    }

    func fetch(
        _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
    ) throws -> (count: Int, position: Offset) {
        guard case .endsOneEarly = flaw, until > 1, reader.position(of: partition) < until - 1 else {
            return try reader.fetch(partition, until: until, limit: limit, into: block, timeout: timeout)
        }
        let (count, position) = try reader.fetch(
            partition, until: until - 1, limit: limit, into: block, timeout: timeout)
        guard position == until - 1 else { return (count, position) }
        // The last record of the range is taken for read.
        try reader.seek(partition, to: until)
        return (count, until)
    }

    func discard(limit: Int, timeout: Duration) throws -> (count: Int, bytes: Int) {
        try reader.discard(limit: limit, timeout: timeout)
    }

    func position(of partition: Partition) -> Offset { reader.position(of: partition) }

    func close() { reader.close() }
}
