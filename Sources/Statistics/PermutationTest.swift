// The paired permutation test: were the two programs one, each pair's difference could as well have had the other sign.

/// An exact paired permutation test.
///
/// A difference counts by its rank among the magnitudes, so that one disturbed pair cannot decide (Wilcoxon's signed
/// ranks). All patterns of signs are counted, not sampled: a sum of ranks is a small whole number, so the patterns that
/// come to each sum are added up rank by rank.
public enum PermutationTest {
    /// The share of all patterns of signs whose positive differences weigh at least as much as those found: small when
    /// the differences lie above 0, 1 when none does.
    public static func pValue(thatPositive differences: [Double]) -> Double {
        let ranks = doubledRanks(differences.map(\.magnitude))
        let found = zip(differences, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        // shares[s]: of the patterns of the ranks so far, those whose positive ones add up to s.
        var shares = [1.0]
        for rank in ranks {
            var next = [Double](repeating: 0, count: shares.count + rank)
            for (sum, share) in shares.enumerated() {
                next[sum] += share / 2
                next[sum + rank] += share / 2
            }
            shares = next
        }
        return min(1, shares[found...].reduce(0, +))
    }

    /// The smallest value that so many pairs can come to.
    public static func smallestPValue(pairs: Int) -> Double { 1 / Double(sign: .plus, exponent: pairs, significand: 1) }

    /// Twice the rank of each magnitude, from 2, so that the mean rank of equal ones is whole; 0 for a magnitude of 0, whose
    /// sign says nothing.
    private static func doubledRanks(_ magnitudes: [Double]) -> [Int] {
        let counted = magnitudes.filter { $0 > 0 }
        return magnitudes.map { magnitude in
            guard magnitude > 0 else { return 0 }
            let below = counted.count { $0 < magnitude }
            let equal = counted.count { $0 == magnitude }
            return 2 * below + equal + 1
        }
    }
}
