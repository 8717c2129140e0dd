// What a producer got confirmed.
public import World

/// The records confirmed by the broker, each at the offset it had to get.
public struct Delivery: Equatable, Sendable {
    /// The number of records.
    public var confirmed: Int
    /// For each partition that got records, in order of partitions, the offsets they have now.
    public var ranges: [OffsetRange]

    /// Makes a delivery.
    public init(confirmed: Int, ranges: [OffsetRange]) {
        self.confirmed = confirmed
        self.ranges = ranges
    }
}
