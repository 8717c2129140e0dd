// What came of a pipeline that was killed at points of the wire: its census, its runs, what it claims and what was seen.

/// The outcome of `kbench judge`.
public struct JudgeResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.judge")

    /// The pipeline's name.
    public var pipeline: String
    /// The file that describes it, as it was named; null for a command.
    @OrNull public var file: String?
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
    /// How many runs there was no time for.
    public var left: Int
    /// How fast it is when nobody kills it; null where that was not asked for.
    @OrNull public var speed: Speed?

    /// What a run may come to, in place of what the pipeline claims.
    public struct Limits: Equatable, Sendable {
        /// Records that may be lost; nil: as the claim says.
        public var lost: Int?
        /// Rows that may be there beyond the first of each record; nil: as the claim says.
        public var duplicates: Most?

        /// A most of duplicates.
        public enum Most: Equatable, Sendable {
            /// As many as follow from the kill; where nothing follows, as many as there were rows.
            case bound
            case count(Int)
        }

        /// No limits.
        public init() {}

        /// What a run has too much of, in words; nil: nothing.
        fileprivate func excess(of run: Run, _ claimed: PipelineGuarantee) -> String? {
            let counts = run.counts
            guard lost != nil || duplicates != nil else {
                return claimed.allows(duplicates: run.duplicates, lost: run.lost)
                    ? nil : "\(counts), where \(claimed.rawValue) is claimed"
            }
            if let lost, run.lost > lost { return "\(counts), where \(lost) lost are allowed" }
            switch duplicates {
            case .count(let most) where run.duplicates > most: return "\(counts), where \(most) duplicates are allowed"
            case .bound:
                let most = run.expected.duplicates ?? run.atKill?.sinkRows ?? 0
                return run.duplicates > most ? "\(counts), where \(most) duplicates can follow from the kill" : nil
            default: return nil
            }
        }
    }

    /// What the pipeline was fed, and how.
    public var feed: Feed

    /// What a pipeline is fed, and how.
    public struct Feed: Codable, Equatable, Sendable {
        /// Records of a run.
        public var records: Int
        /// Partitions of the topic.
        public var partitions: Int
        /// The seed of the payloads.
        public var seed: UInt64
        /// Whether it got one batch at a time.
        public var trim: Bool
        /// Whether each answer was held until wire and output had been silent.
        public var lockstep: Bool

        /// Makes a feed.
        public init(records: Int, partitions: Int, seed: UInt64 = 1, trim: Bool = false, lockstep: Bool = false) {
            (self.records, self.partitions, self.seed) = (records, partitions, seed)
            (self.trim, self.lockstep) = (trim, lockstep)
        }
    }

    /// How fast a pipeline is, beside a consumer that only reads.
    public struct Speed: Codable, Equatable, Sendable {
        /// Records of the run that was timed.
        public var records: Int
        /// The pipeline's records per second, from its first question for records to its last row; null where the run shows
        /// nothing.
        @OrNull public var recordsPerSecond: Double?
        /// What a plain loop of librdkafka reads in a second of such a topic, through the same proxy.
        @OrNull public var plainRecordsPerSecond: Double?
        /// Why the run shows nothing; null when it does.
        @OrNull public var invalidReason: String?

        /// A speed of which nothing is known yet.
        public init(records: Int) { self.records = records }
    }

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

    /// Why rows are there that are beyond the first of their records.
    public struct Causes: Codable, Equatable, Sendable {
        /// The record came to the pipeline so often.
        public var fetchedAgain = 0
        /// The pipeline put out again what had come to it once.
        public var producedAgain = 0

        /// No causes yet.
        public init() {}
    }

    /// One run.
    public struct Run: Codable, Equatable, Sendable {
        /// The point of its kill; null for the run without one.
        @OrNull public var point: String?
        /// Which of the frames at that point, from 1.
        @OrNull public var occurrence: Int?
        /// Whether the kill came.
        public var fired = false
        /// In how many runs before this one it did not come, although nothing was wrong in them; null for none.
        @OrNull public var missed: Int?
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
        /// The duplicates by what the wire tells of them; null where there are none.
        @OrNull public var causes: Causes?
        /// Whether it came out so; null where nothing is expected.
        @OrNull public var agrees: Bool?
        /// Seconds for which rows lay behind an open transaction.
        public var hiddenSeconds = 0.0
        /// Lives that began after the first.
        public var restarts = 0
        /// Seconds from the first life's start until it asked for records; null where it never did.
        @OrNull public var askedSeconds: Double?
        /// Seconds from the first life's start until the output changed last; null where nobody looked.
        @OrNull public var rowsSeconds: Double?
        /// Seconds from the start of the life after the kill until it asked for records; null where none did.
        @OrNull public var recoverySeconds: Double?
        /// What said that all was done: `committed`, `quiet` or `exit`; null when nothing did.
        @OrNull public var drainedBy: String?
        /// Seconds from the first life's start to the end.
        public var seconds = 0.0
        /// Why the run shows nothing; null when it does.
        @OrNull public var invalidReason: String?
        /// What it breaks of the claim, of the limits, or of what follows from the kill; null for nothing.
        @OrNull public var broken: String?
        /// Its whole lives; nil in results of an older kbench. Lag is to where it asked last.
        public var timeline: RunTimeline?
        /// The command that repeats it.
        public var reproduce: String

        /// Its kill, as it is named.
        public var name: String { point.map { "\($0)@\(occurrence ?? 1)" } ?? "the run without a kill" }

        /// A run of which nothing is known yet.
        public init(point: String?, occurrence: Int?, reproduce: String) {
            self.point = point
            self.occurrence = occurrence
            self.reproduce = reproduce
        }
    }

    /// Puts runs together and decides over them.
    public init(
        pipeline: String, broker: BrokerInfo, feed: Feed, claimed: PipelineGuarantee, census: [PointCount],
        findings: [Finding],
        runs: [Run], limits: Limits = Limits(), left: Int = 0, speed: Speed? = nil
    ) {
        self.pipeline = pipeline
        self.broker = broker
        self.feed = feed
        self.census = census
        self.findings = findings
        self.runs = runs
        self.left = left
        self.speed = speed
        let observed = PipelineGuarantee(observedIn: runs)
        guarantee = Guarantee(claimed: claimed.rawValue, observed: observed.rawValue)
        for index in runs.indices { self.runs[index].broken = runs[index].breach(of: claimed, limits) }
        let judgement = JudgeResult.judge(self.runs)
        (verdict, reason) = judgement
        valid = judgement.0 != .invalid
    }

    /// The first reason that counts: a run that shows nothing, then one that breaks something.
    private static func judge(_ runs: [Run]) -> (ScenarioResult.Standing, String?) {
        guard let plain = runs.first(where: { $0.point == nil }) else {
            return (.invalid, "there was no run without a kill")
        }
        if let run = [plain].first(where: { $0.emptiness != nil }) ?? runs.first(where: { $0.emptiness != nil }) {
            return (.invalid, run.emptiness.map { "\(run.name): \($0)" })
        }
        guard let run = runs.first(where: { $0.broken != nil }) else { return (.pass, nil) }
        return (.fail, run.broken.map { "\(run.name): \($0)" })
    }
}

extension JudgeResult.Run {
    /// Why it shows nothing; nil when it does.
    public var emptiness: String? {
        if let invalidReason { return invalidReason }
        guard point == nil, duplicates + lost + foreign > 0 else { return nil }
        return "the pipeline is wrong by itself: \(counts)"
    }

    /// What there is too much of, in words.
    fileprivate var counts: String { "\(duplicates) duplicates, \(lost) lost, \(foreign) foreign rows" }

    /// What it breaks of a claim, or of limits in its place, and of what follows from the kill; nil: nothing.
    fileprivate func breach(of claimed: PipelineGuarantee, _ limits: JudgeResult.Limits) -> String? {
        guard point != nil, invalidReason == nil else { return nil }
        if let excess = limits.excess(of: self, claimed) { return excess }
        if foreign > 0 { return "\(foreign) rows are no record of the run" }
        guard agrees == false else { return nil }
        return "\(duplicates) duplicates and \(lost) lost, where \(expected.duplicates ?? 0) and \(expected.lost ?? 0) "
            + "follow from the kill"
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
