// Ratios of paired measurements, as logarithms: twice as much and half as much are then equally far from even.
internal import Foundation
public import World

/// What a new program measured in proportion to an old one, pair by pair.
public struct PairedRatios: Equatable, Sendable {
    /// The natural logarithm of new / base of each pair.
    public let logarithms: [Double]

    /// Pairs measurements by their places; nil where their numbers differ, there is none, or one is not above 0.
    public init?(base: [Double], new: [Double]) {
        guard base.count == new.count, !base.isEmpty,
            (base + new).allSatisfy({ $0 > 0 && $0.isFinite })
        else { return nil }
        logarithms = zip(base, new).map { log($1 / $0) }
    }

    /// The ratio in the middle.
    public var median: Double { exp(Sample.median(logarithms)) }

    /// The bounds of the median ratio: the `level` (0 to 1) in the middle of the medians of resampled pairs.
    public func interval(
        level: Double = 0.95, resamples: Int = 1_000, random: inout SeededRandom
    ) -> ClosedRange<Double> {
        let medians = (0..<max(1, resamples)).map { _ in
            Sample.median(logarithms.map { _ in logarithms[Int.random(in: logarithms.indices, using: &random)] })
        }
        let tail = (1 - level) / 2
        return exp(Sample.quantile(tail, of: medians))...exp(Sample.quantile(1 - tail, of: medians))
    }

    /// The smallest increase, as a share (0.03: three per cent), that as many pairs of this spread show four times in
    /// five: exp((z(0.99) + z(0.80)) s / sqrt(k)) - 1, with s the standard deviation of the k logarithms and z the
    /// normal distribution's quantiles for a one-sided test at 1 % and a power of 80 %.
    public var minimumDetectableEffect: Double {
        let quantiles = 2.3263478740408408 + 0.8416212335729143
        return exp(quantiles * Sample.standardDeviation(logarithms) / Double(logarithms.count).squareRoot()) - 1
    }
}
