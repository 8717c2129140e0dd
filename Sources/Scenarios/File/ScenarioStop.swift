// Times, and ends of a run's first life other than a crash at a point: `stop: drain`, `stop-at: POINT@7`, `crash-after-ms: 500`.
internal import Engine
internal import Harness
internal import Ingestion
internal import World

extension ScenarioFile {
    /// How the first life of a run is asked to leave, and where.
    static func stopping(
        _ run: YAMLMapping, _ strategy: Strategy
    ) throws(ScenarioError) -> (stop: Stop?, place: Scenario.Crash?) {
        let place = try run["stop-at"]?.crashes() ?? []
        guard let key = run["stop"] else {
            if let place = run["stop-at"] {
                throw place.error(
                    .impossibleValue, "nothing is stopped there", fix: "add 'stop: term' or 'stop: drain' to the run")
            }
            return (nil, nil)
        }
        let stop = try key.name(of: "way to stop", "ways to stop", as: Stop.self)
        guard strategy.hasOutput else {
            throw key.error(
                .impossibleValue, "raw keeps nothing that it could leave in order", fix: "remove stop from this run")
        }
        if let damage = run["damage"] {
            throw damage.error(
                .impossibleValue, "damage strikes after the first life, which is stopped and not killed",
                fix: "remove stop or damage from this run")
        }
        if let value = run["stop-at"] {
            guard place.count == 1, place[0].point.isDeath, place[0].point.moment != .torn else {
                throw value.error(
                    .impossibleValue, "a worker cannot be asked there to leave",
                    fix: "write one place that ends in .before or .after, such as receiver.poll.after@seeded")
            }
        }
        return (stop, place.first)
    }
}

extension ScenarioFile {
    /// The time between two commits of a receiver's offsets.
    static func commitInterval(_ top: YAMLMapping, _ scenario: Scenario) throws(ScenarioError) -> Int? {
        guard let value = top["commit-interval-ms"] else { return nil }
        let interval = try value.integer(in: ScenarioLimits.commitIntervalMilliseconds)
        if let blocks = top["auto-commit-blocks"] {
            throw blocks.error(
                .impossibleValue, "commits go by time already",
                fix: "keep either commit-interval-ms or auto-commit-blocks")
        }
        guard scenario.experiment != nil || scenario.runs.contains(where: \.strategy.isReceiver) else {
            throw value.error(
                .impossibleValue, "no run has a receiver, whose commits it would time",
                fix: "remove commit-interval-ms, or add a run of a receiver")
        }
        return interval
    }

    /// When the first life of a run is killed from outside.
    static func crashAfter(_ run: YAMLMapping) throws(ScenarioError) -> Int? {
        guard let value = run["crash-after-ms"] else { return nil }
        for other in ["crash", "stop", "failures"] {
            guard let key = run[other] else { continue }
            throw key.error(
                .impossibleValue, "the run is killed at a time already", fix: "keep either crash-after-ms or \(other)")
        }
        return try value.integer(in: ScenarioLimits.crashAfterMilliseconds)
    }
}
