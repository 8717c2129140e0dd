// A table: for people cells as they read them, for programs exact ones, of the same rows.

/// Columns and rows.
package struct Table: Equatable, Sendable {
    /// What is known of a column.
    package struct Head: Equatable, Sendable {
        /// The title, without its unit.
        package var title: String
        /// The unit; empty for none.
        package var unit: String
        /// The name for programs, with its unit.
        package var name: String
        /// Whether the cells are numbers, which stand at the right.
        package var isNumeric: Bool
        /// When it gives way where the table is too wide: the highest first, 0 never.
        package var rank: Int
        /// Whether a cell may go on in the next line where the table is too wide.
        package var wraps: Bool

        /// Title and unit.
        var heading: String { unit.isEmpty ? title : "\(title) \(unit)" }
    }

    /// A cell.
    package struct Cell: Equatable, Sendable {
        /// For people.
        package var text: String
        /// For programs.
        package var exact: String
    }

    /// The columns.
    package private(set) var columns: [Head]
    /// The cells, as many in each row as there are columns.
    package private(set) var rows: [[Cell]]
    /// The rows of which something is not as it must be, by index: at a terminal they come first.
    package private(set) var failures: [Int]

    /// Makes a table with a row for each of `rows`.
    package init<Row>(_ rows: [Row], _ columns: [Column<Row>], failing: (Row) -> Bool = { _ in false }) {
        self.columns = columns.map(\.head)
        failures = rows.indices.filter { failing(rows[$0]) }
        self.rows = rows.map { row in columns.map { $0.cell(row) } }
    }
}

/// A column of a table whose rows are made of values of one type.
package struct Column<Row> {
    fileprivate let head: Table.Head
    fileprivate let cell: (Row) -> Table.Cell

    /// Makes a column; without a name, programs know it by title and unit in lower case.
    private init(
        _ title: String, unit: String, name: String?, isNumeric: Bool, rank: Int, wraps: Bool = false,
        cell: @escaping (Row) -> Table.Cell
    ) {
        let words = "\(title) \(unit)".lowercased().replacing("%", with: "percent").replacing("/", with: " per ")
        let plain = words.split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
        head = Table.Head(
            title: title, unit: unit, name: name ?? plain, isNumeric: isNumeric, rank: rank, wraps: wraps)
        self.cell = cell
    }

    /// Words; what there is none of is a dash for people.
    package static func words(
        _ title: String, name: String? = nil, rank: Int = 0, wraps: Bool = false, _ text: @escaping (Row) -> String?
    ) -> Column {
        Column(title, unit: "", name: name, isNumeric: false, rank: rank, wraps: wraps) {
            let text = text($0)
            return Table.Cell(text: text ?? "-", exact: text ?? "")
        }
    }

    /// A whole number, grouped for people.
    package static func count(
        _ title: String, unit: String = "", name: String? = nil, rank: Int = 0,
        _ number: @escaping (Row) -> (some BinaryInteger)?
    ) -> Column {
        Column(title, unit: unit, name: name, isNumeric: true, rank: rank) {
            let number = number($0)
            return Table.Cell(
                text: number.map { Numbers.grouped($0) } ?? "-", exact: number.map { "\($0)" } ?? "")
        }
    }

    /// A number, for people divided by `scale` and with so many decimals; for programs as it is.
    package static func number(
        _ title: String, unit: String = "", name: String? = nil, rank: Int = 0, per scale: Double = 1, places: Int,
        _ number: @escaping (Row) -> Double?
    ) -> Column {
        Column(title, unit: unit, name: name, isNumeric: true, rank: rank) {
            let number = number($0)
            return Table.Cell(
                text: number.map { Numbers.fixed($0 / scale, places: places) } ?? "-",
                exact: number.map { "\($0)" } ?? "")
        }
    }

    /// A duration in seconds, for people with its unit.
    package static func duration(
        _ title: String, name: String? = nil, rank: Int = 0, _ seconds: @escaping (Row) -> Double?
    ) -> Column {
        Column(title, unit: "", name: name, isNumeric: true, rank: rank) {
            let seconds = seconds($0)
            return Table.Cell(
                text: seconds.map { Numbers.duration(seconds: $0) } ?? "-", exact: seconds.map { "\($0)" } ?? "")
        }
    }

    /// Whatever else stands at the right, such as two numbers.
    package static func figures(
        _ title: String, unit: String = "", name: String? = nil, rank: Int = 0, exact: ((Row) -> String)? = nil,
        _ text: @escaping (Row) -> String?
    ) -> Column {
        Column(title, unit: unit, name: name, isNumeric: true, rank: rank) {
            let text = text($0)
            return Table.Cell(text: text ?? "-", exact: exact?($0) ?? text ?? "")
        }
    }

    /// A column for programs only.
    package static func exact(_ name: String, _ value: @escaping (Row) -> Any?) -> Column {
        Column(name, unit: "", name: name, isNumeric: false, rank: 0) {
            let value = value($0).map { "\($0)" } ?? ""
            return Table.Cell(text: value, exact: value)
        }
    }
}
