// How soon each planted bug is found, and that none is found where there is none.
public import Exploration

/// The outcome of the hunts.
public struct MutantsResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.mutants")

    /// One element per planted bug.
    public var bugs: [Bug]
    /// Promises that a sound engine was found to break: 0 unless the judge is wrong.
    public var falseAlarms: Int
    /// Schedules run on the sound engine.
    public var soundSchedules: Int
    /// The seed.
    public var seed: UInt64

    /// The hunt for one bug.
    public struct Bug: Codable, Equatable, Sendable {
        /// The bug's name.
        public var name: String
        /// Whether it was found.
        public var found: Bool
        /// Schedules run until then.
        public var schedules: Int
        /// Seconds until then.
        public var seconds: Double
        /// `atlas` or `swarm`; null when it was not found.
        public var by: String?
        /// The promise it breaks.
        public var breach: String?
        /// The strategy and sink in which it was found.
        public var place: String?
        /// How the lives of the schedule that found it end.
        public var schedule: String?
        /// Its capsule's file.
        public var capsule: String?

        /// Makes an element.
        public init(_ hunt: Hunt, seconds: Double, capsule: String?) {
            name = hunt.name
            found = hunt.found
            schedules = hunt.schedules
            self.seconds = seconds
            by = hunt.by
            breach = hunt.breach?.rawValue
            place = hunt.schedule.map { "\($0.strategyName)/\($0.sinkName)" }
            schedule = hunt.schedule?.ending
            self.capsule = capsule
        }
    }

    /// Makes a report.
    public init(bugs: [Bug], falseAlarms: Int, soundSchedules: Int, seed: UInt64) {
        self.bugs = bugs
        self.falseAlarms = falseAlarms
        self.soundSchedules = soundSchedules
        self.seed = seed
    }

    /// Whether every bug was found, and nothing else; hunts for no bug show nothing.
    public var holds: Bool { !bugs.isEmpty && bugs.allSatisfy(\.found) && falseAlarms == 0 }
}
