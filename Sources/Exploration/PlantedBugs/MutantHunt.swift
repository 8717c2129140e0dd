// The hunt for planted bugs: how soon exploration finds each, and that it finds none where there is none.
internal import Engine
internal import Ingestion
internal import Judgement

/// How the hunt for one bug went.
public struct Hunt: Codable, Equatable, Sendable {
    /// The bug's name; `none` for the hunt in a sound engine.
    public var name: String
    /// Whether a promise was broken.
    public var found: Bool
    /// Schedules run until then.
    public var schedules: Int
    /// What found it: `atlas` or `swarm`.
    public var by: String?
    /// The broken promise.
    public var breach: Breach?
    /// The schedule that broke it.
    public var schedule: Schedule?
}

/// Hunts bugs with atlas and swarm.
public struct Hunter: Sendable {
    private let seed: UInt64
    private let swarmSeeds: Int

    /// Makes a hunter that goes on to `swarmSeeds` random schedules where the atlas finds nothing.
    public init(seed: UInt64, swarmSeeds: Int) {
        self.seed = seed
        self.swarmSeeds = swarmSeeds
    }

    /// The load of the atlas in a hunt: the smallest with several partitions, blocks, batches and tasks.
    static let shape = LoadShape(
        records: 24, partitions: 2, blockRecords: 4, batchRecords: 8, groupCommitBlocks: 1, checkpointLagTasks: 1,
        chunkRecords: 4)

    /// Hunts a bug; nil: in a sound engine, where every schedule is run.
    ///
    /// - Throws: ``ExplorationError``.
    public func hunt(_ bug: PlantedBug?) throws -> Hunt {
        var hunt = Hunt(name: bug?.rawValue ?? "none", found: false, schedules: 0)
        let template = AtlasUnit(
            strategy: .raw, sink: .append, fidelity: .sound, shape: Hunter.shape, seed: seed, bug: bug)
        for unit in AtlasUnit.all(strategies: Strategy.allCases, sinks: SinkKind.keepingRows, template: template) {
            let result = try unit.exploreToFirst()
            hunt.schedules += result.schedules
            if let finding = result.findings.first {
                return found(finding.breach, finding.first, by: "atlas", hunt)
            }
        }
        for number in 0..<UInt64(swarmSeeds) {
            var schedule = SwarmSchedule.draw(seed: seed &+ number)
            schedule.bug = bug
            hunt.schedules += 1
            if let breach = schedule.check() { return found(breach, schedule, by: "swarm", hunt) }
        }
        return hunt
    }

    private func found(_ breach: Breach, _ schedule: Schedule, by: String, _ hunt: Hunt) -> Hunt {
        var hunt = hunt
        hunt.found = true
        hunt.by = by
        hunt.breach = breach
        hunt.schedule = schedule
        return hunt
    }
}

extension Schedule {
    /// Runs the schedule.
    ///
    /// - Returns: the promise that it breaks; nil when it breaks none.
    public func check() -> Breach? { Promise(of: self).breach(by: run(), of: lives) }
}
