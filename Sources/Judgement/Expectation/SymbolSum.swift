// What a scenario states of an outcome: a sum of the closed form's symbols and of numbers.

/// A sum of symbols and numbers, such as `E + n + 4`.
public struct SymbolSum: Equatable, Sendable, CustomStringConvertible {
    /// A symbol of the closed forms.
    public enum Symbol: String, CaseIterable, Sendable {
        /// Records of the blocks in flight: logged and announced, their offsets not committed.
        case n
        /// Records of the running batch that the sink already holds.
        case k
        /// Records of the running batch.
        case N
        /// Records already output that recovery outputs again.
        case E
        /// Records that a batch planned again has beyond its first plan, for partitions that had finished.
        case G
    }

    /// The symbols, in the order written.
    public var symbols: [Symbol]
    /// The sum of the numbers.
    public var constant: Int
    /// Whether any number will do: `any`.
    public var isAny = false

    /// Makes a sum.
    public init(symbols: [Symbol] = [], constant: Int = 0) {
        self.symbols = symbols
        self.constant = constant
    }

    /// What the numbers of a sum may come to.
    public static let limits = 0...1_000_000_000_000

    /// Reads a sum; nil when a term is neither a symbol nor a number, or the numbers together are not within ``limits``.
    public init?(parsing text: String) {
        self.init()
        isAny = text == "any"
        if isAny { return }
        for term in text.split(separator: "+", omittingEmptySubsequences: false) {
            let word = String(term.filter { $0 != " " })
            if let symbol = Symbol(rawValue: word) {
                symbols.append(symbol)
            } else if let number = Int(word), number >= 0 {
                let (sum, overflow) = constant.addingReportingOverflow(number)
                guard !overflow, SymbolSum.limits.contains(sum) else { return nil }
                constant = sum
            } else {
                return nil
            }
        }
    }

    /// The number that it stands for where the closed form has these values.
    public func value(in outcome: ExpectedOutcome) -> Int {
        symbols.reduce(constant) { total, symbol in
            switch symbol {
            case .n: total + outcome.n
            case .k: total + outcome.k
            case .N: total + outcome.N
            case .E: total + outcome.E
            case .G: total + outcome.G
            }
        }
    }

    /// The sum as written, such as `E + n`.
    public var description: String {
        if isAny { return "any" }
        let names = symbols.map(\.rawValue) + (constant != 0 || symbols.isEmpty ? ["\(constant)"] : [])
        return names.joined(separator: " + ")
    }
}
