// Exact figures of two builds, one by one.

extension ExactFigures {
    /// What two builds' figures come to.
    public struct Comparison: Equatable, Sendable {
        /// A metric for each name of a figure that is a price.
        public var metrics: [GateMetric]
        /// Duplicates and losses that are more than before.
        public var brokenGuarantees: [String]
        /// Every figure and row that differs.
        public var differences: [String]

        /// Nothing was compared.
        public static let none = Comparison(metrics: [], brokenGuarantees: [], differences: [])
    }

    /// Compares every figure with the base's.
    ///
    /// A new row is a difference and no more: there is nothing to be worse than. A row that is gone is worse: what it
    /// guaranteed is no longer looked at.
    public func compared(withBase base: ExactFigures, margin: Double = 0) -> Comparison {
        var differences = base.load == load ? [] : ["the load: \(base.load) before, \(load) now"]
        var broken: [String] = []
        var prices: [String: [(base: Int64, new: Int64)]] = [:]
        let old = Dictionary(base.rows.map { ($0.place, $0.figures) }) { first, _ in first }
        let places = Set(rows.map(\.place))
        let gone = base.rows.filter { !places.contains($0.place) }
        differences += gone.map { "\($0.place): is no longer there" }
        prices["rowsGone"] = [(0, Int64(gone.count))]
        for row in rows {
            guard let before = old[row.place] else {
                differences.append("\(row.place): is new")
                continue
            }
            for (name, value) in row.figures.sorted(by: { $0.key < $1.key }) where before[name] != value {
                differences.append(
                    "\(row.place): \(name) \(before[name].map { String($0) } ?? "none") -> \(value)")
            }
            for (name, value) in row.figures.sorted(by: { $0.key < $1.key }) {
                guard let figure = before[name] else { continue }
                if !Self.guarantees.contains(name) {
                    prices[name, default: []].append((figure, value))
                } else if value > figure {
                    broken.append("\(row.place): \(value) \(name), \(figure) before")
                }
            }
        }
        let metrics = prices.sorted { $0.key < $1.key }.map { name, pairs in
            GateMetric(exact: "counts/\(name)", pairs, margin: margin)
        }
        return Comparison(metrics: metrics, brokenGuarantees: broken, differences: differences)
    }
}

extension GateMetric {
    fileprivate init(exact name: String, _ pairs: [(base: Int64, new: Int64)], margin: Double) {
        // Where there was nothing before, what is there now counts as against one.
        let ratio = { (base: Int64, new: Int64) in base == 0 ? Double(new) + 1 : Double(new) / Double(base) }
        let ratios = pairs.map(ratio)
        let sums = pairs.reduce((base: Int64(0), new: Int64(0))) { ($0.base + $1.base, $0.new + $1.new) }
        self.init(
            name: name, tier: 0, better: .lower,
            ratio: Interval(median: ratio(sums.base, sums.new), low: ratios.min() ?? 1, high: ratios.max() ?? 1),
            pAdjusted: ratios.contains { $0 > 1 } ? 0 : 1, minimumDetectableEffect: 0, margin: margin)
    }
}
