// Durations as librdkafka takes them.

extension Duration {
    /// Whole milliseconds, rounded up so that a short wait does not become a busy loop, at most what a C int holds.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        if seconds >= Int64(Int32.max / 1000) { return Int32.max }
        let whole = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(max(whole, 0))
    }
}
