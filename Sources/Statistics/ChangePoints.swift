// Where a series of figures changed: E-divisive, which divides a series where its two sides differ most.
public import World

/// Finds the places at which the figures of a series began to come from somewhere else.
///
/// The energy distance of the two sides of a place is twice the mean distance across less the mean distance within each;
/// a place's weight is that times nm / (n + m). The heaviest place is a change if few random orders of the same figures
/// have one as heavy. Both sides are then looked at by themselves.
public struct ChangePoints: Sendable {
    /// The fewest figures on either side of a change, at least 2.
    public var shortestSide: Int
    /// Random orders that a change is compared with.
    public var permutations: Int
    /// The share of them that may be as heavy.
    public var significance: Double

    /// Makes a search; the defaults suit histories of tens to hundreds of commits.
    public init(shortestSide: Int = 3, permutations: Int = 199, significance: Double = 0.05) {
        self.shortestSide = max(2, shortestSide)
        self.permutations = permutations
        self.significance = significance
    }

    /// The places in `series` at which a change begins, in order.
    public func find(in series: [Double], random: inout SeededRandom) -> [Int] {
        var found: [Int] = []
        var open = [0..<series.count]
        while let range = open.popLast() {
            let part = Array(series[range])
            guard let best = heaviest(part), best.weight > 0 else { continue }
            var shuffled = part
            var asHeavy = 1
            for _ in 0..<permutations {
                shuffled.shuffle(using: &random)
                if let other = heaviest(shuffled), other.weight >= best.weight { asHeavy += 1 }
            }
            guard Double(asHeavy) / Double(permutations + 1) <= significance else { continue }
            let place = range.lowerBound + best.place
            found.append(place)
            open += [place..<range.upperBound, range.lowerBound..<place]
        }
        return found.sorted()
    }

    /// The place whose two sides differ most; nil where there is none with enough figures on both sides.
    private func heaviest(_ part: [Double]) -> (place: Int, weight: Double)? {
        let count = part.count
        guard count >= 2 * shortestSide else { return nil }
        // Sums of distances within the left side, within the right side, and across, kept while the place moves on.
        var (left, right, across) = (0.0, 0.0, 0.0)
        for (index, value) in part.enumerated() {
            for other in part[..<index] { right += (value - other).magnitude }
        }
        var best: (place: Int, weight: Double)?
        for place in 1...(count - shortestSide) {
            let value = part[place - 1]
            let toLeft = part[..<(place - 1)].reduce(0) { $0 + ($1 - value).magnitude }
            let toRight = part[place...].reduce(0) { $0 + ($1 - value).magnitude }
            left += toLeft
            right -= toRight
            across += toRight - toLeft
            guard place >= shortestSide else { continue }
            let (n, m) = (Double(place), Double(count - place))
            let distance = 2 * across / (n * m) - 2 * left / (n * (n - 1)) - 2 * right / (m * (m - 1))
            let weight = distance * n * m / (n + m)
            if weight > best?.weight ?? 0 { best = (place, weight) }
        }
        return best
    }
}
