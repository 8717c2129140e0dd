// How many records a batch may take from each partition: pure arithmetic over what waits and the limits.
internal import World

/// The two rules that bound a direct batch.
enum BatchSize {
    /// The most records of each partition by rate, as Spark 2.4 and later clamp a batch; nil: no limit.
    ///
    /// A rate for the whole stream is split by lag, each partition's part is held to its own maximum, and what the batch
    /// interval makes of it is cut to whole records but not below the minimum.
    static func byRate(
        lags: [Int64], rate: Double?, maxRatePerPartition: Double?, minRatePerPartition: Int64, seconds: Double
    ) -> [Int64]? {
        let totalLag = Double(lags.reduce(0, +))
        let rates: [Double]
        if let rate, rate > 0 {
            guard totalLag > 0 else { return nil }
            rates = lags.map { lag in
                let share = Double(lag) / totalLag * rate
                return maxRatePerPartition.map { min(share, $0) } ?? share
            }
        } else {
            guard let maxRatePerPartition else { return nil }
            rates = lags.map { _ in maxRatePerPartition }
        }
        return rates.map { max(Int64(clamped: seconds * $0), minRatePerPartition) }
    }

    /// A batch of at most `most` records split by lag, as Structured Streaming's `maxOffsetsPerTrigger` does: the
    /// fraction is dropped, but a partition whose part is below one record still gives one.
    static func byTotal(lags: [Int64], most: Int64) -> [Int64] {
        let totalLag = Double(lags.reduce(0, +))
        return lags.map { lag in
            guard lag > 0 else { return 0 }
            let part = Double(most) * (Double(lag) / totalLag)
            return Int64(clamped: part < 1 ? part.rounded(.up) : part.rounded(.down))
        }
    }
}

extension Int64 {
    /// The number without its fraction, or the nearest there is.
    fileprivate init(clamped number: Double) {
        self = Int64(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    }
}
