// How a block cut by count takes its records from the partitions: pure arithmetic.

/// The share of each partition in a block.
///
/// Shares are exact where records are counted one by one. Where a partition gives whole batches, it gives more than its
/// share: such a block is full before all have given theirs, and the next one begins with the partition behind, which has
/// a share then even where there are fewer records than partitions.
enum BlockFill {
    /// Splits `count` records between partitions that have `remaining` left: as even as can be, what does not divide to
    /// the lower numbers, what a partition cannot give to the others.
    static func split(_ count: Int, remaining: [Int64], wholeBatches: Bool = false) -> [Int] {
        if wholeBatches { return split(max(count, remaining.count { $0 > 0 }), remaining: remaining) }
        var shares = remaining.map { _ in 0 }
        var left = count
        var open = remaining.indices.filter { remaining[$0] > 0 }
        while left > 0, !open.isEmpty {
            for (place, partition) in open.enumerated() {
                let others = open.count - place
                let share = min((left + others - 1) / others, Int(remaining[partition]) - shares[partition])
                shares[partition] += share
                left -= share
            }
            open = open.filter { Int64(shares[$0]) < remaining[$0] }
        }
        return shares
    }
}
