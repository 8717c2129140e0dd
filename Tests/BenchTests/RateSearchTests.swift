// The search for the highest sustained rate, without any measuring: over capacities that are known.
import Testing

@testable import Bench

@Suite struct RateSearchTests {
    private func search(_ capacity: Double, from start: Double) -> RateSearch {
        var search = RateSearch(start: start)
        while let rate = search.next { search.note(rate, isSustained: rate <= capacity) }
        return search
    }

    @Test(arguments: [150.0, 10_000, 12_345, 99_999, 1_000_000], [100.0, 10_000, 5_000_000])
    func theBracketHoldsTheCapacityAndIsATenthWide(capacity: Double, start: Double) throws {
        let found = search(capacity, from: start)
        let low = try #require(found.sustained)
        let high = try #require(found.refused)
        #expect(low <= capacity && capacity < high)
        #expect(high / low <= 1.1)
    }

    @Test func whereNothingIsSustainedTheSearchEndsWithoutAnAnswer() {
        let found = search(50, from: 1_000)
        #expect(found.sustained == nil)
        #expect((found.refused ?? 0) < 200)
    }

    /// Offered and done at each sample, and whether the lag grows.
    static let lags: [(name: String, lags: [Int], isGrowing: Bool)] = [
        ("none", [Int](repeating: 0, count: 40), false),
        ("a saw", (0..<40).map { $0 % 5 * 100 }, false),
        ("a start that is caught up with", (0..<40).map { max(0, 1_000 - 50 * $0) }, false),
        ("steady growth", (0..<40).map { 100 * $0 }, true),
        ("a saw that grows", (0..<40).map { 60 * $0 + $0 % 5 * 100 }, true),
        ("too short to say", [1, 2, 3, 4, 5], false),
    ]

    @Test(arguments: lags)
    func aLagGrowsWhenItsLeastIsMoreThanItsMostWas(name: String, lags: [Int], isGrowing: Bool) {
        let samples = lags.enumerated().map { index, lag in
            TrialSample(
                at: UInt64(index), done: 1_000_000 + 10 * index - lag, walLiveBytes: 0, offered: 1_000_000 + 10 * index)
        }
        #expect(Lag.isGrowing(samples, records: 2_000_000) == isGrowing, "\(name)")
    }
}
