// Where figures of a history changed, as text and JSON.

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
public struct HistoryResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.history")

    /// Commits looked at.
    public var commits: Int
    /// Lines of the file that hold no entry, by number.
    public var damagedLines: [Int]
    /// The changes, by figure.
    public var changes: [HistoryChange]

    /// With fewer commits hardly any order of them is rare enough for a change to be told from chance.
    public static let fewestCommits = 10

    /// Whether so few commits cannot show a change.
    public var isTooShort: Bool { changes.isEmpty && commits < HistoryResult.fewestCommits }

    /// Makes a report.
    public init(commits: Int, damagedLines: [Int], changes: [HistoryChange]) {
        self.commits = commits
        self.damagedLines = damagedLines
        self.changes = changes
    }
}
