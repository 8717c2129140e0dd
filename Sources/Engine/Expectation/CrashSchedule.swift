// When a crash point is reached, and what is in flight at that moment: the arithmetic behind the closed forms.
public import World

/// The order of effects of one life with cuts by count, as arithmetic.
public struct CrashSchedule {
    private let strategy: Strategy
    private let shape: LoadShape

    /// The schedule of a strategy under a load.
    public init(strategy: Strategy, shape: LoadShape) {
        self.strategy = strategy
        self.shape = shape
    }

    /// What is in flight at a moment.
    struct State: Equatable {
        /// Records announced in the event log whose offsets are not committed.
        var inFlight = 0
        /// Records of the running batch in the sink, while no durable record of progress calls it complete.
        var output = 0
        /// Records of the running batch.
        var batch = 0
    }

    /// How often a life that does not crash reaches `point`; nil when that cannot be known beforehand.
    public func occurrences(of point: CrashPoint) -> Int? { states(at: point)?.count }

    /// What is in flight at a crash; nil when its point is not reached that often.
    func state(at crash: ArmedCrash) -> State? {
        guard let states = states(at: crash.point), crash.occurrence <= states.count else { return nil }
        return states[crash.occurrence - 1]
    }

    /// The state at each occurrence of `point`; nil when the strategy does not reach it or the count is not known.
    private func states(at point: CrashPoint) -> [State]? {
        guard CrashPointGuide.strategies(of: point.effect).contains(strategy) else { return nil }
        switch point.effect {
        case .receiverPoll, .receiverBlockCut, .receiverWalAppend:
            return shape.blocks.map { _ in State() }
        case .receiverWalSync:
            return shape.groups.map { _ in State() }
        case .receiverEventAppend:
            return shape.groups.flatMap { group in
                group.indices.map { index in
                    // An event counts from the moment its bytes are whole.
                    let announced = point.moment == .after ? group[...index] : group[..<index]
                    return State(inFlight: announced.reduce(0, +))
                }
            }
        case .receiverEventSync:
            return shape.groups.map { State(inFlight: $0.reduce(0, +)) }
        case .receiverOffsetsCommit:
            return commitStates(point.moment)
        case .batchPlan, .batchAllocationAppend, .batchAllocationSync, .batchLogWrite, .batchLogSync, .batchLogRename,
            .batchSubmit:
            return batches.map { State(batch: size($0)) }
        case .generationCheckpointWrite, .generationCheckpointSync, .generationCheckpointRename:
            // It is written after as many tasks as the lag says, at the latest after the batch's last.
            return batches.map { tasks in
                State(output: size(Array(tasks.prefix(shape.checkpointLagTasks))), batch: size(tasks))
            }
        case .taskRead, .sinkWrite:
            return batches.flatMap { taskStates($0, point) }
        case .sinkSync, .batchCompleteWrite, .batchCompleteSync, .completionCheckpointWrite,
            .completionCheckpointSync:
            return batches.map { State(output: size($0), batch: size($0)) }
        case .batchCompleteRename, .completionCheckpointRename:
            // With its name the record of completion is there.
            return batches.map { State(output: point.moment == .after ? 0 : size($0), batch: size($0)) }
        case .cleanupEventAppend, .cleanupEventSync:
            return batches.map { _ in State() }
        case .cleanupRemove:
            return nil
        case .engineIdle:
            return [State()]
        }
    }

    private var batches: [[LoadShape.Task]] { shape.batches(of: strategy) }

    private func size(_ tasks: [LoadShape.Task]) -> Int { tasks.reduce(0) { $0 + $1.writes.reduce(0, +) } }

    /// A batch's reads or writes: the output is what earlier writes of the batch left, and this one where it is over.
    private func taskStates(_ tasks: [LoadShape.Task], _ point: CrashPoint) -> [State] {
        var output = 0
        return tasks.flatMap(\.writes).map { write in
            let before = output
            output += write
            let isWritten = point.effect == .sinkWrite && point.moment == .after
            return State(output: isWritten ? output : before, batch: size(tasks))
        }
    }

    /// A group's commit: before it all of the group is in flight, after it nothing, and when it is torn the records of
    /// the partitions that were to follow.
    private func commitStates(_ moment: CrashPoint.Moment) -> [State] {
        switch moment {
        case .before: return shape.groups.map { State(inFlight: $0.reduce(0, +)) }
        case .after: return shape.groups.map { _ in State() }
        case .torn:
            var remaining = shape.recordsByPartition
            return shape.groups.map { group in
                var byPartition = remaining.map { _ in 0 }
                for block in group {
                    for (partition, share) in BlockFill.split(block, remaining: remaining).enumerated() {
                        byPartition[partition] += share
                        remaining[partition] -= Int64(share)
                    }
                }
                let present = byPartition.filter { $0 > 0 }
                return State(inFlight: present.dropFirst(present.count / 2).reduce(0, +))
            }
        }
    }
}
