// The records that a sink has taken, as the losses see them.

/// What a sink, or a job's state, holds of the load.
struct HeldRecords: Hashable {
    /// Whether it takes a partition's records in the order of their offsets only, as what keeps offsets does: a record
    /// that comes after a later one is taken for one that it has had.
    private let comparesOffsets: Bool
    private var offsets: OffsetSet
    /// By partition: the offset behind the last record taken.
    private(set) var floors: [Int64]
    private var inOrder = 0

    init(partitions: Int, comparesOffsets: Bool) {
        self.comparesOffsets = comparesOffsets
        offsets = OffsetSet(partitions: partitions)
        floors = Array(repeating: 0, count: partitions)
    }

    /// Adds a partition.
    mutating func grow() {
        offsets.grow()
        floors.append(0)
    }

    /// How many there are, each counted once.
    var count: Int { comparesOffsets ? inOrder : offsets.count }

    /// Whether all of these, one range for each partition, were taken or passed over before.
    func isPast(_ ranges: [Range<Int64>]) -> Bool {
        zip(ranges, floors).allSatisfy { $0.isEmpty || $0.upperBound <= $1 }
    }

    /// Takes one range of each partition.
    mutating func take(_ ranges: [Range<Int64>]) {
        if !comparesOffsets { offsets.insert(ranges) }
        for (partition, range) in ranges.enumerated() where range.upperBound > floors[partition] && !range.isEmpty {
            inOrder += Int(range.upperBound - max(range.lowerBound, floors[partition]))
            floors[partition] = range.upperBound
        }
    }
}
