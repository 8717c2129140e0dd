// Ratios of pairs: their middle, its bounds, and what they could have shown.
import Foundation
import Testing
import World

@testable import Statistics

@Suite struct PairedRatiosTests {
    @Test func ratiosArePairedByPlace() throws {
        let ratios = try #require(PairedRatios(base: [10, 20, 40], new: [20, 20, 10]))
        #expect(zip(ratios.logarithms, [log(2), 0, -log(4)]).allSatisfy { ($0 - $1).magnitude < 1e-12 })
        #expect(ratios.median == 1)
    }

    static let impossible: [(base: [Double], new: [Double])] = [
        ([1], [1, 2]), ([], []), ([0], [1]), ([1], [-1]), ([1], [.infinity]), ([.nan], [1]),
    ]

    @Test(arguments: impossible)
    func whatHasNoRatioIsRefused(base: [Double], new: [Double]) {
        #expect(PairedRatios(base: base, new: new) == nil)
    }

    @Test func pairsThatAgreeLeaveNoRoom() throws {
        let ratios = try #require(PairedRatios(base: [1, 2, 4, 8], new: [3, 6, 12, 24]))
        var random = SeededRandom(seed: 1)
        let interval = ratios.interval(random: &random)
        #expect((interval.lowerBound - 3).magnitude < 1e-9 && (interval.upperBound - 3).magnitude < 1e-9)
        #expect(ratios.minimumDetectableEffect < 1e-9)
    }

    /// Of seven values, the bootstrap's median lies at the smallest or the largest too rarely for 95 %.
    @Test func theIntervalHoldsTheMedianAndRepeats() throws {
        let new = [0.90, 0.95, 0.98, 1.0, 1.02, 1.05, 1.30]
        let ratios = try #require(PairedRatios(base: Array(repeating: 1, count: 7), new: new))
        var (random, again) = (SeededRandom(seed: 7), SeededRandom(seed: 7))
        let interval = ratios.interval(random: &random)
        #expect(interval.contains(ratios.median))
        #expect(interval.lowerBound > 0.90 && interval.upperBound < 1.30)
        #expect(interval == ratios.interval(random: &again))
    }

    /// Two logarithms of -0.1 and 0.1: s = sqrt(0.02), s / sqrt(2) = 0.1, so exp(0.1 x 3.1680) - 1.
    @Test func theDetectableEffectFollowsItsFormula() throws {
        let ratios = try #require(PairedRatios(base: [1, 1], new: [exp(-0.1), exp(0.1)]))
        #expect((ratios.minimumDetectableEffect - (exp(0.31679691076) - 1)).magnitude < 1e-9)
    }

    /// The interval of 95 % misses the truth seldom: 400 series of ten ratios around even. Seed 11.
    @Test func theIntervalIsWrongAsSeldomAsItSays() throws {
        var random = SeededRandom(seed: 11)
        var missed = 0
        for _ in 0..<400 {
            let new = (0..<10).map { _ in exp(Double.random(in: -0.1...0.1, using: &random)) }
            let ratios = try #require(PairedRatios(base: Array(repeating: 1, count: 10), new: new))
            if !ratios.interval(resamples: 400, random: &random).contains(1) { missed += 1 }
        }
        #expect(missed < 40, "missed \(missed) of 400")
    }
}
