// What came twice and what was lost, by row and column, in colour and in figures.
internal import Foundation

/// Counts by row and column.
package struct HeatMap: Equatable, Sendable {
    /// One crash, or whatever else was counted.
    package struct Cell: Equatable, Sendable {
        /// The name of its row.
        package var row: String
        /// The name of its column.
        package var column: String
        /// Rows beyond the first of each record.
        package var duplicates: Int
        /// Records without a row.
        package var lost: Int
        /// Whether it came out as it had to; it is marked where it did not.
        package var agrees: Bool

        /// Makes a cell.
        package init(row: String, column: String, duplicates: Int, lost: Int, agrees: Bool = true) {
            self.row = row
            self.column = column
            self.duplicates = duplicates
            self.lost = lost
            self.agrees = agrees
        }

        /// `-3` for what was lost, or `+100` for what came twice, or `0`; with a mark where it is not as expected.
        var text: String {
            (agrees ? "" : "\u{2260}")
                + (lost > 0 ? "\u{2212}" + Numbers.short(lost) : duplicates > 0 ? "+" + Numbers.short(duplicates) : "0")
        }
    }

    /// The cells, in the order of the figure's table; rows and columns stand in the order in which they come first.
    package var cells: [Cell]

    /// Makes a heat map.
    package init(_ cells: [Cell]) { self.cells = cells }

    private static let steps = 4

    /// What comes before ` / ` in a name.
    private static func group(_ name: String) -> Substring? { name.split(separator: " / ").first }

    /// The style of a cell: its step is how many times ten the count is, as a part of the most there is.
    private func style(of cell: Cell, most: (duplicates: Int, lost: Int)) -> String {
        func step(_ count: Int, of most: Int) -> Int {
            let share = log(Double(count) + 1) / log(Double(most) + 1)
            return max(1, min(HeatMap.steps, Int((share * Double(HeatMap.steps)).rounded(.up))))
        }
        if cell.lost > 0 { return "lost-\(step(cell.lost, of: most.lost))" }
        return cell.duplicates > 0 ? "twice-\(step(cell.duplicates, of: most.duplicates))" : "none"
    }

    var svg: SVG {
        let rows = Places(cells.map(\.row))
        let columns = Places(cells.map(\.column))
        let most = (cells.map(\.duplicates).max() ?? 0, cells.map(\.lost).max() ?? 0)
        let width = Double(max(34, 10 + 7 * (cells.map(\.text.count).max() ?? 0)))
        let height = 22.0
        let left = SVG.width(of: rows.names) + 8
        let top = SVG.width(of: columns.names) + 8
        // Columns of one group stand together.
        var places: [Double] = []
        for (index, name) in columns.names.enumerated() {
            let isNewGroup = index > 0 && HeatMap.group(columns.names[index - 1]) != HeatMap.group(name)
            places.append((places.last.map { $0 + width } ?? left) + (isNewGroup ? 6 : 0))
        }
        var svg = SVG(
            width: (places.last ?? left) + width + 4, height: top + height * Double(rows.names.count) + 4, left: left,
            top: top)
        for (index, name) in columns.names.enumerated() { svg.head(name, x: places[index] + width / 2 + 4) }
        for (index, name) in rows.names.enumerated() { svg.name(name, y: top + Double(index) * height + 15) }
        for (index, cell) in cells.enumerated() {
            let x = places[columns[cell.column]]
            let y = top + Double(rows[cell.row]) * height
            svg.open(row: index)
            svg.rect(
                x: x + 1, y: y + 1, width: width - 2, height: height - 2,
                style: style(of: cell, most: most) + (cell.agrees ? "" : " off"))
            svg.text(cell.text, x: x + width / 2, y: y + 15, anchor: "middle", style: "h")
            svg.close()
        }
        return svg
    }

    /// What colours and signs mean.
    var legend: [(style: String, text: String)] {
        var lines = [(style: "none", text: "0: each record once")]
        if cells.contains(where: { $0.duplicates > 0 }) {
            lines.append(("twice-3", "+n: n came twice, the darker the more"))
        }
        if cells.contains(where: { $0.lost > 0 }) { lines.append(("lost-3", "\u{2212}n: n were lost")) }
        if cells.contains(where: { !$0.agrees }) { lines.append(("none off", "\u{2260}: not as expected")) }
        return lines
    }
}
