// Crashes as people write them: `POINT@7`, `POINT@seeded`, `POINT@last`.
internal import World

extension Scenario.Crash: CustomStringConvertible {
    /// `POINT@OCCURRENCE`.
    public var description: String { "\(point)@\(occurrence)" }

    /// Reads `POINT@OCCURRENCE`, or `POINT` for its first occurrence.
    ///
    /// - Throws: ``ScenarioError`` at `location`.
    package static func parse(_ text: String, at location: ScenarioError.Location) throws(ScenarioError)
        -> Scenario.Crash
    {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        guard let point = CrashPoint(named: name) else {
            throw ScenarioError(
                .unknownName, "no crash point is called '\(name)'",
                fix: Suggestion.fix(for: name, among: CrashPoint.all.map(\.description), as: "crash points"),
                at: location)
        }
        guard let occurrence = parts.count == 1 ? .exactly(1) : Scenario.Occurrence(parsing: parts[1]) else {
            throw ScenarioError(
                .impossibleValue, "'\(parts[1])' is no occurrence of \(name)",
                fix: "write \(name)@1 for the first time, @seeded to let the seed choose, or @last", at: location)
        }
        return Scenario.Crash(point: point, occurrence: occurrence)
    }
}

extension Scenario.Occurrence: CustomStringConvertible {
    /// Reads `7`, `seeded` or `last`; nil when it is none of them.
    package init?(parsing text: String) {
        switch text {
        case "seeded": self = .seeded
        case "last": self = .last
        default:
            guard let number = Int(text), number >= 1 else { return nil }
            self = .exactly(number)
        }
    }

    /// As written after the `@`.
    public var description: String {
        switch self {
        case .exactly(let number): "\(number)"
        case .seeded: "seeded"
        case .last: "last"
        }
    }
}
