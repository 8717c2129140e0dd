// Which offsets of a topic hold records: positions as data, for everything that must not assume that all do.
public import World

/// Where the records of one partition lie. Offsets that hold none are those of transaction markers, of aborted records, and of
/// what compaction removed.
public struct PartitionLayout: Hashable, Sendable {
    /// The first offset of the input; what lay before it is gone, or does not belong to it.
    public private(set) var start: Offset
    /// The offset behind the input, which may lie behind its last record.
    public private(set) var end: Offset
    /// The offsets that hold records, as stretches in rising order of which none touches the next.
    public private(set) var stretches: [Range<Offset>] = []
    /// For each stretch, the records before it.
    private var ranks: [Int64] = []
    /// The records.
    public private(set) var count: Int64 = 0

    /// A partition without records, that begins at `start`.
    public init(start: Offset = 0) { (self.start, end) = (start, start) }

    /// A partition whose records lie at the offsets `stretches`, in rising order, and that ends at `end`.
    public init(start: Offset, stretches: [Range<Offset>], end: Offset) {
        self.init(start: start)
        for stretch in stretches {
            skip(max(0, stretch.lowerBound - self.end))
            append(Int64(stretch.count))
        }
        skip(max(0, end - self.end))
    }

    /// Adds `records` records behind the end.
    public mutating func append(_ records: Int64) {
        guard records > 0 else { return }
        if let last = stretches.last, last.upperBound == end {
            stretches[stretches.count - 1] = last.lowerBound..<end + records
        } else {
            stretches.append(end..<end + records)
            ranks.append(count)
        }
        end += records
        count += records
    }

    /// Leaves `offsets` offsets without records behind the end.
    public mutating func skip(_ offsets: Int64) { end += offsets }

    /// Whether every offset holds a record.
    public var isDense: Bool { count == end - start }

    /// How many records lie before `offset`.
    public func rank(of offset: Offset) -> Int64 {
        guard let index = lastIndex(where: { stretches[$0].lowerBound < offset }) else { return 0 }
        return ranks[index] + min(offset, stretches[index].upperBound) - stretches[index].lowerBound
    }

    /// The offset of the record that `ordinal` records lie before, below ``count``.
    public func offset(of ordinal: Int64) -> Offset {
        guard let index = lastIndex(where: { ranks[$0] <= ordinal }) else { return start }
        return stretches[index].lowerBound + ordinal - ranks[index]
    }

    /// The offset behind the first `records` records: where whoever has read them stands.
    public func offset(behind records: Int64) -> Offset { records == 0 ? start : offset(of: records - 1) + 1 }

    /// The last place that `holds` is true for, where it is true up to some place and false from there on.
    private func lastIndex(where holds: (Int) -> Bool) -> Int? {
        // Nearly every partition is a single stretch.
        if stretches.count <= 1 { return stretches.isEmpty || !holds(0) ? nil : 0 }
        var low = 0
        var high = stretches.count
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}

extension PartitionLayout: Codable {
    private enum CodingKeys: String, CodingKey { case start, end, stretches }

    /// Reads a layout; see ``encode(to:)``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let bounds = try container.decode([Offset].self, forKey: .stretches)
        let start = try container.decode(Offset.self, forKey: .start)
        let end = try container.decode(Offset.self, forKey: .end)
        guard bounds.count % 2 == 0, zip([start] + bounds, bounds + [end]).allSatisfy({ $0 <= $1 }), start >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .stretches, in: container, debugDescription: "offsets that do not rise")
        }
        self.init(
            start: start,
            stretches: stride(from: 0, to: bounds.count, by: 2).map { bounds[$0]..<bounds[$0 + 1] }, end: end)
    }

    /// Writes the bounds of the stretches, one after the other.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encode(stretches.flatMap { [$0.lowerBound, $0.upperBound] }, forKey: .stretches)
    }
}

/// Where the records of a topic lie, partition by partition.
public struct TopicLayout: Codable, Hashable, Sendable {
    /// By partition.
    public var partitions: [PartitionLayout]

    /// Makes a layout.
    public init(partitions: [PartitionLayout]) { self.partitions = partitions }

    /// The layout of a load, produced in `parts` of so many records each, to partitions that begin at `starts`.
    public init(_ pattern: LoadPattern, parts: [Int], starts: [Offset]) {
        partitions = starts.map { PartitionLayout(start: $0) }
        var production = LoadProduction(pattern, partitions: starts.count)
        for part in parts { append(part, from: &production) }
    }

    /// Adds what a production produces next.
    public mutating func append(_ records: Int, from production: inout LoadProduction) {
        guard production.pattern.transactions != nil else {
            let before = production.counts
            production.skip(records)
            for (partition, count) in zip(production.counts, before).map({ $0 - $1 }).enumerated() {
                partitions[partition].append(count)
            }
            return
        }
        var touched = Set<Int>()
        production.produce(records) { step in
            switch step {
            case .begin: break
            case .record(_, let partition):
                partitions[Int(partition)].append(1)
                touched.insert(Int(partition))
            case .abortedRecord(_, let partition):
                partitions[Int(partition)].skip(1)
                touched.insert(Int(partition))
            case .commit, .abort:
                for partition in touched { partitions[partition].skip(1) }
                touched.removeAll(keepingCapacity: true)
            }
        }
    }

    /// The records of all partitions.
    public var count: Int64 { partitions.reduce(0) { $0 + $1.count } }
    /// By partition, the first offset.
    public var starts: [Offset] { partitions.map(\.start) }
    /// By partition, the offset behind the input.
    public var ends: [Offset] { partitions.map(\.end) }
    /// By partition, the records.
    public var counts: [Int64] { partitions.map(\.count) }
    /// Whether every offset holds a record.
    public var isDense: Bool { partitions.allSatisfy(\.isDense) }
}
