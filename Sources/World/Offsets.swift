// Positions in a topic: offsets, ranges and watermarks, as Kafka defines them.

/// A partition's number within its topic, from 0.
public typealias Partition = Int32

/// A record's position in its partition, from 0.
public typealias Offset = Int64

/// The records of one partition from `from` up to and not including `until`; some offsets between may hold none
/// (transaction markers, compaction).
public struct OffsetRange: Equatable, Hashable, Sendable, Codable {
    /// The partition the range lies in.
    public var partition: Partition
    /// The first offset of the range.
    public var from: Offset
    /// The offset after the last one of the range.
    public var until: Offset

    /// Makes a range; `from` must not exceed `until`.
    public init(partition: Partition, from: Offset, until: Offset) {
        precondition(from <= until, "offset range of partition \(partition) ends at \(until), before \(from)")
        self.partition = partition
        self.from = from
        self.until = until
    }

    /// The number of offsets, which is the number of records where the range has no gaps.
    public var count: Int64 { until - from }
    /// Whether the range spans no offset.
    public var isEmpty: Bool { from == until }
}

/// The ends of a partition's log.
public struct Watermarks: Equatable, Sendable {
    /// The offset of the oldest record still kept.
    public var low: Offset
    /// The high watermark: the offset the next record will get.
    public var high: Offset

    /// Makes a pair of watermarks.
    public init(low: Offset, high: Offset) {
        self.low = low
        self.high = high
    }
}
