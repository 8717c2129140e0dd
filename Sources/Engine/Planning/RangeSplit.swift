// Splits the ranges of a batch into more tasks than there are partitions: pure arithmetic, no offset dropped.
internal import World

/// Structured Streaming's `minPartitions`.
enum RangeSplit {
    /// Splits `ranges` into about `least` pieces when there are fewer ranges than that. A range has as many pieces as its
    /// share of all offsets, rounded, and its last pieces take what does not divide. Rounding may leave the number a
    /// little short, and a range has no more pieces than offsets.
    static func split(_ ranges: [OffsetRange], least: Int) -> [OffsetRange] {
        let total = ranges.reduce(0) { $0 + $1.count }
        guard ranges.count < least, total > 0 else { return ranges }
        return ranges.flatMap { range in
            let share = Double(range.count) / Double(total) * Double(least)
            let pieces = min(max(Int64(share.rounded()), 1), max(range.count, 1))
            var from = range.from
            return (0..<pieces).map { piece in
                let until = from + (range.until - from) / (pieces - piece)
                defer { from = until }
                return OffsetRange(partition: range.partition, from: from, until: until)
            }
        }
    }

    /// The ranges with neighbours that follow on each other made one.
    static func united(_ ranges: [OffsetRange]) -> [OffsetRange] {
        ranges.reduce(into: []) { united, range in
            if let last = united.last, last.partition == range.partition, last.until == range.from {
                united[united.count - 1].until = range.until
            } else {
                united.append(range)
            }
        }
    }
}
