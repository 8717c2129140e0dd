// Draws faults for schedules that nobody thought of.
internal import Engine
public import Judgement
public import World

extension Fault {
    /// A fault of any kind, each kind as likely as the others, that strikes somewhere in a life under this load. A few are
    /// drawn too late to strike at all.
    public static func random(using random: inout SeededRandom, shape: LoadShape) -> Fault {
        let blocks = shape.records / shape.blockRecords + 1
        let batches = shape.records / shape.batchRecords + 1
        // Each block, and each batch in each of its stages, writes and syncs a few files.
        let syncs = Int.random(in: 1...(2 * blocks + 5 * batches), using: &random)
        let fetches = Int.random(in: 1...(blocks + batches) * shape.partitions, using: &random)
        let commits = Int.random(in: 1...blocks, using: &random)
        let milliseconds = [1, 50, 1_000, 40_000].randomElement(using: &random) ?? 1
        return switch Int.random(in: 0..<14, using: &random) {
        case 0: .diskFull(afterBytes: Int.random(in: 0...shape.records * 200, using: &random))
        case 1: .syncFails(at: syncs)
        case 2: .syncIsSlow(at: syncs, milliseconds: milliseconds)
        case 3: .bitRot(at: Int.random(in: 1...6 * syncs, using: &random), seed: random.next() % 1_000_000)
        case 4: .fetchFails(at: fetches)
        case 5: .fetchTimesOut(at: fetches)
        case 6: .fetchIsSlow(at: fetches, milliseconds: milliseconds)
        case 7: .commitFails(at: commits)
        case 8: .commitAnswerIsLost(at: commits)
        case 9: .retention(at: fetches)
        case 10: .retentionAhead(at: fetches)
        case 11: .election(at: fetches)
        case 12:
            .uncleanElection(at: fetches, losing: Int.random(in: 1...max(1, shape.blockRecords), using: &random))
        default: .rebalance(at: commits)
        }
    }
}
