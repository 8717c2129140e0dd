// Sets of offsets, partition by partition: what a sink holds, and what is still to come.

/// Offsets of several partitions, each kept as disjoint stretches in rising order.
struct OffsetSet: Hashable {
    private var stretches: [[Range<Int64>]]

    /// An empty set.
    init(partitions: Int) { stretches = Array(repeating: [], count: partitions) }

    /// Adds a partition.
    mutating func grow() { stretches.append([]) }

    /// The number of offsets.
    var count: Int { stretches.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }

    /// Adds a range of each partition, from partition 0 on.
    mutating func insert(_ ranges: [Range<Int64>]) {
        for (partition, range) in ranges.enumerated() where !range.isEmpty { insert(range, into: partition) }
    }

    /// Adds all of another set.
    mutating func formUnion(_ other: OffsetSet) {
        for (partition, ranges) in other.stretches.enumerated() {
            for range in ranges { insert(range, into: partition) }
        }
    }

    /// How many offsets are in both.
    func common(with other: OffsetSet) -> Int {
        var all = self
        all.formUnion(other)
        return count + other.count - all.count
    }

    /// Adds a range of one partition.
    mutating func insert(_ range: Range<Int64>, into partition: Int) {
        if range.isEmpty { return }
        // All that touch the new one become part of it.
        let touching = stretches[partition].filter {
            $0.lowerBound <= range.upperBound && range.lowerBound <= $0.upperBound
        }
        let from = touching.reduce(range.lowerBound) { min($0, $1.lowerBound) }
        let until = touching.reduce(range.upperBound) { max($0, $1.upperBound) }
        stretches[partition].removeAll { $0.upperBound >= from && $0.lowerBound <= until }
        let place = stretches[partition].firstIndex { $0.lowerBound > from } ?? stretches[partition].count
        stretches[partition].insert(from..<until, at: place)
    }
}
