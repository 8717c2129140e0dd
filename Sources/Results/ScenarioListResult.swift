// The built-in scenarios, as `kbench scenario list` shows them.

/// A list of scenarios.
public struct ScenarioListResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.scenario-list")

    /// A scenario.
    public struct Entry: Codable, Equatable, Sendable {
        /// Its name.
        public var name: String
        /// What it shows, in a line.
        public var summary: String
        /// What it is about, as others are; null in lists of an older kbench.
        @OrNull public var theme: String?

        /// Makes an entry.
        public init(name: String, summary: String, theme: String? = nil) {
            self.name = name
            self.summary = summary
            self.theme = theme
        }
    }

    /// The scenarios, in the list's order.
    public var scenarios: [Entry]

    /// Makes a list.
    public init(_ scenarios: [Entry]) { self.scenarios = scenarios }
}
