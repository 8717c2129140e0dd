// The exact figures of a build: what its engine does in the simulated world, the same on every machine and every time.

/// Rows of whole numbers that no clock has touched.
public struct ExactFigures: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.counts")

    /// The figures of one place.
    public struct Row: Codable, Equatable, Sendable {
        /// What was run, such as `receiver-wal/append/sound`, and after a space where it crashed.
        public var place: String
        /// The figures by name.
        public var figures: [String: Int64]

        /// Makes a row.
        public init(_ place: String, _ figures: [String: Int64]) {
            self.place = place
            self.figures = figures
        }

        /// What ran, without the place of a crash.
        var run: Substring { place.prefix { $0 != " " } }
    }

    /// The load, in words.
    public var load: String
    /// The rows, in a fixed order.
    public var rows: [Row]

    /// Makes figures.
    public init(load: String, rows: [Row]) {
        self.load = load
        self.rows = rows
    }

    /// The figures that a guarantee is about, not a price.
    static let guarantees: Set = ["duplicates", "lost"]

    /// The sums over all rows by name, in alphabetical order: what a history keeps.
    public var totals: [(name: String, value: Int64)] {
        var sums: [String: Int64] = [:]
        for row in rows { for (name, value) in row.figures { sums[name, default: 0] += value } }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
