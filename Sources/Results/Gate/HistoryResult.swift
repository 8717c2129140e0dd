// Figures of a history from commit to commit, and where they changed.
internal import Statistics

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

/// A figure from commit to commit.
public struct HistorySeries: Codable, Equatable, Sendable {
    /// The figure at a commit.
    public struct Point: Codable, Equatable, Sendable {
        /// The commit.
        public var commit: String
        /// Its date.
        public var date: String
        /// The figure.
        public var value: Double

        /// Makes a point.
        public init(commit: String, date: String, value: Double) {
            self.commit = commit
            self.date = date
            self.value = value
        }
    }

    /// The figure's name.
    public var figure: String
    /// Its commits, in the order of the history.
    public var points: [Point]
    /// Where it began to come out differently, as places among the points.
    public var changes: [Int]

    /// Makes a series.
    public init(figure: String, points: [Point], changes: [Int]) {
        self.figure = figure
        self.points = points
        self.changes = changes
    }

    /// The median of each part between two changes, for every point.
    public var medians: [Double] {
        let bounds = [0] + changes.filter { points.indices.contains($0) } + [points.count]
        return zip(bounds, bounds.dropFirst()).flatMap { from, to -> [Double] in
            guard from < to else { return [] }
            let median = Sample.median(points[from..<to].map(\.value))
            return Array(repeating: median, count: to - from)
        }
    }

    /// How far the highest is from the lowest, as a part of the lowest; 0 where that is 0.
    private var spread: Double {
        guard let low = points.map(\.value).min(), let high = points.map(\.value).max(), low > 0 else { return 0 }
        return high / low - 1
    }

    /// The series that tell most: those that changed, then those that vary, the most first.
    public static func telling(_ all: [HistorySeries], most: Int) -> [HistorySeries] {
        let sorted = all.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            if a.changes.isEmpty != b.changes.isEmpty { return b.changes.isEmpty }
            return (a.spread, right.offset) > (b.spread, left.offset)
        }
        return sorted.prefix(most).map(\.element)
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
    /// The figures that tell most, from commit to commit; nil in results of an older kbench.
    public var series: [HistorySeries]?

    /// So many series are kept.
    public static let mostSeries = 40

    /// With fewer commits hardly any order of them is rare enough for a change to be told from chance.
    public static let fewestCommits = 10

    /// Whether so few commits cannot show a change.
    public var isTooShort: Bool { changes.isEmpty && commits < HistoryResult.fewestCommits }

    /// Makes a report.
    public init(
        commits: Int, damagedLines: [Int], changes: [HistoryChange], series: [HistorySeries]? = nil
    ) {
        self.series = series
        self.commits = commits
        self.damagedLines = damagedLines
        self.changes = changes
    }
}
