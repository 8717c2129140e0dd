// What an experiment adds to its result for people: tables, and further files.

/// A titled table of text cells.
public struct ResultTable: Codable, Equatable, Sendable {
    /// What the table shows.
    public var title: String
    /// The headings, with their units.
    public var columns: [Column]
    /// The cells, as many in each row as there are columns.
    public var rows: [[String]]

    /// A column's heading and the side its cells keep to.
    public struct Column: Codable, Equatable, Sendable {
        /// The heading.
        public var heading: String
        /// Whether the cells are numbers, which stand at the right.
        public var isNumeric: Bool

        /// Makes a column.
        public init(_ heading: String, isNumeric: Bool = true) {
            self.heading = heading
            self.isNumeric = isNumeric
        }
    }

    /// Makes a table.
    public init(title: String, columns: [Column], rows: [[String]] = []) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }
}

/// A file that an experiment adds to its results folder, such as a series.
public struct ResultFile: Equatable, Sendable {
    /// What is in a file.
    public enum Content: Equatable, Sendable {
        /// Its whole text.
        case text(String)
        /// Columns by name, with their units, and rows.
        case table([String], [[String]])
    }

    /// The file's name, without a folder.
    public var name: String
    /// What is in it.
    public var content: Content

    /// Makes a file.
    public init(name: String, _ content: Content) {
        self.name = name
        self.content = content
    }
}
