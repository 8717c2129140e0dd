// Several pipelines side by side: what each claims, what was seen of it when it was killed, and how fast it is.
internal import Statistics

/// The outcome of `kbench league`.
public struct LeagueResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.league")

    /// What the pipelines read from.
    public var broker: BrokerInfo
    /// The machine and the versions.
    public var host: HostInfo
    /// When it began, in UTC as `2026-11-22T15:30:00Z`.
    public var startedAt: String
    /// The command that repeats it.
    public var reproduce: String
    /// An element for each file, in their order.
    public var pipelines: [Entry]

    /// Makes a result.
    public init(broker: BrokerInfo, host: HostInfo, startedAt: String, reproduce: String, pipelines: [Entry]) {
        self.broker = broker
        self.host = host
        self.startedAt = startedAt
        self.reproduce = reproduce
        self.pipelines = pipelines
    }

    /// What came of a pipeline.
    public enum Outcome: String, Codable, Sendable, CaseIterable {
        /// What it claims held, and each count was what follows from the kill.
        case pass
        /// It did not.
        case fail
        /// The runs show nothing.
        case invalid
        /// There was no time for all of its kills; those that were made are in order.
        case unfinished
        /// It is not installed.
        case skipped
    }

    /// One pipeline.
    public struct Entry: Codable, Equatable, Sendable {
        /// Its name.
        public var pipeline: String
        /// Its file, as it was named.
        public var file: String
        /// What it runs, by name and version; null where its file does not say how to ask.
        @OrNull public var program: String?
        /// What it claims, such as `at-least-once`.
        public var claimed: String
        /// The most that all its runs kept to; null where none showed anything.
        @OrNull public var observed: String?
        /// What came of it.
        public var outcome: Outcome
        /// Why it did not pass; null where it did.
        @OrNull public var reason: String?
        /// Kills that there was no time for.
        public var left = 0
        /// Records of each run.
        public var records = 0
        /// Its kills, in the order they were made.
        public var kills: [Kill] = []
        /// Kills after which records were there more than once.
        public var repeatedIn = 0
        /// The most rows beyond the first of each record, of any kill.
        public var mostDuplicates = 0
        /// Kills after which records were missing.
        public var lostIn = 0
        /// The most records that were missing after a kill.
        public var mostLost = 0
        /// Kills from which it follows what must come.
        public var expectedIn = 0
        /// Those of them of which it came so.
        public var agreedIn = 0
        /// The kill that did the worst; null where all came out with each record once.
        @OrNull public var worst: Worst?
        /// What was noticed beside the counts.
        public var findings: [JudgeResult.Finding] = []
        /// Records per second without a kill; null where it was not measured.
        @OrNull public var recordsPerSecond: Double?
        /// The same as a part of what a plain consumer reads of such a topic; null where it was not measured.
        @OrNull public var ratioToPlain: Double?
        /// Why there is no speed; null where there is one, or none was asked for.
        @OrNull public var speedReason: String?
        /// Seconds from the start of the life after a kill until it asked for records, in the middle of all kills; null where
        /// there was no kill.
        @OrNull public var recoverySeconds: Double?
    }

    /// A kill and what came of it.
    public struct Kill: Codable, Equatable, Sendable {
        /// Where.
        public var point: String
        /// Which of the frames or calls there.
        public var occurrence: Int
        /// Rows beyond the first of each record.
        public var duplicates: Int
        /// Records without a row.
        public var lost: Int
        /// What follows from what was there at the kill.
        public var expected: JudgeResult.Counts
        /// Whether it came so; null where nothing follows.
        @OrNull public var agrees: Bool?
        /// What it breaks; null for nothing.
        @OrNull public var broken: String?
        /// Why it shows nothing; null when it does.
        @OrNull public var invalidReason: String?
    }

    /// A kill, and the command that repeats it.
    public struct Worst: Codable, Equatable, Sendable {
        /// Where, as `POINT@K`.
        public var kill: String
        /// Rows beyond the first of each record.
        public var duplicates: Int
        /// Records without a row.
        public var lost: Int
        /// The command.
        public var reproduce: String

        /// Makes a kill.
        public init(kill: String, duplicates: Int, lost: Int, reproduce: String) {
            (self.kill, self.duplicates, self.lost, self.reproduce) = (kill, duplicates, lost, reproduce)
        }
    }

    /// How many pipelines came to an outcome.
    public func count(of outcome: Outcome) -> Int { pipelines.count { $0.outcome == outcome } }
}

extension LeagueResult.Entry {
    /// A pipeline of which there are no runs: it is not installed, or it could not be judged.
    public init(_ pipeline: String, file: String, claimed: String, outcome: LeagueResult.Outcome, reason: String) {
        (self.pipeline, self.file, self.claimed) = (pipeline, file, claimed)
        (self.outcome, self.reason) = (outcome, reason)
    }

    /// A pipeline that was judged.
    public init(_ judged: JudgeResult, file: String, program: String?) {
        (pipeline, self.file, self.program) = (judged.pipeline, file, program)
        (claimed, outcome) = (judged.guarantee.claimed, LeagueResult.Outcome(judged))
        reason = outcome == .unfinished ? "no time was left for \(judged.left) kills" : judged.reason
        observed = judged.valid ? judged.guarantee.observed : nil
        (left, records, findings) = (judged.left, judged.feed.records, judged.findings)
        let runs = judged.runs.filter { $0.point != nil }
        kills = runs.map(LeagueResult.Kill.init)
        let telling = kills.filter { $0.invalidReason == nil }
        repeatedIn = telling.count { $0.duplicates > 0 }
        mostDuplicates = telling.map(\.duplicates).max() ?? 0
        lostIn = telling.count { $0.lost > 0 }
        mostLost = telling.map(\.lost).max() ?? 0
        expectedIn = telling.count { $0.agrees != nil }
        agreedIn = telling.count { $0.agrees == true }
        worst = runs.filter { $0.invalidReason == nil && ($0.duplicates > 0 || $0.lost > 0) }
            .max { LeagueResult.badness(of: $0) < LeagueResult.badness(of: $1) }
            .map { .init(kill: $0.name, duplicates: $0.duplicates, lost: $0.lost, reproduce: $0.reproduce) }
        recordsPerSecond = judged.speed?.recordsPerSecond
        speedReason = judged.speed?.invalidReason
        if let own = recordsPerSecond, let plain = judged.speed?.plainRecordsPerSecond, plain > 0 {
            ratioToPlain = own / plain
        }
        let recoveries = runs.compactMap(\.recoverySeconds)
        recoverySeconds = recoveries.isEmpty ? nil : Sample.median(recoveries)
    }
}

extension LeagueResult {
    /// What breaks a claim is worse than what does not, and a loss is worse than any duplicates.
    fileprivate static func badness(of run: JudgeResult.Run) -> (Int, Int, Int) {
        (run.broken == nil ? 0 : 1, run.lost, run.duplicates)
    }
}

extension LeagueResult.Outcome {
    fileprivate init(_ judged: JudgeResult) {
        switch judged.verdict {
        case .pass: self = judged.left > 0 ? .unfinished : .pass
        case .fail: self = .fail
        case .invalid: self = .invalid
        }
    }
}

extension LeagueResult.Kill {
    fileprivate init(_ run: JudgeResult.Run) {
        (point, occurrence) = (run.point ?? "", run.occurrence ?? 1)
        (duplicates, lost, expected) = (run.duplicates, run.lost, run.expected)
        (agrees, broken, invalidReason) = (run.agrees, run.broken, run.invalidReason)
    }
}
