// The outcome of a schedule: what was counted, and the hash of everything that was done.
internal import Engine
internal import Judgement
internal import Simulation

/// What a simulated run came to.
public struct Outcome: Codable, Hashable, Sendable {
    /// Records produced.
    public var produced = 0
    /// Duplicates at the sink.
    public var duplicates = 0
    /// Offsets that reached the engine more than once.
    public var ingestDuplicates = 0
    /// Records without a row.
    public var lost = 0
    /// Damaged rows.
    public var corrupted = 0
    /// What the last life ended with, where that was an error; nil for none.
    public var failure: String?
    /// Whether every crash of the schedule fired.
    public var fired = true
    /// The hash of all that was done and counted: 16 hexadecimal digits.
    public var traceHash = ""

    init() {}

    mutating func take(_ verdict: Verdict) {
        produced = verdict.produced
        duplicates = verdict.duplicates
        ingestDuplicates = verdict.ingestDuplicates
        lost = verdict.lost
        corrupted = verdict.corrupted
    }

    /// The outcome's own part of the hash.
    func add(to hash: inout StableHash) {
        for number in [produced, duplicates, ingestDuplicates, lost, corrupted, fired ? 1 : 0] { hash.add(number) }
        hash.add(failure ?? "")
    }
}
