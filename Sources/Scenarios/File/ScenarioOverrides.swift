// What the command line changes about a scenario, checked as strictly as the file itself.
internal import Engine
public import Harness
public import Ingestion
public import World

/// Changes to a scenario, as typed by a person.
public struct ScenarioOverrides: Equatable, Sendable {
    /// The strategies to keep; empty keeps all.
    public var strategies: [String]
    /// The sinks to keep; empty keeps all. `raw`, which has none, stays.
    public var sinks: [String]
    /// Records to produce.
    public var records: Int?
    /// Partitions of the topic.
    public var partitions: Int?
    /// Bytes of a record's value.
    public var recordBytes: Int?
    /// The seed.
    public var seed: Int?
    /// The crashes, `POINT@OCCURRENCE` joined by commas, one for each life, of every run whose strategy reaches them all.
    public var crash: String?

    /// Makes overrides; without arguments, none.
    public init(
        strategies: [String] = [], sinks: [String] = [], records: Int? = nil, partitions: Int? = nil,
        recordBytes: Int? = nil, seed: Int? = nil, crash: String? = nil
    ) {
        self.strategies = strategies
        self.sinks = sinks
        self.records = records
        self.partitions = partitions
        self.recordBytes = recordBytes
        self.seed = seed
        self.crash = crash
    }

    /// The scenario with these changes. `reaches` says whether a strategy ever comes to a crash point.
    ///
    /// - Throws: ``ScenarioError`` naming the option.
    public func apply(
        to scenario: Scenario, reaches: (Strategy, CrashPoint) -> Bool
    ) throws(ScenarioError) -> Scenario {
        var changed = scenario
        changed.records = try check(records, ScenarioLimits.records, "--records") ?? scenario.records
        changed.partitions = try check(partitions, ScenarioLimits.partitions, "--partitions") ?? scenario.partitions
        changed.recordBytes =
            try check(recordBytes, ScenarioLimits.recordBytes, "--record-bytes") ?? scenario.recordBytes
        try refuseAgainst(changed.load, partitions: changed.partitions)
        changed.seed = try check(seed, ScenarioLimits.seed, "--seed").map(UInt64.init) ?? scenario.seed
        try keepStrategies(&changed)
        try keepSinks(&changed)
        try replaceCrash(&changed, reaches)
        return changed
    }

    /// Refuses what the scenario's load says otherwise.
    private func refuseAgainst(_ load: LoadSettings?, partitions: Int) throws(ScenarioError) {
        if recordBytes != nil, load?.meanBytes != nil {
            throw ScenarioError(
                .impossibleValue, "the scenario's load says what values are", fix: "leave out --record-bytes",
                at: ScenarioError.Location("--record-bytes"))
        }
        if let weights = load?.weights, weights.count != partitions {
            throw ScenarioError(
                .impossibleValue, "the scenario's load has \(weights.count) weights for \(partitions) partitions",
                fix: "leave out --partitions", at: ScenarioError.Location("--partitions"))
        }
    }

    private func check(_ value: Int?, _ range: ClosedRange<Int>, _ option: String) throws(ScenarioError) -> Int? {
        guard let value, !range.contains(value) else { return value }
        throw ScenarioError(
            .impossibleValue, "\(value) is not within \(range.lowerBound) to \(range.upperBound)",
            fix: "give \(option) a whole number from \(range.lowerBound) to \(range.upperBound)",
            at: ScenarioError.Location(option))
    }

    private func keepStrategies(_ scenario: inout Scenario) throws(ScenarioError) {
        guard !strategies.isEmpty else { return }
        let wanted = try names(strategies, of: "strategy", "strategies", as: Strategy.self, option: "--strategy")
        let present = scenario.runs.map(\.strategy)
        for strategy in wanted where !present.contains(strategy) {
            throw nothing(
                "the scenario \(scenario.name) has no run of \(strategy.rawValue)",
                choose: distinct(present.map(\.rawValue)), option: "--strategy")
        }
        scenario.runs.removeAll { !wanted.contains($0.strategy) }
    }

    private func keepSinks(_ scenario: inout Scenario) throws(ScenarioError) {
        guard !sinks.isEmpty else { return }
        let wanted = try names(sinks, of: "sink", "sinks", as: SinkKind.self, option: "--sink")
        let present = scenario.runs.flatMap { $0.sinks.map(\.sink) }
        for sink in wanted where !present.contains(sink) {
            throw nothing(
                "no run that is left of \(scenario.name) writes to \(sink.rawValue)",
                choose: distinct(present.map(\.rawValue)), option: "--sink")
        }
        for index in scenario.runs.indices { scenario.runs[index].sinks.removeAll { !wanted.contains($0.sink) } }
        scenario.runs.removeAll { $0.sinks.isEmpty && $0.strategy.hasOutput }
    }

    private func replaceCrash(
        _ scenario: inout Scenario, _ reaches: (Strategy, CrashPoint) -> Bool
    ) throws(ScenarioError) {
        guard let text = crash else { return }
        let location = ScenarioError.Location("--crash")
        var crashes: [Scenario.Crash] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            crashes.append(try Scenario.Crash.parse(String(word.filter { $0 != " " }), at: location))
        }
        let points = crashes.map(\.point)
        let reaching = scenario.runs.indices.filter { run in
            points.allSatisfy { reaches(scenario.runs[run].strategy, $0) }
        }
        guard !reaching.isEmpty else {
            let strategies = distinct(scenario.runs.map(\.strategy.rawValue)).joined(separator: ", ")
            let places = points.map(\.description).joined(separator: " and ")
            throw ScenarioError(
                .nothingToRun, "\(strategies): none of them ever reaches \(places)",
                fix: "choose a point that one of them reaches: `kbench crash-points` lists them per strategy",
                at: location)
        }
        for index in reaching {
            // The stated sums hold at every occurrence of their point, and say nothing about another point.
            let areSamePoints = scenario.runs[index].crashes.map(\.point) == points
            scenario.runs[index].isAsStated = scenario.runs[index].isAsStated && areSamePoints
            scenario.runs[index].crashes = crashes
        }
    }

    private func names<Named: RawRepresentable & CaseIterable>(
        _ words: [String], of kind: String, _ plural: String, as type: Named.Type, option: String
    ) throws(ScenarioError) -> [Named] where Named.RawValue == String {
        var named: [Named] = []
        for word in words {
            guard let value = Named(rawValue: word) else {
                let known = Named.allCases.map(\.rawValue)
                throw ScenarioError(
                    .unknownName, "no \(kind) is called '\(word)'",
                    fix: Suggestion.fix(for: word, among: known, as: plural), at: ScenarioError.Location(option))
            }
            named.append(value)
        }
        return named
    }

    private func nothing(_ message: String, choose: [String], option: String) -> ScenarioError {
        let fix = choose.isEmpty ? "leave out \(option)" : "choose from \(choose.joined(separator: ", "))"
        return ScenarioError(.nothingToRun, message, fix: fix, at: ScenarioError.Location(option))
    }

    private func distinct(_ words: [String]) -> [String] {
        words.reduce(into: []) { kept, word in if !kept.contains(word) { kept.append(word) } }
    }
}
