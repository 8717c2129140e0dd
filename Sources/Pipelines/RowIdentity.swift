// Which record a row is: found by its name, in a field, in a column, or by a pattern.
internal import Foundation

/// A regular expression that was read once.
package struct RowPattern: Sendable, Equatable {
    package let text: String
    private let expression: NSRegularExpression

    /// nil for what is no regular expression.
    package init?(_ text: String) {
        guard let expression = try? NSRegularExpression(pattern: text) else { return nil }
        self.text = text
        self.expression = expression
    }

    /// The first group of the first match, or all of that where there is no group; nil where nothing matches.
    package func first(in line: String) -> String? {
        let whole = NSRange(line.startIndex..., in: line)
        guard let match = expression.firstMatch(in: line, range: whole) else { return nil }
        let group = match.numberOfRanges > 1 ? match.range(at: 1) : match.range
        return Range(group, in: line).map { String(line[$0]) }
    }

    package static func == (one: RowPattern, other: RowPattern) -> Bool { one.text == other.text }
}

/// How rows name their records.
package enum RowIdentity: Equatable, Sendable {
    /// The record's name stands somewhere in the row: no format changes it.
    case token
    /// In a field of a JSON object, by the names of the objects it is in.
    case json([String])
    /// In a column of comma-separated values, counted from 1.
    case column(Int)
    case pattern(RowPattern)

    /// What each record's name begins with; its number follows.
    package static let prefix = "kbench-"

    /// The value of a record: JSON with its name and its number, filled up to `bytes`.
    package static func value(of number: Int, bytes: Int, seed: UInt64) -> [UInt8] {
        let start = #"{"id":"\#(prefix)\#(number)","n":\#(number),"pad":""#
        let end = #""}"#
        let room = max(0, bytes - start.utf8.count - end.utf8.count)
        let letter = UInt8(ascii: "a") + UInt8((UInt64(number) &+ seed) % 26)
        return Array(start.utf8) + [UInt8](repeating: letter, count: room) + Array(end.utf8)
    }

    /// The number of the record that a row is; nil for a row that names none.
    package func number(of row: String) -> Int? {
        switch self {
        case .token:
            guard let found = row.range(of: Self.prefix) else { return nil }
            return Int(row[found.upperBound...].prefix { $0.isASCII && $0.isNumber })
        case .json(let path): return Self.field(path, of: row).flatMap(Self.plain)
        case .column(let column):
            let cells = Self.cells(of: row)
            return cells.indices.contains(column - 1) ? Self.plain(cells[column - 1]) : nil
        case .pattern(let pattern): return pattern.first(in: row).flatMap(Self.plain)
        }
    }

    /// The number of the record that a row of a database is: in one cell, or in the one that is named by its column.
    package func number(ofCells cells: [String]) -> Int? {
        switch self {
        case .token, .json: cells.lazy.compactMap { number(of: $0) }.first
        case .column(let column): cells.indices.contains(column - 1) ? Self.plain(cells[column - 1]) : nil
        case .pattern: number(of: cells.joined(separator: ","))
        }
    }

    /// A record's number, or its name.
    private static func plain(_ text: String) -> Int? {
        Int(text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...])
    }

    private static func field(_ path: [String], of row: String) -> String? {
        var value = try? JSONSerialization.jsonObject(with: Data(row.utf8), options: .fragmentsAllowed)
        for name in path { value = (value as? [String: Any])?[name] }
        if let text = value as? String { return text }
        return (value as? NSNumber).map { "\($0)" }
    }

    /// The cells of a line; a cell in quotes may have commas, and quotes by twos.
    static func cells(of line: String) -> [String] {
        var cells: [String] = [""]
        var isQuoted = false
        var rest = line.hasSuffix("\r") ? line.dropLast() : line[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                cells[cells.count - 1].append("\"")
                rest = rest.dropFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells
    }
}
