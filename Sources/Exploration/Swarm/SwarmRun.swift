// Runs the schedules of a range of seeds.
public import Simulation

/// What a range of seeds came to.
public struct SwarmPart: Codable, Equatable, Sendable {
    /// Seeds run.
    public var seeds = 0
    /// Of them, those that were run twice and came to the same hash.
    public var repeated = 0
    /// By seed in order, the hash of its run.
    public var hashes: [String] = []
    /// For each fault of the script, in how many seeds it struck.
    public var struck: [Int] = []
    /// The first seed that breaks a promise; nil for none.
    public var brokenSeed: UInt64?
    /// The promise it breaks.
    public var breach: Breach?
}

/// A range of seeds.
public struct Swarm: Sendable {
    private static let sampleInterval: UInt64 = 64

    private let seeds: Range<UInt64>
    private let faults: [Fault]

    /// Makes a swarm of these seeds; the first life of each has a script's faults besides its own.
    public init(seeds: Range<UInt64>, faults: [Fault] = []) {
        self.seeds = seeds
        self.faults = faults
    }

    /// Runs the schedule of each seed in order, up to the first that breaks a promise.
    ///
    /// - Throws: ``ExplorationError`` when a seed does not come to the same hash twice.
    public func run() throws -> SwarmPart {
        var result = SwarmPart()
        result.struck = faults.map { _ in 0 }
        for seed in seeds {
            let schedule = SwarmSchedule.draw(seed: seed, faults: faults)
            var struck: [Fault] = []
            let outcome = schedule.run(lifeEnded: { life, run in if life == 0 { struck = run.struck } })
            for (place, fault) in faults.enumerated() where struck.contains(fault) { result.struck[place] += 1 }
            if seed % Swarm.sampleInterval == 0 {
                guard schedule.run() == outcome else {
                    throw ExplorationError(
                        .notRepeatable, "a seed that was run twice came to two hashes", location: "seed \(seed)")
                }
                result.repeated += 1
            }
            result.seeds += 1
            result.hashes.append(outcome.traceHash)
            if let breach = Promise(of: schedule).breach(by: outcome, of: schedule.lives) {
                result.brokenSeed = seed
                result.breach = breach
                break
            }
        }
        return result
    }
}
