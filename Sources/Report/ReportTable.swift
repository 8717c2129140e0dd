// A table that an experiment adds to its report: the same cells in every format.

/// A titled table of text cells.
public struct ReportTable: Codable, Equatable, Sendable {
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

    /// The table as Markdown, without its title.
    var markdown: String {
        var table = MarkdownTable(
            columns.map { MarkdownTable.Column(heading: $0.heading, isNumeric: $0.isNumeric) })
        for row in rows { table.add(row) }
        return table.render()
    }
}

/// A file that an experiment adds to its results folder, such as a series as CSV.
public struct ReportFile: Equatable, Sendable {
    /// The file's name, without a folder.
    public var name: String
    /// Its whole text.
    public var text: String

    /// Makes a file.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}
