// Plans the offset ranges of a batch: pure arithmetic over positions and ends.
internal import World

/// How much a batch may take from each partition.
enum OffsetPlanner {
    /// The largest number of records a batch of `batch` records takes from each of `partitions` partitions: an even
    /// share, the remainder to the lowest numbers, never less than one.
    static func shares(of batch: Int, partitions: Int) -> [Int64] {
        (0..<partitions).map { max(1, Int64(batch / partitions + ($0 < batch % partitions ? 1 : 0))) }
    }

    /// The non-empty ranges from `positions` towards `ends`, each at most its share; nil shares: unlimited.
    static func ranges(positions: [Offset], ends: [Offset], shares: [Int64]?) -> [OffsetRange] {
        positions.indices.compactMap { partition in
            let available = max(0, ends[partition] - positions[partition])
            let count = min(available, shares?[partition] ?? available)
            return count == 0
                ? nil
                : OffsetRange(
                    partition: Partition(partition), from: positions[partition], until: positions[partition] + count)
        }
    }
}
