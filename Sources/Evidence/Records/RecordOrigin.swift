// Whose records a run reads: kbench's own, which say which they are, or anybody's, which are known by where they lie.
public import World

/// Who produced the records of the input.
public enum RecordOrigin: String, Codable, Sendable, CaseIterable {
    /// kbench: each value has a checksum and the record's number, and both are verified.
    case kbench
    /// Anybody: nothing is known of values, and a record is told by its partition and offset.
    case anyone
}

/// The offsets that are numbered where records are known by where they lie: the same in every life of a run, also where one
/// begins later than another, or has more to read.
public struct NumberedOffsets: Codable, Equatable, Sendable {
    /// By partition, the first offset that has a number.
    public var starts: [Offset]
    /// By partition, the offset behind the last.
    public var ends: [Offset]

    /// Numbers the offsets from `starts` up to `ends`.
    public init(starts: [Offset], ends: [Offset]) {
        self.starts = starts
        self.ends = ends
    }
}

/// The numbers, from 0, of records that are known by where they lie: partition by partition, in the order of their offsets.
public struct PlaceNumbers: Equatable, Sendable {
    /// By partition, the first offset.
    package let starts: [Offset]
    /// By partition, the number of the first offset.
    package let bases: [Int]
    /// By partition, the offset behind the last.
    package let ends: [Offset]
    /// How many numbers there are: one for each offset, whether or not there is a record.
    public let count: Int

    /// Numbers the offsets from `starts` up to `ends`, partition by partition.
    public init(starts: [Offset], ends: [Offset]) {
        var bases: [Int] = []
        var count = 0
        for (start, end) in zip(starts, ends) {
            bases.append(count)
            count += Int(max(0, end - start))
        }
        (self.starts, self.ends, self.bases, self.count) = (starts, ends, bases, count)
    }

    /// The number of the record at an offset; nil for one that is not numbered.
    package func number(of partition: Partition, _ offset: Offset) -> Int? {
        let index = Int(partition)
        guard starts.indices.contains(index), offset >= starts[index], offset < ends[index] else { return nil }
        return bases[index] + Int(offset - starts[index])
    }

    /// Where the record of a number lies, if there is one.
    public func place(of number: Int) -> (partition: Partition, offset: Offset) {
        let partition = (bases.firstIndex { $0 > number } ?? bases.count) - 1
        return (Partition(partition), starts[partition] + Offset(number - bases[partition]))
    }
}
