// What an atlas found, in the form that other tools rely on.
internal import Engine
public import Exploration
internal import Ingestion
internal import Simulation

/// The outcome of an atlas: every unit's, put together in the plan's order.
public struct AtlasResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.atlas")

    /// Schedules run.
    public var schedules: Int
    /// Of them, those that left a world of their own.
    public var worlds: Int
    /// Schedules that were run a second time and came to the same hash.
    public var repeated: Int
    /// Time spent, in seconds, over all threads' units of this call; not part of what must repeat.
    public var seconds: Double
    /// Schedules per second of those.
    public var schedulesPerSecond: Double
    /// Units of the plan.
    public var units: Int
    /// Units that are done; fewer when a budget ran out or only a shard was run.
    public var unitsDone: Int
    /// The seed.
    public var seed: UInt64
    /// The fidelity's name.
    public var fidelity: String
    /// Crashes one after the other.
    public var depth: Int
    /// The hash over all schedules' hashes.
    public var traceRoot: String
    /// One element per strategy, sink and crash point.
    public var cells: [Cell]
    /// One element per strategy, sink, breach and cause.
    public var violations: [Violation]

    /// What the crashes at one point came to.
    public struct Cell: Codable, Equatable, Sendable {
        /// The most there was.
        public struct Worst: Codable, Equatable, Sendable {
            /// Duplicates.
            public var duplicates: Int
            /// Records lost.
            public var lost: Int
            /// How the lives with the most duplicates end; null for none.
            public var duplicatesEnding: String?
            /// How the lives with the most losses end; null for none.
            public var lostEnding: String?
        }

        /// The strategy's name.
        public var strategy: String
        /// The sink's name.
        public var sink: String
        /// The fidelity's name.
        public var fidelity: String
        /// Records that arrive during the outage; the batch after it then takes all there is.
        public var arrivals: Int
        /// The crash point's name.
        public var point: String
        /// The worst of its schedules.
        public var worst: Worst
        /// Schedules.
        public var schedules: Int
    }

    /// A broken promise.
    public struct Violation: Codable, Equatable, Sendable {
        /// The strategy's name.
        public var strategy: String
        /// The sink's name.
        public var sink: String
        /// `loss`, `duplicates`, `corruption` or `stuck`.
        public var breach: String
        /// The deviation that causes it.
        public var cause: String
        /// Schedules that end like this.
        public var schedules: Int
        /// How the lives of the first one end.
        public var first: String
        /// Duplicates of the first one.
        public var duplicates: Int
        /// Losses of the first one.
        public var lost: Int
        /// The error of the first one; null for none.
        public var failure: String?
        /// The capsule's file; null where none was written.
        public var capsule: String?
    }

    /// Puts results together. `capsules` names the file of each finding, where there is one.
    public init(
        _ results: [UnitResult], units: Int, seconds: Double, seed: UInt64, fidelity: String, depth: Int,
        capsules: (Finding) -> String?
    ) {
        schedules = results.reduce(0) { $0 + $1.schedules }
        worlds = results.reduce(0) { $0 + $1.worlds }
        repeated = results.reduce(0) { $0 + $1.repeated }
        self.seconds = seconds
        schedulesPerSecond = seconds > 0 ? Double(schedules) / seconds : 0
        self.units = units
        unitsDone = results.count
        self.seed = seed
        self.fidelity = fidelity
        self.depth = depth
        var root = StableHash()
        for result in results {
            root.add(result.unit.name)
            root.add(result.traceRoot)
        }
        traceRoot = root.text
        cells = results.flatMap { result in
            result.cells.map { cell in
                Cell(
                    strategy: result.unit.strategy.rawValue, sink: result.unit.sink.rawValue, fidelity: fidelity,
                    arrivals: result.unit.arrivals, point: cell.point,
                    worst: .init(
                        duplicates: cell.duplicates.records, lost: cell.lost.records,
                        duplicatesEnding: cell.duplicates.records > 0 ? cell.duplicates.ending : nil,
                        lostEnding: cell.lost.records > 0 ? cell.lost.ending : nil), schedules: cell.schedules)
            }
        }
        violations = results.flatMap { result in
            result.findings.map { finding in
                Violation(
                    strategy: result.unit.strategy.rawValue, sink: result.unit.sink.rawValue,
                    breach: finding.breach.rawValue, cause: finding.cause, schedules: finding.schedules,
                    first: finding.first.ending, duplicates: finding.outcome.duplicates, lost: finding.outcome.lost,
                    failure: finding.outcome.failure, capsule: capsules(finding))
            }
        }
    }

    /// Whether every unit is done.
    public var isComplete: Bool { unitsDone == units }
}
