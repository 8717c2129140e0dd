// What results have been kept.

/// Kept results, a folder each.
public struct ResultListResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.list")

    /// A kept result.
    public struct Entry: Codable, Equatable, Sendable {
        /// Its folder.
        public var folder: String
        /// The name of its schema.
        public var schema: String
        /// When it began, in UTC; null where it does not say.
        @OrNull public var startedAt: String?
        /// What it all came to; null where it says nothing, or cannot be read.
        @OrNull public var verdict: String?
        /// Whether it says how it is repeated.
        public var canRepeat: Bool
        /// Why it cannot be read; null where it can.
        @OrNull public var problem: String?

        /// Makes an entry.
        public init(
            folder: String, schema: String, startedAt: String? = nil, verdict: String? = nil, canRepeat: Bool = false,
            problem: String? = nil
        ) {
            self.folder = folder
            self.schema = schema
            self.startedAt = startedAt
            self.verdict = verdict
            self.canRepeat = canRepeat
            self.problem = problem
        }
    }

    /// The results, by folder.
    public var results: [Entry]

    /// Makes a list.
    public init(_ results: [Entry]) { self.results = results }
}
