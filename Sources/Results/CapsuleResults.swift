// What became of a capsule: repeated, made small, or one of its records told.
public import Exploration

/// A capsule's run repeated.
public struct ReplayResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.replay")

    /// The schedule, in one line.
    public var schedule: String
    /// Records produced.
    public var produced: Int
    /// Records too many in the output.
    public var duplicates: Int
    /// Records that are not in the output.
    public var lost: Int
    /// Rows that are of no record of the run.
    public var corrupted: Int
    /// What the engine could not go on with; null: nothing.
    public var failure: String?
    /// The promise that is broken; null: none.
    public var breach: String?
    /// The hash over all events of the run.
    public var traceHash: String
    /// The hash in the capsule.
    public var expectedTraceHash: String
    /// Whether outcome and trace are the capsule's.
    public var isSame: Bool
    /// The version of kbench that wrote the capsule.
    public var capsuleVersion: String

    /// The outcome of a run beside its capsule.
    public init(_ outcome: Outcome, of capsule: Capsule) {
        schedule = capsule.schedule.summary
        produced = outcome.produced
        duplicates = outcome.duplicates
        lost = outcome.lost
        corrupted = outcome.corrupted
        failure = outcome.failure.map { "\($0)" }
        breach = capsule.breach?.rawValue
        traceHash = "\(outcome.traceHash)"
        expectedTraceHash = "\(capsule.outcome.traceHash)"
        isSame = outcome == capsule.outcome
        capsuleVersion = capsule.version
    }
}

/// A capsule with nothing left that its broken promise does not need.
public struct ShrinkResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.shrink")

    /// The schedule that is left, in one line.
    public var schedule: String
    /// What happens in it.
    public var events: Int
    /// The promise that it breaks; null: none.
    public var breach: String?
    /// The file of the small capsule.
    public var capsule: String
    /// The file of a test that fails as long as the promise is broken.
    public var test: String
    /// The file of a diagram of the first record that went wrong.
    public var diagram: String

    /// What is left of a capsule, and where it is.
    public init(_ capsule: Capsule, path: String, test: String, diagram: String) {
        schedule = capsule.schedule.summary
        events = capsule.schedule.eventCount
        breach = capsule.breach?.rawValue
        self.capsule = path
        self.test = test
        self.diagram = diagram
    }
}

/// The life of one record of a capsule.
public struct RecordLifeResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.record-life")

    /// One thing that happened to the record.
    public struct Moment: Codable, Equatable, Sendable {
        /// The life of the engine, from 1; 0 for the production.
        public var life: Int
        /// Who did it.
        public var place: String
        /// What happened.
        public var what: String
        /// Whether this is the first moment after which nothing can save the record.
        public var isPointOfNoReturn: Bool

        /// Something that happened.
        public init(life: Int, place: String, what: String, isPointOfNoReturn: Bool = false) {
            (self.life, self.place, self.what) = (life, place, what)
            self.isPointOfNoReturn = isPointOfNoReturn
        }
    }

    /// The record, such as `simulated/0@17`.
    public var record: String
    /// Rows that the sink holds of it in the end.
    public var deliveries: Int
    /// What happened to it, in order.
    public var moments: [Moment]

    /// What is known of a record.
    public init(record: String, deliveries: Int, moments: [Moment]) {
        (self.record, self.deliveries, self.moments) = (record, deliveries, moments)
    }

    /// The life of a record.
    public init(_ life: RecordLife) {
        record = "simulated/\(life.partition)@\(life.offset)"
        deliveries = life.deliveries
        moments = life.moments.map {
            Moment(
                life: $0.life, place: $0.place.rawValue, what: $0.text, isPointOfNoReturn: $0.isPointOfNoReturn)
        }
    }
}
