// Tables for programs (RFC 4180): exact numbers, units in the names of the columns.

/// Writes CSV.
enum CSV {
    /// A header and rows, each ended by CR LF.
    static func text(_ names: [String], _ rows: [[String]]) -> String {
        ([names] + rows).map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A cell, in quotes where it has to be.
    static func quoted(_ cell: String) -> String {
        // Scalars, because Swift counts CR LF as one character that equals neither.
        let needsQuotes = cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
}

extension Document {
    /// The table for programs, or the first one; only a header where there are no rows.
    package var csv: String {
        guard let table = programTable else { return "" }
        return CSV.text(table.columns.map(\.name), table.rows.map { $0.map(\.exact) })
    }

    /// The table for programs, or the first one; nil where there is none.
    var programTable: Table? {
        let tables = parts.lazy.compactMap { part -> Table? in
            guard case .table(let table) = part.block else { return nil }
            return table
        }
        return data ?? tables.first
    }
}
