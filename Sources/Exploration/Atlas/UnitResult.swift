// What a unit of an atlas found: the worst of each crash point, and every kind of broken promise.

/// The result of one unit. It depends on the unit alone, not on when, where or beside what it ran.
public struct UnitResult: Codable, Equatable, Sendable {
    /// The unit.
    public var unit: AtlasUnit
    /// Schedules run: each crash point, at each occurrence, with each state of the disk.
    public var schedules = 0
    /// Of them, those that left a world no other had left; the others end as one of these.
    public var worlds = 0
    /// Schedules that were run a second time from their beginning, and came to the same hash.
    public var repeated = 0
    /// By crash point, in the catalogue's order.
    public var cells: [AtlasCell] = []
    /// One element for each kind of breach and its cause.
    public var findings: [Finding] = []
    /// The hash over the hashes of all schedules, in order.
    public var traceRoot = ""

    init(unit: AtlasUnit) { self.unit = unit }
}

/// What the crashes at one point came to.
public struct AtlasCell: Codable, Equatable, Sendable {
    /// A number and the schedule that led to it.
    public struct Worst: Codable, Equatable, Sendable {
        /// Records.
        public var records: Int
        /// How the lives of the first schedule with that number end.
        public var ending: String
    }

    /// The crash point's name.
    public var point: String
    /// Schedules whose last crash was at this point.
    public var schedules = 0
    /// The most duplicates.
    public var duplicates = Worst(records: 0, ending: "")
    /// The most records lost.
    public var lost = Worst(records: 0, ending: "")
}

/// A kind of broken promise.
public struct Finding: Codable, Equatable, Sendable {
    /// In which way.
    public var breach: Breach
    /// The deviation without which it does not happen; `the strategy` when it happens without any, `several` when it takes
    /// more than one.
    public var cause: String
    /// Schedules that end like this.
    public var schedules: Int
    /// The first of them.
    public var first: Schedule
    /// What the first came to.
    public var outcome: Outcome
}
