// A digest of a run's output: equal for equal output, whatever the order in which it was written.

/// 128 bits over rows in any order, each counted as often as it is there, or over lines in their order.
package struct OutputDigest: Equatable {
    private static let seeds: (UInt64, UInt64) = (0x9ae1_6a3b_2f90_404f, 0xc3a5_c85c_97cb_3127)

    private var first: UInt64 = 0
    private var second: UInt64 = 0

    /// The digest of nothing.
    package init() {}

    /// Adds a row: which record it is and which place it came from. Which batch wrote it does not count.
    package mutating func add(_ row: SinkEntry) {
        func hash(_ seed: UInt64) -> UInt64 {
            var hash = OutputDigest.mix(seed ^ row.identity.sequence)
            hash = OutputDigest.mix(
                hash ^ (UInt64(row.identity.producer) << 32 | UInt64(UInt32(bitPattern: row.partition))))
            return OutputDigest.mix(hash ^ UInt64(bitPattern: row.offset) ^ (row.isCorrupted ? 1 << 63 : 0))
        }
        // A sum does not depend on the order, and two equal rows do not cancel each other out.
        first &+= hash(OutputDigest.seeds.0)
        second &+= hash(OutputDigest.seeds.1)
    }

    /// Adds a line behind those before it.
    package mutating func append(_ line: String) {
        for byte in line.utf8 {
            first = OutputDigest.mix(first ^ OutputDigest.seeds.0 ^ UInt64(byte))
            second = OutputDigest.mix(second ^ OutputDigest.seeds.1 ^ UInt64(byte))
        }
        first = OutputDigest.mix(first &+ 0x0100)
        second = OutputDigest.mix(second &+ 0x0100)
    }

    /// The digest as 32 hexadecimal digits.
    package var text: String { [first, second].map(OutputDigest.hexadecimal).joined() }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The finalizer of SplitMix64: every bit of the input moves half of the output's.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
