// How a batch and a block are shared between partitions: the judge's own arithmetic, written from the rule and not from the
// engine's code, so that the two can disagree.
internal import World

/// The rule of even shares.
enum Shares {
    /// The most that a direct batch of `batch` records takes of each partition: dealt one by one from the first partition on,
    /// and never less than one.
    static func ofBatch(_ batch: Int, partitions: Int) -> [Int64] {
        let (each, over) = batch.quotientAndRemainder(dividingBy: partitions)
        let first = Array(repeating: Int64(max(1, each + 1)), count: over)
        return first + Array(repeating: Int64(max(1, each)), count: partitions - over)
    }

    /// What a block of `block` records takes of each partition that has `remaining` left. Each partition in turn gives an even
    /// part, rounded up, of what is still missing among those that have not been asked; whoever still has some is asked again
    /// for what is missing after that.
    static func ofBlock(_ block: Int, remaining: [Int64]) -> [Int64] {
        let asked = remaining.filter { $0 > 0 }.count
        if asked == 0 || block == 0 { return remaining.map { _ in 0 } }
        var missing = Int64(block)
        var waiting = Int64(asked)
        let given = remaining.map { has -> Int64 in
            guard has > 0 else { return 0 }
            let part = min(has, (missing - 1 + waiting) / waiting)
            missing -= part
            waiting -= 1
            return part
        }
        if missing == 0 { return given }
        let more = ofBlock(Int(missing), remaining: zip(remaining, given).map { $0 - $1 })
        return zip(given, more).map { $0 + $1 }
    }
}
