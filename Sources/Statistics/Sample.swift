// The middle and the spread of a few measurements.

/// Plain summaries of measurements.
public enum Sample {
    /// The middle value; of an even number of values the mean of the two in the middle. Not a number without values.
    public static func median(_ values: [Double]) -> Double { quantile(0.5, of: values) }

    /// The value below which a share (0 to 1) of the values lies, straight between the two nearest ones.
    public static func quantile(_ share: Double, of values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let place = share * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }

    /// The standard deviation that the values let one expect of others of their kind (divided by n - 1); 0 for fewer
    /// than two.
    public static func standardDeviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
