// The middle and the spread, worked out by hand.
import Testing

@testable import Statistics

@Suite struct SampleTests {
    static let medians: [(values: [Double], median: Double)] = [
        ([5], 5), ([1, 9], 5), ([9, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([7, 7, 7, 1], 7),
    ]

    @Test(arguments: medians)
    func theMedianIsTheMiddle(values: [Double], median: Double) { #expect(Sample.median(values) == median) }

    @Test(arguments: [(0.0, 10.0), (0.25, 20), (0.5, 30), (0.9, 46), (1, 50)])
    func aQuantileLiesStraightBetweenItsNeighbours(share: Double, value: Double) {
        #expect((Sample.quantile(share, of: [50, 10, 40, 20, 30]) - value).magnitude < 1e-12)
    }

    @Test func nothingHasNoMiddleAndNoSpread() {
        #expect(Sample.median([]).isNaN)
        #expect(Sample.standardDeviation([3]) == 0)
    }

    /// Mean 5, squares 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, divided by 7.
    @Test func theDeviationIsThatOfASample() {
        let deviation = Sample.standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])
        #expect((deviation - (32.0 / 7).squareRoot()).magnitude < 1e-12)
    }
}
