// Where figures of a history changed, as text and JSON.
internal import Foundation

/// A change of one figure.
public struct HistoryChange: Codable, Equatable, Sendable {
    /// The figure's name.
    public var figure: String
    /// The first commit after the change.
    public var commit: String
    /// Its date.
    public var date: String
    /// The median before, back to the change before.
    public var before: Double
    /// The median from here on, up to the change after.
    public var after: Double
    /// By how much it changed, in per cent of before; null where that was 0.
    public var percent: Double?

    /// Makes a change.
    public init(figure: String, commit: String, date: String, before: Double, after: Double) {
        self.figure = figure
        self.commit = commit
        self.date = date
        self.before = before
        self.after = after
        percent = before == 0 ? nil : (after / before - 1) * 100
    }
}

/// The changes of a history.
public struct HistoryReport: Codable, Equatable, Sendable {
    /// Commits looked at.
    public var commits: Int
    /// Lines of the file that hold no entry, by number.
    public var damagedLines: [Int]
    /// The changes, by figure.
    public var changes: [HistoryChange]

    /// With fewer commits hardly any order of them is rare enough for a change to be told from chance.
    static let fewestCommits = 10

    /// Makes a report.
    public init(commits: Int, damagedLines: [Int], changes: [HistoryChange]) {
        self.commits = commits
        self.damagedLines = damagedLines
        self.changes = changes
    }

    /// One object.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// A line that says how many, and a row per change.
    public var markdown: String {
        let heading = "\(Numbers.count(commits, "commit")), \(Numbers.count(changes.count, "change"))\n"
        guard !changes.isEmpty else {
            // Silence would pass for steadiness.
            return commits < HistoryReport.fewestCommits
                ? heading + "so few cannot show a change: some \(HistoryReport.fewestCommits) commits are needed\n"
                : heading
        }
        var table = MarkdownTable([
            .init(heading: "figure", isNumeric: false), .init(heading: "commit", isNumeric: false),
            .init(heading: "date", isNumeric: false), .init(heading: "before", isNumeric: true),
            .init(heading: "after", isNumeric: true), .init(heading: "change", isNumeric: true),
        ])
        for change in changes {
            table.add([
                change.figure, String(change.commit.prefix(12)), change.date, Numbers.plain(change.before),
                Numbers.plain(change.after),
                change.percent.map { ($0 > 0 ? "+" : "") + Numbers.fixed($0, places: 2) + " %" } ?? "-",
            ])
        }
        return heading + "\n" + table.render()
    }
}
