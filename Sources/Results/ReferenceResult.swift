// kbench beside another engine, row by row.

/// The outcome of a comparison with a reference.
public struct ReferenceResult: VersionedResult, ComparisonResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.reference")

    /// The reference's name, such as `spark-3.5.7`.
    public var against: String
    /// `real` (worker processes, SIGKILL) or `simulated`.
    public var world: String
    /// One element per row of the reference.
    public var rows: [Row]
    /// Rows that were run.
    public var run: Int
    /// Rows that were run and agree.
    public var agreeing: Int
    /// Rows that ran in both worlds; 0 where the world is simulated.
    public var worldsCompared: Int
    /// Of them, those with the same counts in both.
    public var worldsAgreeing: Int

    /// One row of the reference.
    public struct Row: Codable, Equatable, Sendable {
        /// What the reference calls it.
        public var row: String
        /// The reference's runs behind it.
        public var runs: Int
        /// The kind of sink that was looked at.
        public var sink: String
        /// What the reference showed.
        public var reference: Counts
        /// The strategy it was run with here; nil when it was not.
        @OrNull public var strategy: String?
        /// The crash, `NAME@OCCURRENCE`; nil when it was not run.
        @OrNull public var point: String?
        /// What was counted here; nil when it was not run.
        @OrNull public var measured: Counts?
        /// What the same run gave in the simulated world; nil where ``measured`` is that already, or nothing.
        @OrNull public var simulated: Counts?
        /// Whether it is the same in both worlds; nil where it ran in one or none.
        @OrNull public var worldsAgree: Bool?
        /// Whether the two are equal; nil when it was not run.
        @OrNull public var agrees: Bool?
        /// Why it was not run, or what went wrong; empty for nothing.
        public var reason: String

        /// Makes a row.
        public init(
            row: String, runs: Int, sink: String, reference: Counts, strategy: String?, point: String?,
            measured: Counts?, simulated: Counts? = nil, reason: String, fault: String? = nil
        ) {
            self.row = row
            self.runs = runs
            self.sink = sink
            self.reference = reference
            self.strategy = strategy
            self.point = point
            self.measured = measured
            self.simulated = measured == nil ? nil : simulated
            worldsAgree = measured == nil ? nil : simulated.map { $0 == measured }
            self.reason = fault ?? reason
            // A run that could show nothing does not agree.
            agrees = fault == nil ? measured.map { $0 == reference } : false
        }
    }

    /// Duplicates and losses at the sink.
    public struct Counts: Codable, Equatable, Sendable {
        /// Records beyond the first of each.
        public var duplicates: Int
        /// Records that are missing.
        public var lost: Int

        /// Makes counts.
        public init(duplicates: Int, lost: Int) {
            self.duplicates = duplicates
            self.lost = lost
        }
    }

    /// Makes a result and its sums.
    public init(against: String, world: String, rows: [Row]) {
        self.against = against
        self.world = world
        self.rows = rows
        run = rows.count { $0.measured != nil }
        agreeing = rows.count { $0.agrees == true }
        worldsCompared = rows.count { $0.worldsAgree != nil }
        worldsAgreeing = rows.count { $0.worldsAgree == true }
    }

    /// Whether every row agrees, or says why it cannot be run, and the worlds agree wherever both were run.
    public var holds: Bool {
        worldsAgreeing == worldsCompared && rows.allSatisfy { $0.agrees ?? !$0.reason.isEmpty }
    }

    /// A row whose run could show nothing does not agree, so there is nothing else to be wrong.
    public var isValid: Bool { true }
}
