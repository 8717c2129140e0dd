// The order of effects: rules over every occurrence in a trace, and what each strategy is built to keep.
import Engine
import Ingestion
import Judgement
import Simulation
import Testing
import World

@testable import Scenarios

@Suite struct EffectOrderTests {
    private static func points(_ names: String) -> [CrashPoint] {
        names.split(separator: " ").compactMap { CrashPoint(named: String($0)) }
    }

    private static let logged = CrashPoint(.receiverWalSync, .after)
    private static let moved = CrashPoint(.receiverOffsetsCommit, .before)
    private static let log = "receiver.wal.sync.after"
    private static let move = "receiver.offsets.commit.before"

    @Test(arguments: [
        ("", 0, 0), ("\(log)", 0, 0), ("\(move)", 1, 0),
        ("\(log) \(move)", 1, 1), ("\(move) \(log)", 1, 0),
        ("\(log) \(move) \(log) \(move)", 2, 2), ("\(log) \(log) \(move) \(move)", 2, 2),
        // The second block's offsets move before it is logged, though another block was logged before.
        ("\(log) \(move) \(move) \(log)", 2, 1), ("\(log) \(move) \(move)", 2, 1),
    ])
    func everyOccurrenceIsLookedAt(names: String, checked: Int, kept: Int) {
        let order = EffectOrder(Self.points(names))
        let finding = order.finding(Self.logged, before: Self.moved)
        #expect(finding == EffectOrder.Finding(checked: checked, kept: kept))
        #expect(finding.holds == (checked > 0 && checked == kept))
    }

    @Test func allTasksOfABatchAreComparedWithItsPlan() {
        let order = EffectOrder(
            Self.points(
                "batch.plan.after batch.submit.before task.read.before task.read.before "
                    + "batch.submit.before task.read.before batch.plan.after task.read.before"))
        let finding = order.finding(CrashPoint(.batchPlan, .after), before: CrashPoint(.taskRead, .before))
        #expect(finding == EffectOrder.Finding(checked: 4, kept: 3))
    }

    @Test func anAutomaticCommitIsAboutTheBlocksBeforeIt() {
        let names = "receiver.event.sync.after receiver.event.sync.after receiver.auto.commit.before "
        let first = CrashPoint(.receiverEventSync, .after)
        let second = CrashPoint(.receiverAutoCommit, .before)
        for (blocks, kept) in [(1, 1), (2, 1), (3, 0)] {
            let order = EffectOrder(Self.points(names), autoCommitBlocks: blocks)
            #expect(order.finding(first, before: second) == EffectOrder.Finding(checked: 1, kept: kept))
        }
    }

    @Test func whatIsNeverFollowedIsSeen() {
        let order = EffectOrder(
            Self.points("sink.sync.after batch.offsets.commit.after sink.sync.after"))
        let finding = order.finding(
            CrashPoint(.sinkSync, .after), isFollowedBy: CrashPoint(.batchOffsetsCommit, .after))
        #expect(finding == EffectOrder.Finding(checked: 2, kept: 1))
    }

    @Test func effectsAreCountedInTheirOrder() {
        let order = EffectOrder(
            Self.points("batch.plan.before batch.plan.after task.read.after task.read.after batch.plan.after"))
        #expect(order.effects.map(\.effect) == [.batchPlan, .taskRead])
        #expect(order.effects.map(\.count) == [2, 2])
    }

    /// The tables in the scenarios come from real workers; the same engine in memory keeps the same rules.
    @Test(arguments: Strategy.withOutput, [0, 1])
    func aStrategyKeepsTheRulesItIsBuiltToKeep(strategy: Strategy, lag: Int) throws {
        let shape = LoadShape(
            records: 120, partitions: 3, blockRecords: 5, batchRecords: 20, groupCommitBlocks: 1,
            checkpointLagTasks: lag, autoCommitBlocks: 4, chunkRecords: 1000)
        let sink: SinkKind = strategy.canWrite(to: .append) ? .append : .transactional
        let trace = try SimulatedRun(strategy: strategy, sink: sink, shape: shape).trace()
        let order = EffectOrder(trace, autoCommitBlocks: 4)
        for rule in EffectRule.rules(of: strategy) {
            #expect(
                rule.finding(in: order).holds == rule.isKept,
                "\(strategy.rawValue): \(rule.statement): \(rule.finding(in: order))")
        }
    }
}
