// Runs the schedules of a range of seeds.
internal import Simulation

/// What a range of seeds came to.
public struct SwarmPart: Codable, Equatable, Sendable {
    /// Seeds run.
    public var seeds = 0
    /// Of them, those that were run twice and came to the same hash.
    public var repeated = 0
    /// By seed in order, the hash of its run.
    public var hashes: [String] = []
    /// The first seed that breaks a promise; nil for none.
    public var brokenSeed: UInt64?
    /// The promise it breaks.
    public var breach: Breach?
}

/// A range of seeds.
public struct Swarm: Sendable {
    private static let sampleInterval: UInt64 = 64

    private let seeds: Range<UInt64>

    /// Makes a swarm of these seeds.
    public init(seeds: Range<UInt64>) { self.seeds = seeds }

    /// Runs the schedule of each seed in order, up to the first that breaks a promise.
    ///
    /// - Throws: ``ExplorationError`` when a seed does not come to the same hash twice.
    public func run() throws -> SwarmPart {
        var result = SwarmPart()
        for seed in seeds {
            let schedule = SwarmSchedule.draw(seed: seed)
            let outcome = schedule.run()
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
