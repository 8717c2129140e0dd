// The exact figures of a build: what its engine does in the simulated world, the same on every machine and every time.
public import Foundation

/// Rows of whole numbers that no clock has touched.
public struct ExactFigures: Codable, Equatable, Sendable {
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

    /// Reads what ``json()`` wrote.
    ///
    /// - Throws: `DecodingError`.
    public init(json: Data) throws { self = try JSONDecoder().decode(ExactFigures.self, from: json) }

    /// One object with a line for each row, so that two files differ in the lines of what differs.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try rows.map { "  " + String(decoding: try encoder.encode($0), as: UTF8.self) }
        let load = String(decoding: try encoder.encode(load), as: UTF8.self)
        return "{\"load\":\(load),\"rows\":[\n" + lines.joined(separator: ",\n") + "\n]}\n"
    }

    /// The sums over all rows by name, in alphabetical order: what a history keeps.
    public var totals: [(name: String, value: Int64)] {
        var sums: [String: Int64] = [:]
        for row in rows { for (name, value) in row.figures { sums[name, default: 0] += value } }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A table for each kind of row; crashes are added up per run.
    public var markdown: String {
        var text = "Exact figures of this build, in the simulated world: \(load).\n"
        var order: [[String]] = []
        var groups: [[String]: [Row]] = [:]
        for row in rows where !row.place.contains(" ") {
            let names = row.figures.keys.sorted()
            if groups[names] == nil { order.append(names) }
            groups[names, default: []].append(row)
        }
        for names in order {
            var table = MarkdownTable(
                [.init(heading: "run", isNumeric: false)] + names.map { .init(heading: $0, isNumeric: true) })
            for row in groups[names] ?? [] {
                table.add([row.place] + names.map { row.figures[$0].map { Numbers.grouped($0) } ?? "-" })
            }
            text += "\n" + table.render()
        }
        return text + "\n" + crashes
    }

    private var crashes: String {
        var table = MarkdownTable([
            .init(heading: "run", isNumeric: false), .init(heading: "crashes", isNumeric: true),
            .init(heading: "duplicates", isNumeric: true), .init(heading: "lost", isNumeric: true),
        ])
        var sums: [(run: Substring, crashes: Int, duplicates: Int64, lost: Int64)] = []
        for row in rows where row.place.contains(" ") {
            if sums.last?.run != row.run { sums.append((row.run, 0, 0, 0)) }
            sums[sums.count - 1].crashes += 1
            sums[sums.count - 1].duplicates += row.figures["duplicates"] ?? 0
            sums[sums.count - 1].lost += row.figures["lost"] ?? 0
        }
        for sum in sums {
            table.add([
                String(sum.run), "\(sum.crashes)", Numbers.grouped(sum.duplicates), Numbers.grouped(sum.lost),
            ])
        }
        return table.render()
    }
}
