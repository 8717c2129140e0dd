// Whether one effect always came before another: over every occurrence in a trace.
internal import Engine
internal import World

/// A worker's trace, with the batch or block that each point belongs to.
struct EffectOrder {
    /// How often a rule was looked at and how often it held.
    struct Finding: Equatable {
        var checked: Int
        var kept: Int

        /// Whether there was something to check, and it held every time.
        var holds: Bool { checked > 0 && kept == checked }
    }

    let trace: [CrashPoint]
    /// By point of the trace: the number, from 1, of the block or batch it belongs to.
    private let units: [Int]

    /// Reads a trace; an automatic commit is about `autoCommitBlocks` more blocks each time.
    init(_ trace: [CrashPoint], autoCommitBlocks: Int = 1) {
        self.trace = trace
        var occurrences: [CrashPoint: Int] = [:]
        var batch = 0
        units = trace.map { point in
            occurrences[point, default: 0] += 1
            let occurrence = occurrences[point] ?? 0
            switch point.effect {
            case .batchSubmit:
                if point.moment == .before { batch = occurrence }
                return occurrence
            // A batch has many of these.
            case .taskRead, .sinkBegin, .sinkWrite, .sinkOffsets, .sinkCommit: return batch
            case .receiverAutoCommit: return occurrence * autoCommitBlocks
            default: return occurrence
            }
        }
    }

    /// For each occurrence of `second`: whether every `first` of the same block or batch came before it, and there is one.
    func finding(_ first: CrashPoint, before second: CrashPoint) -> Finding {
        var last: [Int: Int] = [:]
        for (index, point) in trace.enumerated() where point == first { last[units[index]] = index }
        var finding = Finding(checked: 0, kept: 0)
        for (index, point) in trace.enumerated() where point == second {
            finding.checked += 1
            if let found = last[units[index]], found < index { finding.kept += 1 }
        }
        return finding
    }

    /// For each occurrence of `first`: whether there is a `second` of the same block or batch behind it.
    func finding(_ first: CrashPoint, isFollowedBy second: CrashPoint) -> Finding {
        var last: [Int: Int] = [:]
        for (index, point) in trace.enumerated() where point == second { last[units[index]] = index }
        var finding = Finding(checked: 0, kept: 0)
        for (index, point) in trace.enumerated() where point == first {
            finding.checked += 1
            if let found = last[units[index]], found > index { finding.kept += 1 }
        }
        return finding
    }

    /// The effects in the order in which they first happened, each with how often it did.
    var effects: [(effect: Effect, count: Int)] {
        var effects: [(effect: Effect, count: Int)] = []
        for point in trace where point.moment == .after {
            if let index = effects.firstIndex(where: { $0.effect == point.effect }) {
                effects[index].count += 1
            } else {
                effects.append((point.effect, 1))
            }
        }
        return effects
    }
}
