// What came of a pipeline that was killed at points of the wire: its census, its runs, what it claims and what was seen.

/// The outcome of `kbench judge`.
public struct JudgeResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.judge")

    /// The pipeline's name.
    public var pipeline: String
    /// Whether the runs can show anything.
    public var valid: Bool
    /// Whether the claim held, and every expectation was met.
    public var verdict: ScenarioResult.Standing
    /// The first reason against it; null for none.
    @OrNull public var reason: String?
    /// What the pipeline read from.
    public var broker: BrokerInfo
    /// What is claimed, and what was seen.
    public var guarantee: Guarantee
    /// Points that a run without a kill meets, and how often.
    public var census: [PointCount]
    /// What was noticed beside the counts.
    public var findings: [Finding]
    /// The run without a kill, then one for each kill.
    public var runs: [Run]

    /// A claim and what the runs say of it.
    public struct Guarantee: Codable, Equatable, Sendable {
        /// What the pipeline is said to promise.
        public var claimed: String
        /// The most that all its runs kept to.
        public var observed: String

        /// Makes a pair.
        public init(claimed: String, observed: String) {
            self.claimed = claimed
            self.observed = observed
        }
    }

    /// A point and how often a run came to it.
    public struct PointCount: Codable, Equatable, Sendable {
        /// The point's name.
        public var point: String
        /// How often.
        public var count: Int

        /// Makes a count.
        public init(point: String, count: Int) {
            self.point = point
            self.count = count
        }
    }

    /// Something that was noticed.
    public struct Finding: Codable, Equatable, Sendable {
        /// The kind, such as `commit-before-write`.
        public var name: String
        /// What was seen, in a sentence.
        public var detail: String

        /// Makes a finding.
        public init(_ name: String, _ detail: String) {
            self.name = name
            self.detail = detail
        }
    }

    /// How many records come again, and how many never come.
    public struct Counts: Codable, Equatable, Sendable {
        /// Rows beyond the first of each record.
        @OrNull public var duplicates: Int?
        /// Records without a row.
        @OrNull public var lost: Int?

        /// Makes counts; nil where nothing is known.
        public init(duplicates: Int? = nil, lost: Int? = nil) {
            self.duplicates = duplicates
            self.lost = lost
        }
    }

    /// What was there when the pipeline had been killed.
    public struct KillState: Codable, Equatable, Sendable {
        /// Rows in the output.
        public var sinkRows: Int
        /// By partition, the offset that the group goes on from; null where none was committed.
        public var committed: [Int64?]

        /// Makes a state.
        public init(sinkRows: Int, committed: [Int64?]) {
            self.sinkRows = sinkRows
            self.committed = committed
        }
    }

    /// One run.
    public struct Run: Codable, Equatable, Sendable {
        /// The point of its kill; null for the run without one.
        @OrNull public var point: String?
        /// Which of the frames at that point, from 1.
        @OrNull public var occurrence: Int?
        /// Whether the kill came.
        public var fired = false
        /// Records that there were to put out.
        public var produced = 0
        /// Rows that are records, repeated ones each time.
        public var delivered = 0
        /// Rows beyond the first of each record.
        public var duplicates = 0
        /// Records without a row.
        public var lost = 0
        /// Rows that are no record of the run.
        public var foreign = 0
        /// What was there at the kill; null without one.
        @OrNull public var atKill: KillState?
        /// What had to come out, from what was there at the kill.
        public var expected = Counts()
        /// Whether it came out so; null where nothing is expected.
        @OrNull public var agrees: Bool?
        /// Seconds for which rows lay behind an open transaction.
        public var hiddenSeconds = 0.0
        /// Lives that began after the first.
        public var restarts = 0
        /// What said that all was done: `committed`, `quiet` or `exit`; null when nothing did.
        @OrNull public var drainedBy: String?
        /// Seconds from the first life's start to the end.
        public var seconds = 0.0
        /// Why the run shows nothing; null when it does.
        @OrNull public var invalidReason: String?
        /// The command that repeats it.
        public var reproduce: String

        /// A run of which nothing is known yet.
        public init(point: String?, occurrence: Int?, reproduce: String) {
            self.point = point
            self.occurrence = occurrence
            self.reproduce = reproduce
        }
    }

    /// Puts runs together and decides over them.
    public init(
        pipeline: String, broker: BrokerInfo, claimed: PipelineGuarantee, census: [PointCount], findings: [Finding],
        runs: [Run]
    ) {
        self.pipeline = pipeline
        self.broker = broker
        self.census = census
        self.findings = findings
        self.runs = runs
        let observed = PipelineGuarantee(observedIn: runs)
        guarantee = Guarantee(claimed: claimed.rawValue, observed: observed.rawValue)
        let judgement = JudgeResult.judge(runs, claimed)
        (verdict, reason) = judgement
        valid = judgement.0 != .invalid
    }

    /// The first reason that counts: a run that shows nothing, a broken claim, an outcome that was not expected.
    private static func judge(_ runs: [Run], _ claimed: PipelineGuarantee) -> (ScenarioResult.Standing, String?) {
        func name(_ run: Run) -> String { run.point.map { "\($0)@\(run.occurrence ?? 1)" } ?? "the run without a kill" }
        if let plain = runs.first(where: { $0.point == nil }) {
            if let reason = plain.invalidReason { return (.invalid, "without a kill: \(reason)") }
            if plain.duplicates + plain.lost + plain.foreign > 0 {
                let counts = "\(plain.duplicates) duplicates, \(plain.lost) lost, \(plain.foreign) foreign rows"
                return (.invalid, "the pipeline is wrong by itself: without a kill, \(counts)")
            }
        } else {
            return (.invalid, "there was no run without a kill")
        }
        for run in runs {
            if let reason = run.invalidReason { return (.invalid, "\(name(run)): \(reason)") }
        }
        for run in runs where !claimed.allows(duplicates: run.duplicates, lost: run.lost) || run.foreign > 0 {
            let counts = "\(run.duplicates) duplicates, \(run.lost) lost, \(run.foreign) foreign rows"
            return (.fail, "\(name(run)): \(counts), where \(claimed.rawValue) is claimed")
        }
        for run in runs where run.agrees == false {
            let expected = "\(run.expected.duplicates ?? 0) duplicates and \(run.expected.lost ?? 0) lost"
            return (.fail, "\(name(run)): \(run.duplicates) and \(run.lost), where \(expected) follow from the kill")
        }
        return (.pass, nil)
    }
}

/// What a pipeline can promise its records.
public enum PipelineGuarantee: String, CaseIterable, Codable, Sendable {
    /// Each is there once.
    case exactlyOnce = "exactly-once"
    /// Each is there.
    case atLeastOnce = "at-least-once"
    /// None is there twice.
    case atMostOnce = "at-most-once"
    /// Nothing.
    case none

    /// Whether an outcome keeps the promise.
    public func allows(duplicates: Int, lost: Int) -> Bool {
        switch self {
        case .exactlyOnce: duplicates == 0 && lost == 0
        case .atLeastOnce: lost == 0
        case .atMostOnce: duplicates == 0
        case .none: true
        }
    }

    /// The most that all these runs kept to.
    public init(observedIn runs: [JudgeResult.Run]) {
        self =
            PipelineGuarantee.allCases.first { guarantee in
                runs.allSatisfy { guarantee.allows(duplicates: $0.duplicates, lost: $0.lost) }
            } ?? .none
    }
}
