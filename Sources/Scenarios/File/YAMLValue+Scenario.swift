// The values of a YAML file that only scenarios have: sums of symbols, crashes, keepers of offsets, known keys.
internal import Harness
internal import Judgement

extension YAMLValue {
    /// A sum of numbers and the closed forms' symbols.
    func sum() throws(ScenarioError) -> SymbolSum {
        let text = try text()
        guard let sum = SymbolSum(parsing: text) else {
            let symbols = SymbolSum.Symbol.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(
                .impossibleValue, "'\(text)' is not a sum",
                fix:
                    "write \(symbols) and numbers of at most \(SymbolSum.limits.upperBound) in all, joined "
                    + "by '+', such as 'E + n', or any")
        }
        return sum
    }

    /// A keeper of offsets.
    func offsetStore() throws(ScenarioError) -> OffsetStoreKind {
        try name(of: "offset store", "offset stores", as: OffsetStoreKind.self)
    }

    /// A crash point and its occurrence, or a list of them.
    func crashes() throws(ScenarioError) -> [Scenario.Crash] {
        guard isList else { return [try Scenario.Crash.parse(try text(), at: location)] }
        var crashes: [Scenario.Crash] = []
        for element in try elements() { crashes += try element.crashes() }
        return crashes
    }

    /// The value as a mapping that has no other keys than those of `known`.
    func mapping(known: [ScenarioKey], kind: String = "keys") throws(ScenarioError) -> YAMLMapping {
        try mapping(known: known.map(\.name), kind: kind)
    }
}
