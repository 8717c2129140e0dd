// Two kept results of one kind, side by side: what differs.

/// What differs between two results.
public struct DiffResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.diff")

    /// The schema of both.
    public var kind: String
    /// Where the first lies, as it was named.
    public var first: String
    /// Where the second lies, as it was named.
    public var second: String
    /// What the first came to, in a line; null where it says nothing.
    @OrNull public var firstVerdict: String?
    /// What the second came to, in a line; null as above.
    @OrNull public var secondVerdict: String?
    /// The cases that were judged otherwise, or in one of the two only.
    public var cases: [Case]
    /// Cases that were judged alike.
    public var sameCases: Int
    /// Numbers that are not the same, in the order of the rows.
    public var figures: [Figure]
    /// Words that are not the same, in the order of the rows.
    public var words: [Word]
    /// Cells that are the same, of rows that both have.
    public var sameCells: Int
    /// Rows that only the first has.
    public var onlyInFirst: [String]
    /// Rows that only the second has.
    public var onlyInSecond: [String]

    /// A case that was judged otherwise.
    public struct Case: Codable, Equatable, Sendable {
        /// Its name.
        public var name: String
        /// `passed`, `failed` or `invalid` in the first; null where it has no such case.
        @OrNull public var first: String?
        /// The same of the second.
        @OrNull public var second: String?
        /// Why, in the words of those that did not pass; empty for none.
        public var reason: String

        /// Makes a case.
        public init(_ name: String, first: String?, second: String?, reason: String) {
            self.name = name
            self.first = first
            self.second = second
            self.reason = reason
        }
    }

    /// A number that is another one.
    public struct Figure: Codable, Equatable, Sendable {
        /// The row that it is of.
        public var row: String
        /// What it is of it, as the CSV of the results calls it.
        public var name: String
        /// The number in the first; null where there is none.
        @OrNull public var first: Double?
        /// The number in the second; null as above.
        @OrNull public var second: Double?
        /// The second by the first; null where that is no number.
        @OrNull public var ratio: Double?

        /// Makes a figure.
        public init(row: String, name: String, first: Double?, second: Double?) {
            self.row = row
            self.name = name
            self.first = first
            self.second = second
            if let first, let second, first != 0, (second / first).isFinite { ratio = second / first }
        }
    }

    /// Words that are others.
    public struct Word: Codable, Equatable, Sendable {
        /// The row that they are of.
        public var row: String
        /// What they are of it.
        public var name: String
        /// The words of the first; may be empty.
        public var first: String
        /// The words of the second; may be empty.
        public var second: String

        /// Makes a difference.
        public init(row: String, name: String, first: String, second: String) {
            self.row = row
            self.name = name
            self.first = first
            self.second = second
        }
    }

    /// Makes a result.
    public init(
        kind: String, first: String, second: String, firstVerdict: String?, secondVerdict: String?, cases: [Case],
        sameCases: Int, figures: [Figure], words: [Word], sameCells: Int, onlyInFirst: [String], onlyInSecond: [String]
    ) {
        self.kind = kind
        self.first = first
        self.second = second
        self.firstVerdict = firstVerdict
        self.secondVerdict = secondVerdict
        self.cases = cases
        self.sameCases = sameCases
        self.figures = figures
        self.words = words
        self.sameCells = sameCells
        self.onlyInFirst = onlyInFirst
        self.onlyInSecond = onlyInSecond
    }

    /// Whether every case was judged alike.
    public var holds: Bool { cases.isEmpty }
}
