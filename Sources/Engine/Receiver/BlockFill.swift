// How a block cut by count takes its records from the partitions: pure arithmetic.

/// The share of each partition in a block.
enum BlockFill {
    /// Splits `count` records between partitions that have `remaining` left: as even as can be, what does not divide to
    /// the lower numbers, what a partition cannot give to the others.
    static func split(_ count: Int, remaining: [Int64]) -> [Int] {
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
