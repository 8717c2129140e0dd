// A median and the bounds it lies in.

/// A median with the interval it lies in.
public struct Interval: Codable, Equatable, Sendable {
    /// The median.
    public var median: Double
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// Makes an interval.
    public init(median: Double, low: Double, high: Double) {
        self.median = median
        self.low = low
        self.high = high
    }

    /// The same of the inverse: of a ratio the other way round.
    var inverted: Interval { Interval(median: 1 / median, low: 1 / high, high: 1 / low) }
}
