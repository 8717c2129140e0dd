// What a comparison of two builds would run.
public import Results

extension ComparisonOptions {
    /// How long a run of the standard command takes, and one that only counts, in seconds.
    private static let shippedSeconds = (standard: 5.0, counts: 1.0)

    /// The runs of both builds, of so many comparisons.
    public func work(comparisons: Int = 1) -> PlannedWork {
        let counted = tiers.hasExact ? ["BASE: exact figures", "NEW: exact figures"] : []
        let measured =
            tiers.hasMeasured
            ? ["BASE: warming up", "NEW: warming up"]
                + (1...pairs).map { "pair \($0) of \(pairs), \(2 * bestOf) runs" } : []
        let runs = tiers.hasMeasured ? comparisons * (2 + 2 * pairs * bestOf) : 0
        let words = tiers.hasMeasured ? command.joined(separator: " ") : "counts"
        return PlannedWork(
            kind: "compare", unit: "run", names: counted + measured, units: counted.count + runs,
            because: tiers.hasMeasured ? "a metric that seems slower is measured a second time" : nil, size: words,
            shippedSeconds: tiers.hasMeasured ? Self.shippedSeconds.standard : Self.shippedSeconds.counts)
    }
}
