// The search for the highest rate that is sustained: doubles until one is not, then halves the bracket.

/// A bisection over rates, without any measuring of its own.
struct RateSearch {
    /// The highest rate that was sustained; nil: none yet.
    private(set) var sustained: Double?
    /// The lowest rate that was not; nil: none yet.
    private(set) var refused: Double?
    private let start: Double
    /// The bracket is close enough when its ends differ by no more than this factor.
    private let precision: Double
    /// No rate below is tried.
    private let lowest: Double
    /// No rate above is tried.
    private let highest: Double

    init(start: Double, precision: Double = 1.1, lowest: Double = 100, highest: Double = .infinity) {
        self.start = min(max(start, lowest), highest)
        self.precision = precision
        self.lowest = lowest
        self.highest = highest
    }

    /// The next rate to try; nil when the answer is close enough.
    var next: Double? {
        switch (sustained, refused) {
        case (nil, nil): return start
        case (let low?, nil): return low < highest ? min(low * 2, highest) : nil
        case (nil, let high?): return high > lowest ? max(high / 2, lowest) : nil
        case (let low?, let high?): return high / low > precision ? (low * high).squareRoot() : nil
        }
    }

    /// Notes what came of a rate.
    mutating func note(_ rate: Double, isSustained: Bool) {
        if isSustained {
            sustained = max(sustained ?? 0, rate)
        } else {
            refused = min(refused ?? .infinity, rate)
        }
    }
}

/// Whether a consumer falls further and further behind.
enum Lag {
    /// The largest lag of the second quarter of the time in which records are offered, and the smallest of the last.
    static func quarters(of samples: [TrialSample], records: Int) -> (early: Int, late: Int)? {
        let lags = samples.filter { $0.offered > 0 && $0.offered < records }.map { max(0, $0.offered - $0.done) }
        guard lags.count >= 8 else { return nil }
        let quarter = lags.count / 4
        guard let early = lags[quarter..<2 * quarter].max(), let late = lags[(3 * quarter)...].min() else { return nil }
        return (early, late)
    }

    /// Whether it grows: at its least in the last quarter it is more than at its most in the second.
    static func isGrowing(_ samples: [TrialSample], records: Int) -> Bool {
        quarters(of: samples, records: records).map { $0.late > $0.early } ?? false
    }
}
