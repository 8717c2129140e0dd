// The only source of randomness: seeded, the same on every machine.

/// SplitMix64: a small generator whose whole state is the seed, so that one integer repeats a run.
public struct SeededRandom: RandomNumberGenerator, Equatable, Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    public init(seed: UInt64) { state = seed }

    /// Starts the `stream`-th of many sequences that belong to `seed`.
    public init(seed: UInt64, stream: UInt64) {
        var streams = SeededRandom(seed: seed)
        state = streams.next() ^ (stream &* 0xd1b5_4a32_d192_ed03)
        state = next()
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
