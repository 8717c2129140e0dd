// Crash points and situations, as `kbench crash-points` lists them.

/// A list of crash points, in the order of a record's walk.
public struct CrashPointsResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.crash-points")

    /// A crash point, or a situation that takes more than one.
    public struct Entry: Codable, Equatable, Sendable {
        /// The name.
        public var name: String
        /// What has and has not happened there.
        public var standsBetween: String
        /// The strategies that reach it.
        public var strategies: [String]
        /// The row of the semantics table by strategy; a strategy without a row there is left out.
        public var rows: [String: String]
        /// Of the strategies in ``rows``, those for which the row rests on inference.
        public var inferredFor: [String]
        /// For a situation, how to run it; nil for a point, which is armed by its name.
        public var howToRun: String?

        /// Makes an entry.
        public init(
            name: String, standsBetween: String, strategies: [String], rows: [String: String], inferredFor: [String],
            howToRun: String?
        ) {
            self.name = name
            self.standsBetween = standsBetween
            self.strategies = strategies
            self.rows = rows
            self.inferredFor = inferredFor
            self.howToRun = howToRun
        }
    }

    /// The points.
    public var crashPoints: [Entry]
    /// The situations.
    public var situations: [Entry]

    /// Makes a list.
    public init(crashPoints: [Entry], situations: [Entry]) {
        self.crashPoints = crashPoints
        self.situations = situations
    }
}
