// Changes planted in series are found where they are, and none where there is none.
import Testing
import World

@testable import Statistics

@Suite struct ChangePointsTests {
    /// Figures around the levels, `noise` to either side.
    static func series(_ levels: [(count: Int, level: Double)], noise: Double, seed: UInt64) -> [Double] {
        var random = SeededRandom(seed: seed)
        return levels.flatMap { part in
            (0..<part.count).map { _ in part.level + (noise > 0 ? Double.random(in: -noise...noise, using: &random) : 0)
            }
        }
    }

    static let planted: [(levels: [(count: Int, level: Double)], places: [Int])] = [
        ([(count: 10, level: 100.0), (count: 10, level: 105.0)], [10]),
        ([(count: 5, level: 7.0), (count: 30, level: 8.0)], [5]),
        ([(count: 12, level: 1.0), (count: 12, level: 2.0), (count: 12, level: 1.0)], [12, 24]),
        ([(count: 40, level: 3.0)], []), ([(count: 5, level: 3.0)], []), ([], []),
    ]

    @Test(arguments: planted)
    func exactFiguresChangeWhereTheyChange(levels: [(count: Int, level: Double)], places: [Int]) {
        var random = SeededRandom(seed: 1)
        #expect(ChangePoints().find(in: Self.series(levels, noise: 0, seed: 1), random: &random) == places)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aStepOfFourTimesTheNoiseIsFoundAtItsPlace(seed: UInt64) {
        let series = Self.series([(15, 100), (15, 104)], noise: 1, seed: seed)
        var random = SeededRandom(seed: seed)
        #expect(ChangePoints().find(in: series, random: &random).contains(15), "seed \(seed)")
    }

    /// At 5 %, a hundred series without a change have about five with one. Seeds 1 to 100.
    @Test func noiseIsSeldomTakenForAChange() {
        let alarms = (1...100 as ClosedRange<UInt64>).count { seed in
            var random = SeededRandom(seed: seed)
            return !ChangePoints(permutations: 99)
                .find(in: Self.series([(24, 100)], noise: 1, seed: seed &* 7919), random: &random).isEmpty
        }
        #expect(alarms <= 12, "\(alarms) of 100")
    }
}
