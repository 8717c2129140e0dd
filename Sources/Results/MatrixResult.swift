// What a matrix found: every strategy, sink and crash point, measured beside expected.

/// The outcome of a matrix.
public struct MatrixResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.matrix")

    /// `real` (worker processes, SIGKILL) or `simulated`.
    public var world: String
    /// `sound`, `spark`, or deviations joined by `+`.
    public var fidelity: String
    /// The client that workers read with; nil where there are none, and in results of an older kbench.
    @OrNull public var client: String?
    /// The seed.
    public var seed: UInt64
    /// The records, partitions and cuts of every cell.
    public var load: Load
    /// One element per strategy, sink and crash point.
    public var cells: [MatrixCell]
    /// Sums over the cells.
    public var totals: Totals
    /// The command that repeats it; nil in results of an older kbench.
    @OrNull public var reproduce: String?
    /// The command that repeats one cell, with {strategy}, {sink} and {point} where these go; nil as above.
    @OrNull public var reproduceCell: String?

    /// Sums over the cells.
    public struct Totals: Codable, Equatable, Sendable {
        /// Cells.
        public var cells: Int
        /// Cells whose crash fired.
        public var crashesFired: Int
        /// Cells whose measured counts equal the expected ones.
        public var agreeing: Int
        /// Cells that ran in both worlds; 0 where the world is simulated.
        public var worldsCompared: Int
        /// Of them, those with the same counts in both.
        public var worldsAgreeing: Int
    }

    /// Makes a result and its totals.
    public init(
        world: String, fidelity: String, client: String? = nil, seed: UInt64, load: Load, cells: [MatrixCell]
    ) {
        self.world = world
        self.fidelity = fidelity
        self.client = client
        self.seed = seed
        self.load = load
        self.cells = cells
        totals = Totals(
            cells: cells.count, crashesFired: cells.count(where: \.crashFired), agreeing: cells.count(where: \.agrees),
            worldsCompared: cells.count { $0.worldsAgree != nil },
            worldsAgreeing: cells.count { $0.worldsAgree == true })
    }
}

/// One strategy and sink, crashed at one point.
public struct MatrixCell: Codable, Equatable, Sendable {
    /// The strategy's name.
    public var strategy: String
    /// The sink's name.
    public var sink: String
    /// `sound`, `spark`, or deviations joined by `+`.
    public var fidelity: String
    /// The crash, `NAME@OCCURRENCE`.
    public var point: String
    /// What happened between the crash and the restart, and how the restart began; nil for nothing out of the ordinary.
    @OrNull public var outage: String?
    /// The row of the semantics table; nil for a point only this engine has.
    @OrNull public var row: String?
    /// Whether the row rests on inference: no live run of Spark showed it for this strategy. False where there is no row.
    public var rowIsInferred: Bool
    /// Whether the worker died of the crash.
    public var crashFired: Bool
    /// What was counted.
    public var measured: Measured
    /// What the same run gave in the simulated world; nil where ``measured`` is that already.
    @OrNull public var simulated: Measured?
    /// Whether duplicates, their causes and losses are the same in both worlds; nil where there is one.
    @OrNull public var worldsAgree: Bool?
    /// What the closed form gives.
    public var expected: Expected
    /// Whether the two are equal, and nothing else is wrong.
    public var agrees: Bool
    /// What else is wrong: corrupted records, or why the run is invalid; nil for nothing.
    @OrNull public var fault: String?

    /// What was counted.
    public struct Measured: Codable, Equatable, Sendable {
        /// Duplicates at the sink.
        public var duplicates: Int
        /// Of them, or suppressed by the sink: offsets that reached the engine more than once.
        public var ingestDuplicates: Int
        /// Duplicates because a batch ran twice.
        public var reexecutionDuplicates: Int
        /// Records the sink does not hold.
        public var lost: Int
        /// Records that tasks read without leaving a row.
        public var redone: Int

        /// Makes counts.
        public init(duplicates: Int, ingestDuplicates: Int, reexecutionDuplicates: Int, lost: Int, redone: Int) {
            self.duplicates = duplicates
            self.ingestDuplicates = ingestDuplicates
            self.reexecutionDuplicates = reexecutionDuplicates
            self.lost = lost
            self.redone = redone
        }

        /// Whether the sink shows the same, for the same reasons. Work without a trace may differ.
        func hasSameOutcome(as other: Measured) -> Bool {
            duplicates == other.duplicates && ingestDuplicates == other.ingestDuplicates
                && reexecutionDuplicates == other.reexecutionDuplicates && lost == other.lost
        }
    }

    /// What the closed form gives.
    public struct Expected: Codable, Equatable, Sendable {
        /// Duplicates at the sink.
        public var duplicates: Int
        /// Offsets that reach the engine more than once.
        public var ingestDuplicates: Int
        /// Records lost.
        public var lost: Int

        /// Makes counts.
        public init(duplicates: Int, ingestDuplicates: Int, lost: Int) {
            self.duplicates = duplicates
            self.ingestDuplicates = ingestDuplicates
            self.lost = lost
        }
    }

    /// Makes a cell.
    public init(
        strategy: String, sink: String, fidelity: String, point: String, row: String?, rowIsInferred: Bool,
        crashFired: Bool, measured: Measured, simulated: Measured?, expected: Expected, fault: String?,
        outage: String? = nil
    ) {
        self.outage = outage
        self.strategy = strategy
        self.sink = sink
        self.fidelity = fidelity
        self.point = point
        self.row = row
        self.rowIsInferred = rowIsInferred
        self.crashFired = crashFired
        self.measured = measured
        self.simulated = simulated
        worldsAgree = simulated.map(measured.hasSameOutcome)
        self.expected = expected
        self.fault = fault
        agrees =
            fault == nil && measured.duplicates == expected.duplicates && measured.lost == expected.lost
            && measured.ingestDuplicates == expected.ingestDuplicates
    }
}

extension MatrixResult: ComparisonResult {
    /// Whether every crash fired, every cell agrees, and the worlds agree wherever both were run.
    public var holds: Bool {
        isValid && !cells.isEmpty && totals.agreeing == cells.count && totals.worldsAgreeing == totals.worldsCompared
    }

    /// Whether every crash fired.
    public var isValid: Bool { totals.crashesFired == cells.count }
}
