// The permutation test against tables and all patterns of signs; the correction for many questions.
import Testing
import World

@testable import Statistics

@Suite struct PermutationTestTests {
    /// Differences, and the patterns of signs at least as heavy out of all, counted by hand.
    static let table: [(differences: [Double], asHeavy: Double, patterns: Double)] = [
        ([1], 1, 2), ([-1], 2, 2), ([0], 1, 1), ([1, 2, 3], 1, 8), ([-1, -2, -3], 8, 8),
        // Sums of ranks 6, 5 of {1, 2, 3}: +2 +3 and all.
        ([-1, 2, 3], 2, 8),
        // Equal magnitudes share their rank: all three, or any two.
        ([1, 1, 1], 1, 8), ([1, 1, -1], 4, 8),
        // A pair without a difference says nothing, whichever sign it is given.
        ([0, 1, 2], 1, 4),
        // Wilcoxon's table: with 7 pairs a sum of 26 or more (28, 27, 26) has 3 of 128 patterns.
        ([1, -2, 3, 4, 5, 6, 7], 3, 128),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1, 1024),
    ]

    @Test(arguments: table)
    func asManyPatternsAsCountedByHand(differences: [Double], asHeavy: Double, patterns: Double) {
        #expect(PermutationTest.pValue(thatPositive: differences) == asHeavy / patterns)
    }

    /// Where nothing differs, each pattern of signs is as likely as any other: no more than a share p comes to p or less.
    @Test(arguments: 1...10)
    func withoutADifferencePValuesAreUniform(pairs: Int) {
        let all: [Double] = (0..<(1 << pairs)).map { pattern in
            let differences = (0..<pairs).map { pair -> Double in
                let magnitude = 1.5 + Double(pair)
                return (pattern >> pair) & 1 == 1 ? magnitude : -magnitude
            }
            return PermutationTest.pValue(thatPositive: differences)
        }
        for p in Set(all) {
            let atMost = all.count { $0 <= p }
            let share = Double(atMost) / Double(all.count)
            #expect((share - p).magnitude < 1e-12, "\(share) of all come to \(p)")
        }
        #expect(all.min() == PermutationTest.smallestPValue(pairs: pairs))
    }

    @Test func oneDisturbedPairDoesNotDecide() {
        let disturbed = Array(repeating: 0.05, count: 11) + [-3]
        #expect(PermutationTest.pValue(thatPositive: disturbed) < 0.05)
    }

    @Test func manyPairsAreCountedToo() {
        #expect(PermutationTest.pValue(thatPositive: (1...60).map(Double.init)) < 1e-17)
    }
}

@Suite struct MultipleTestingTests {
    static let table: [(given: [Double], adjusted: [Double])] = [
        ([], []), ([0.03], [0.03]), ([0.01, 0.02, 0.03], [0.03, 0.03, 0.03]), ([0.04, 0.01], [0.04, 0.02]),
        ([0.5, 0.001, 0.02, 0.02], [0.5, 0.004, 0.08 / 3, 0.08 / 3]), ([1, 1], [1, 1]),
    ]

    @Test(arguments: table)
    func adjustedByHand(given: [Double], adjusted: [Double]) {
        let found = MultipleTesting.benjaminiHochberg(given)
        #expect(zip(found, adjusted).allSatisfy { ($0 - $1).magnitude < 1e-12 } && found.count == adjusted.count)
    }

    /// The order is kept, nothing shrinks, nothing exceeds 1, and a smaller value never makes another one larger. Seed 5.
    @Test func theCorrectionIsMonotone() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<200 {
            var given = (0..<8).map { _ in Double.random(in: 0...1, using: &random) }
            let adjusted = MultipleTesting.benjaminiHochberg(given)
            for (i, j) in zip(given.indices, given.indices.reversed()) where given[i] <= given[j] {
                #expect(adjusted[i] <= adjusted[j])
            }
            #expect(zip(given, adjusted).allSatisfy { $0 <= $1 && $1 <= 1 })
            let place = Int.random(in: given.indices, using: &random)
            given[place] /= 2
            #expect(zip(MultipleTesting.benjaminiHochberg(given), adjusted).allSatisfy { $0 <= $1 })
        }
    }
}
