// What an atlas, a swarm and the hunts for planted bugs would run.
package import Exploration
package import Results

/// Searches that are still to be run.
package enum PlannedSearch {
    /// The units of an atlas that fall into a part of it, numbered from 1.
    package static func atlas(_ units: [AtlasUnit], shard: (number: Int, count: Int)) -> PlannedWork {
        let mine = units.indices.filter { $0 % shard.count == shard.number - 1 }.map { units[$0] }
        let first = units[0]
        return PlannedWork(
            kind: "atlas", unit: "unit", names: mine.map(\.name), size: first.sizeInWords,
            // Each world that a crash leaves is crashed as a whole unit is.
            shippedSeconds: 0.06 * (first.depth == 1 ? 1 : Double(1 + first.secondCrashes * (first.depth - 1)) / 2))
    }

    /// The seeds of a swarm.
    package static func swarm(_ seeds: ClosedRange<UInt64>, isScripted: Bool) -> PlannedWork {
        PlannedWork(
            kind: "swarm", unit: "seed", units: Int(seeds.upperBound - seeds.lowerBound) + 1,
            because: "the first broken promise ends it", size: isScripted ? "with a script" : "all kinds of trouble",
            shippedSeconds: 0.0003)
    }

    /// The hunts for planted bugs, and the one that finds none.
    package static func mutants(_ bugs: [PlantedBug], swarmSeeds: Int) -> PlannedWork {
        PlannedWork(
            kind: "mutants", unit: "hunt", names: ["the engine as it is"] + bugs.map(\.rawValue),
            size: "\(swarmSeeds) random schedules, \(bugs.count) bugs", shippedSeconds: 0.45)
    }
}
