// How late most were, and how late the last ones: a latency by its percentiles, up to 99.99 and the highest.

/// Microseconds that a latency was at most for so many in a hundred, by HdrHistogram, at three digits.
public struct LatencySpectrum: Codable, Equatable, Sendable {
    /// Half of them.
    public var p50: UInt64
    /// 75 of 100.
    public var p75: UInt64
    /// 90 of 100.
    public var p90: UInt64
    /// 95 of 100.
    public var p95: UInt64
    /// 99 of 100.
    public var p99: UInt64
    /// 999 of 1,000.
    public var p999: UInt64
    /// 9,999 of 10,000.
    public var p9999: UInt64
    /// All of them.
    public var max: UInt64

    /// Asks `value` for each percentile, and takes the highest value as it is.
    public init(max: UInt64, _ value: (_ percentile: Double) -> UInt64) {
        (p50, p75, p90, p95) = (value(50), value(75), value(90), value(95))
        (p99, p999, p9999) = (value(99), value(99.9), value(99.99))
        self.max = max
    }

    /// The percentiles that are known, with what each is.
    public static var percentiles: [(percentile: Double, microseconds: @Sendable (LatencySpectrum) -> UInt64)] {
        [
            (50, { $0.p50 }), (75, { $0.p75 }), (90, { $0.p90 }), (95, { $0.p95 }), (99, { $0.p99 }),
            (99.9, { $0.p999 }), (99.99, { $0.p9999 }),
        ]
    }
}
