// What each crash point stands between, which strategies reach it, and its row in the semantics table.
public import Ingestion
public import World

/// The guide behind `kbench crash-points`.
public enum CrashPointGuide {
    /// What has and has not happened at a point, in a line.
    public static func standsBetween(_ point: CrashPoint) -> String {
        let (before, after) = sides(of: point.effect)
        return switch point.moment {
        case .before: "\(before) | \(after), not yet"
        case .torn: "\(before) | \(after), cut short half way"
        case .after: "\(after) | what follows, not yet"
        case .fails: "\(point.effect == .taskRead ? before : after) | the task fails and runs again"
        }
    }

    /// The strategies whose runs reach an effect.
    public static func strategies(of effect: Effect) -> [Strategy] {
        switch effect {
        case .receiverPoll, .receiverBlockCut, .receiverEventAppend, .receiverEventSync, .batchAllocationAppend,
            .batchAllocationSync, .cleanupEventAppend, .cleanupEventSync:
            [.receiver, .receiverReliable, .receiverWal]
        case .receiverAutoCommit: [.receiver]
        case .receiverOffsetsCommit: [.receiverReliable, .receiverWal]
        case .receiverWalAppend, .receiverWalSync: [.receiverWal]
        case .batchOffsetsCommit: [.directCommit]
        case .batchLogWrite, .batchLogSync, .batchLogRename, .batchCompleteWrite, .batchCompleteSync,
            .batchCompleteRename:
            [.directLogFirst]
        case .generationCheckpointWrite, .generationCheckpointSync, .generationCheckpointRename,
            .completionCheckpointWrite, .completionCheckpointSync, .completionCheckpointRename:
            [.receiver, .receiverReliable, .receiverWal, .direct]
        case .cleanupRemove:
            [.receiver, .receiverReliable, .receiverWal, .direct, .directLogFirst]
        case .recoveryTruncate: [.receiver, .receiverReliable, .receiverWal]
        case .recoveryOpen, .recoveryRemove, .batchPlan, .batchSubmit, .taskRead, .sinkBegin, .sinkWrite, .sinkOffsets,
            .sinkCommit, .sinkSync, .stateWrite, .stateSync, .stateRename:
            Strategy.allCases.filter { $0 != .raw }
        case .engineIdle:
            Strategy.allCases
        }
    }

    /// The row of the semantics table for a crash at this point at a certain moment, which can narrow it down: the row of
    /// a task depends on whether its batch's checkpoint is in force and on how much of the batch is out.
    static func row(of point: CrashPoint, strategy: Strategy, at moment: CrashMoment, isForgotten: Bool) -> String? {
        switch point.effect {
        case .recoveryOpen, .recoveryRemove, .recoveryTruncate: return nil
        default: if isForgotten, strategy == .receiverWal { return "F" }
        }
        switch point.effect {
        case .batchSubmit where point.moment == .after, .generationCheckpointWrite, .generationCheckpointSync,
            .generationCheckpointRename, .taskRead, .sinkBegin, .sinkWrite, .sinkOffsets, .sinkCommit:
            break
        default: return row(of: point, strategy: strategy)
        }
        let isAllOut = moment.output == moment.batchRecords
        // The log-first protocol has its plan in force as soon as it is written; these two never have one.
        let isInForce =
            moment.generationIsDurable || strategy == .directCommit || strategy == .directTransactional
        if strategy.isReceiver {
            if !isInForce { return "D2" }
            return moment.output == 0 ? "D3" : isAllOut ? "D5" : "D4"
        }
        if !isInForce { return isAllOut ? "P2b" : "P2a" }
        return moment.output == 0 ? "P3" : isAllOut ? "P5" : "P4"
    }

    /// The row of the semantics table that says what a crash at this point does; nil for a point only this engine has.
    public static func row(of point: CrashPoint, strategy: Strategy) -> String? {
        switch strategy {
        case .raw: nil
        case _ where !point.isDeath: "T"
        case .receiver, .receiverReliable, .receiverWal: receiverRow(of: point)
        case .directLogFirst where point == CrashPoint(.batchSubmit, .after),
            .directCommit where point == CrashPoint(.batchSubmit, .after),
            .directTransactional where point == CrashPoint(.batchSubmit, .after):
            "P3"
        case .direct, .directLogFirst, .directCommit, .directTransactional: directRow(of: point)
        }
    }

    private static func receiverRow(of point: CrashPoint) -> String? {
        switch (point.effect, point.moment) {
        case (.receiverPoll, .before), (.receiverPoll, .after): "R0"
        case (.receiverBlockCut, .before): "R1"
        case (.receiverBlockCut, _): "R2"
        case (.receiverWalAppend, .before): "R3"
        case (.receiverWalAppend, .torn): "R4"
        case (.receiverWalAppend, .after), (.receiverWalSync, _), (.receiverEventAppend, .before): "R5"
        case (.receiverEventAppend, .torn): "R5m"
        case (.receiverEventAppend, .after), (.receiverEventSync, _), (.receiverOffsetsCommit, .before): "R6"
        case (.receiverOffsetsCommit, .torn): "R7"
        case (.receiverOffsetsCommit, .after): "R8"
        case (.batchPlan, .before), (.batchAllocationAppend, .before), (.batchAllocationAppend, .torn): "D0"
        case (.batchAllocationAppend, .after), (.batchAllocationSync, _), (.batchPlan, _), (.batchSubmit, .before): "D1"
        case (.batchSubmit, _), (.generationCheckpointWrite, _), (.generationCheckpointSync, _),
            (.generationCheckpointRename, .before):
            "D2"
        case (.generationCheckpointRename, _): "D3"
        case (.taskRead, _), (.sinkBegin, _), (.sinkWrite, _), (.sinkOffsets, _), (.sinkCommit, _), (.stateWrite, _),
            (.stateSync, _), (.stateRename, .before):
            "D4"
        case (.stateRename, _), (.sinkSync, _), (.completionCheckpointWrite, _), (.completionCheckpointSync, _),
            (.completionCheckpointRename, .before):
            "D5"
        case (.completionCheckpointRename, _), (.cleanupEventAppend, .before), (.cleanupEventAppend, .torn): "D6"
        case (.cleanupEventAppend, _), (.cleanupEventSync, _), (.cleanupRemove, _): "D7"
        case (.engineIdle, _): "D8"
        default: nil
        }
    }

    private static func directRow(of point: CrashPoint) -> String? {
        switch (point.effect, point.moment) {
        case (.batchPlan, _), (.batchOffsetsCommit, _), (.batchLogWrite, _), (.batchLogSync, _), (.batchLogRename, _),
            (.batchSubmit, .before):
            "P1"
        case (.batchSubmit, _), (.generationCheckpointWrite, _), (.generationCheckpointSync, _),
            (.generationCheckpointRename, .before):
            "P2a"
        case (.generationCheckpointRename, _), (.taskRead, .before): "P3"
        case (.taskRead, _), (.sinkBegin, _), (.sinkWrite, _), (.sinkOffsets, _), (.sinkCommit, _), (.stateWrite, _),
            (.stateSync, _), (.stateRename, .before):
            "P4"
        case (.stateRename, _), (.sinkSync, _), (.completionCheckpointWrite, _), (.completionCheckpointSync, _),
            (.completionCheckpointRename, .before), (.batchCompleteWrite, _), (.batchCompleteSync, _),
            (.batchCompleteRename, .before):
            "P5"
        case (.completionCheckpointRename, _), (.batchCompleteRename, _), (.cleanupRemove, _): "P6"
        case (.engineIdle, _): "P8"
        default: nil
        }
    }

    /// What is there before an effect, and what the effect adds.
    private static func sides(of effect: Effect) -> (before: String, after: String) {
        switch effect {
        case .recoveryOpen: ("nothing read of what an earlier life left", "logs and checkpoints read, nothing run")
        case .recoveryRemove: ("a file that a crash left half written", "file removed")
        case .recoveryTruncate: ("a log whose last frame a crash cut short", "log cut behind its last whole frame")
        case .receiverPoll: ("records on the broker", "records polled into the open block, in memory")
        case .receiverBlockCut: ("block open, in memory", "block cut and queued, in memory")
        case .receiverWalAppend: ("block queued, in memory", "block written to the log")
        case .receiverWalSync: ("block written to the log", "block durable in the log")
        case .receiverEventAppend: ("block durable in the log", "block's event written")
        case .receiverEventSync: ("block's event written", "block's event durable")
        case .receiverOffsetsCommit: ("block and event durable", "offsets committed to the group")
        case .receiverAutoCommit: ("blocks polled, in memory", "their offsets committed to the group")
        case .batchOffsetsCommit: ("previous batch in the sink", "previous batch's offsets committed to the group")
        case .batchPlan: ("previous batch complete", "batch planned")
        case .batchAllocationAppend: ("blocks wait for a batch", "batch's blocks written to the event log")
        case .batchAllocationSync: ("batch's blocks written to the event log", "batch's blocks durable")
        case .batchLogWrite: ("ranges planned, in memory", "ranges written under a temporary name")
        case .batchLogSync: ("ranges written under a temporary name", "their bytes durable")
        case .batchLogRename: ("ranges durable under a temporary name", "ranges in the offset log")
        case .batchSubmit: ("batch planned", "job submitted")
        case .taskRead: ("job submitted, task not begun", "task's records read")
        case .sinkWrite: ("task's records read", "task's rows written to the sink")
        case .sinkBegin: ("task's output not there, no transaction open", "task's transaction begun")
        case .sinkOffsets: ("task's rows written, not shown", "offsets behind them in the same transaction, not shown")
        case .sinkCommit: ("task's rows written, not shown", "task's rows shown by the sink, all at once")
        case .sinkSync: ("all tasks' rows in the sink", "rows durable")
        case .stateWrite: ("all tasks' records in the job's state, in memory", "state written under a temporary name")
        case .stateSync: ("state written under a temporary name", "its bytes durable")
        case .stateRename: ("state not the newest yet", "state in force, counts and offsets together")
        case .batchCompleteWrite: ("rows durable", "completion written under a temporary name")
        case .batchCompleteSync: ("completion written under a temporary name", "its bytes durable")
        case .batchCompleteRename: ("completion durable under a temporary name", "completion in the commit log")
        case .generationCheckpointWrite: ("job submitted", "generation checkpoint written under a temporary name")
        case .generationCheckpointSync: ("generation checkpoint written under a temporary name", "its bytes durable")
        case .generationCheckpointRename: ("generation checkpoint not the newest yet", "generation checkpoint in force")
        case .completionCheckpointWrite: ("rows durable", "completion checkpoint written under a temporary name")
        case .completionCheckpointSync: ("completion checkpoint written under a temporary name", "its bytes durable")
        case .completionCheckpointRename: ("completion checkpoint not the newest yet", "completion checkpoint in force")
        case .cleanupEventAppend: ("completion checkpoint in force", "cleanup event written")
        case .cleanupEventSync: ("cleanup event written", "cleanup event durable")
        case .cleanupRemove: ("nothing needs the file any more", "file removed")
        case .engineIdle: ("all output written and recorded", "engine idle")
        }
    }
}
