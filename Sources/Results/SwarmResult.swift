// What a swarm found, and what its clean seeds are worth.
internal import Engine
internal import Exploration
internal import Foundation

/// One fault of a script in a swarm.
public struct ScriptedFault: Codable, Equatable, Sendable {
    /// The fault, as reports write it.
    public var fault: String
    /// In how many seeds it struck, at least 0; a life can end before a fault's turn comes.
    public var struck: Int

    /// Makes one.
    public init(fault: String, struck: Int) {
        self.fault = fault
        self.struck = struck
    }
}

/// The outcome of a swarm.
public struct SwarmResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.swarm")

    /// The first seed.
    public var from: UInt64
    /// The last seed.
    public var through: UInt64
    /// Seeds run, in order from the first.
    public var seeds: Int
    /// Of them, those that were run twice and came to the same hash.
    public var repeated: Int
    /// Time spent, in seconds; not part of what must repeat.
    public var seconds: Double
    /// Seeds per second.
    public var seedsPerSecond: Double
    /// The hash over the hashes of all seeds that were run.
    public var traceRoot: String
    /// What a script added to the first life of each seed; null without a script.
    public var script: [ScriptedFault]?
    /// With a confidence of 95 %, less than this share of all seeds breaks a promise; null when one did.
    public var chanceOfUnseenBelow: Double?
    /// The first seed that breaks a promise; null for none.
    public var brokenSeed: UInt64?
    /// The promise it breaks.
    public var breach: String?
    /// The schedule of that seed, in one line.
    public var schedule: String?
    /// Its capsule's file.
    public var capsule: String?

    /// Makes a report.
    public init(
        from: UInt64, through: UInt64, seeds: Int, repeated: Int, seconds: Double, traceRoot: String,
        script: [ScriptedFault]? = nil, brokenSeed: UInt64?, breach: String?, schedule: String?, capsule: String?
    ) {
        self.from = from
        self.through = through
        self.seeds = seeds
        self.repeated = repeated
        self.seconds = seconds
        seedsPerSecond = seconds > 0 ? Double(seeds) / seconds : 0
        self.traceRoot = traceRoot
        self.script = script
        // If a share q of all seeds were broken, n of them would be clean with chance (1 - q)^n.
        chanceOfUnseenBelow = brokenSeed == nil && seeds > 0 ? 1 - pow(0.05, 1 / Double(seeds)) : nil
        self.brokenSeed = brokenSeed
        self.breach = breach
        self.schedule = schedule
        self.capsule = capsule
    }
}
