// What must come before what, for each strategy: the order that the claims about it state.
internal import Engine
internal import Ingestion
internal import World

/// A statement about the order of two effects, checked at every occurrence.
struct EffectRule {
    /// What it says, in words.
    var statement: String
    /// The two points; the first has to come before each of the second.
    var first: CrashPoint
    var second: CrashPoint
    /// Whether it is about every one of the first, that the second follows; otherwise about every one of the second.
    var isAboutFirst = false
    /// Whether this strategy is built to keep it.
    var isKept: Bool

    func finding(in order: EffectOrder) -> EffectOrder.Finding {
        isAboutFirst ? order.finding(first, isFollowedBy: second) : order.finding(first, before: second)
    }

    /// The rules of a strategy; all of them together are what the claim about its kind says.
    static func rules(of strategy: Strategy) -> [EffectRule] {
        if strategy.traits.offsets == .sink { return transactional }
        return strategy.isReceiver ? receiver(strategy) : direct(strategy)
    }

    /// Consume, keep in memory and log, announce, and only then move the offsets.
    private static func receiver(_ strategy: Strategy) -> [EffectRule] {
        let moved = strategy.traits.commitsUnasked ? Effect.receiverAutoCommit : .receiverOffsetsCommit
        let hasLog = strategy.traits.logsBlocks
        return [
            EffectRule(
                statement: "records are in memory before they are logged", first: CrashPoint(.receiverBlockCut, .after),
                second: CrashPoint(.receiverWalAppend, .before), isKept: hasLog),
            EffectRule(
                statement: "the log is durable before the engine knows the block",
                first: CrashPoint(.receiverWalSync, .after), second: CrashPoint(.receiverEventAppend, .before),
                isKept: hasLog),
            EffectRule(
                statement: "the log is durable before the offsets move", first: CrashPoint(.receiverWalSync, .after),
                second: CrashPoint(moved, .before), isKept: hasLog),
            EffectRule(
                statement: "the engine knows the block before the offsets move",
                first: CrashPoint(.receiverEventSync, .after), second: CrashPoint(moved, .before),
                isKept: !strategy.traits.commitsUnasked),
        ]
    }

    /// As ``direct(_:)``, but output and offsets change in one transaction.
    private static let transactional = [
        EffectRule(
            statement: "the ranges are known before the job reads them", first: CrashPoint(.batchPlan, .after),
            second: CrashPoint(.taskRead, .before), isKept: true),
        EffectRule(
            statement: "the ranges are durable before the job is submitted", first: CrashPoint(.sinkCommit, .after),
            second: CrashPoint(.batchSubmit, .before), isKept: false),
        EffectRule(
            statement: "output and offsets of every batch are saved together",
            first: CrashPoint(.batchSubmit, .after), second: CrashPoint(.sinkCommit, .after), isAboutFirst: true,
            isKept: true),
    ]

    /// Ranges are known, the job reads them, the offsets are saved.
    private static func direct(_ strategy: Strategy) -> [EffectRule] {
        let planned: Effect
        let saved: Effect
        switch strategy.traits.offsets {
        case .offsetLog: (planned, saved) = (.batchLogRename, .batchCompleteRename)
        case .group: (planned, saved) = (.batchOffsetsCommit, .batchOffsetsCommit)
        default: (planned, saved) = (.generationCheckpointRename, .completionCheckpointRename)
        }
        return [
            EffectRule(
                statement: "the ranges are known before the job reads them", first: CrashPoint(.batchPlan, .after),
                second: CrashPoint(.taskRead, .before), isKept: true),
            EffectRule(
                statement: "the ranges are durable before the job is submitted", first: CrashPoint(planned, .after),
                second: CrashPoint(.batchSubmit, .before), isKept: strategy.traits.repeatsItsBatches),
            EffectRule(
                statement: "the output is durable before the offsets are saved", first: CrashPoint(.sinkSync, .after),
                second: CrashPoint(saved, .before), isKept: true),
            EffectRule(
                statement: "the offsets of every batch are saved", first: CrashPoint(.sinkSync, .after),
                second: CrashPoint(saved, .after), isAboutFirst: true, isKept: !strategy.commitsOffsets),
        ]
    }
}
