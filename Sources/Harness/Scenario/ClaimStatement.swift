// A scenario's claim: which one it measures, and what must be counted for it to hold.
internal import Results

/// A claim and the conditions under which a run shows that it holds.
public struct ClaimStatement: Equatable, Sendable {
    /// The claim's identifier, such as `C3`.
    public var id: String
    /// What a run must show, all of it; empty where an experiment decides by itself.
    public var conditions: [ClaimCondition]

    /// Makes a statement.
    public init(id: String, conditions: [ClaimCondition]) {
        self.id = id
        self.conditions = conditions
    }
}

/// A comparison of one count of a run with a number, such as `ingest-duplicates > 0`.
public struct ClaimCondition: Equatable, Sendable {
    /// A count of a run.
    public enum Count: String, CaseIterable, Sendable {
        case duplicates
        case ingestDuplicates = "ingest-duplicates"
        case reexecutionDuplicates = "reexecution-duplicates"
        case lost
    }

    /// How a count compares with the number.
    public enum Comparison: String, CaseIterable, Sendable {
        case equals = "="
        case isMore = ">"
    }

    /// The count.
    public var count: Count
    /// The comparison.
    public var comparison: Comparison
    /// The number.
    public var number: Int

    /// What to write where a condition was not understood.
    package static let fix =
        "write a count, = or >, and a number, joined by 'and', such as 'duplicates = 0 and lost = 0'; counts are "
        + Count.allCases.map(\.rawValue).joined(separator: ", ")

    /// Reads conditions joined by `and`; nil when one of them is none.
    package static func parse(_ text: String) -> [ClaimCondition]? {
        let words = text.split(separator: " ").map(String.init)
        guard words.count % 4 == 3 else { return nil }
        var conditions: [ClaimCondition] = []
        for start in stride(from: 0, to: words.count, by: 4) {
            if start > 0, words[start - 1] != "and" { return nil }
            guard let count = Count(rawValue: words[start]), let comparison = Comparison(rawValue: words[start + 1]),
                let number = Int(words[start + 2])
            else { return nil }
            conditions.append(ClaimCondition(count: count, comparison: comparison, number: number))
        }
        return conditions
    }

    /// Whether the counts of a run meet the condition.
    package func holds(duplicates: Int, ingestDuplicates: Int, reexecutionDuplicates: Int, lost: Int) -> Bool {
        let measured =
            switch count {
            case .duplicates: duplicates
            case .ingestDuplicates: ingestDuplicates
            case .reexecutionDuplicates: reexecutionDuplicates
            case .lost: lost
            }
        return switch comparison {
        case .equals: measured == number
        case .isMore: measured > number
        }
    }
}
