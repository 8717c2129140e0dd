// Many questions asked at once: the more there are, the more convincing each answer has to be.

/// Corrections for asking many questions at once.
public enum MultipleTesting {
    /// The p-values adjusted by Benjamini and Hochberg: calling all below x a finding, at most a share x of the findings
    /// is expected to be false. In the order given.
    public static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.sorted { pValues[$0] > pValues[$1] }
        var adjusted = pValues
        var smallest = 1.0
        for (place, index) in order.enumerated() {
            let rank = pValues.count - place
            smallest = min(smallest, pValues[index] * Double(pValues.count) / Double(rank))
            adjusted[index] = smallest
        }
        return adjusted
    }
}
