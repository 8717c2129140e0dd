// When a crash point is reached, and how far everything had come at that moment: arithmetic over the load's shape.
public import World

/// The order of effects of one life with cuts by count.
public struct CrashSchedule {
    private let strategy: Strategy
    private let sink: SinkKind
    private let job: Job
    private let fidelity: Fidelity
    private let shape: LoadShape
    private let groups: [[Int]]
    private let batches: [[LoadShape.Task]]
    // Running sums, because long loads have many thousands of groups, and each of their moments needs them.
    /// Before each group, the blocks of those before it.
    private let blocksBefore: [Int]
    /// Before each batch, the records of those before it; at the end the records of all.
    private let recordsBefore: [Int]
    /// Before each batch, the tasks of those before it, which are blocks for a receiver; at the end those of all.
    private let tasksBefore: [Int]

    /// The schedule of a strategy, with its sink or the job that takes the sink's place, under a load.
    public init(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound, shape: LoadShape
    ) {
        self.strategy = strategy
        // A state takes every offset once, and shows what it took.
        self.sink = job.keepsState ? .offsetKeyed : sink
        self.job = job
        self.fidelity = fidelity
        self.shape = shape
        groups = strategy.isReceiver ? shape.groups : []
        batches = shape.batches(of: strategy)
        blocksBefore = CrashSchedule.runningSums(groups.map(\.count))
        recordsBefore = CrashSchedule.runningSums(batches.map { CrashSchedule.size($0) })
        tasksBefore = CrashSchedule.runningSums(batches.map(\.count))
    }

    /// How often a life that does not crash reaches `point`; nil when that cannot be known beforehand.
    public func occurrences(of point: CrashPoint) -> Int? { moments(at: point)?.count }

    /// The records that the sink holds at a crash; nil when its point is not reached that often.
    public func output(at crash: ArmedCrash) -> Int? {
        moment(at: crash).map { $0.earlierOutput + $0.output }
    }

    /// How far everything has come at a crash; nil when its point is not reached that often.
    func moment(at crash: ArmedCrash) -> CrashMoment? {
        guard let moments = moments(at: crash.point), crash.occurrence <= moments.count else { return nil }
        return moments[crash.occurrence - 1]
    }

    /// The moment of each occurrence of `point`; nil when the strategy does not reach it or the count is not known.
    private func moments(at point: CrashPoint) -> [CrashMoment]? {
        guard CrashPointGuide.strategies(of: point.effect).contains(strategy) else { return nil }
        let isAfter = point.moment == .after
        switch point.effect {
        case .receiverPoll: return blockMoments { $0 }
        case .receiverBlockCut: return cutMoments(isAfter)
        case .receiverAutoCommit: return autoCommitMoments(isAfter)
        case .receiverWalAppend: return groupMoments { group, _ in group.map { _ in 0 } }
        case .receiverWalSync: return fidelity.has(.skipsLogSync) ? [] : groupMoments { _, _ in [0] }
        case .receiverEventAppend:
            // An event counts from the moment its bytes are whole.
            return groupMoments { group, _ in group.indices.map { isAfter ? $0 + 1 : $0 } }
        case .receiverEventSync: return fidelity.has(.skipsLogSync) ? [] : groupMoments { group, _ in [group.count] }
        case .receiverOffsetsCommit: return commitMoments(point.moment)
        case .batchAllocationSync where fidelity.has(.skipsLogSync): return []
        case .cleanupEventSync where fidelity.has(.skipsLogSync): return []
        case .batchPlan, .batchAllocationAppend, .batchAllocationSync, .batchLogWrite, .batchLogSync, .batchLogRename,
            .batchSubmit:
            return batches.indices.map { index in
                var moment = moment(inBatch: index)
                moment.previousIsCommitted = point.effect == .batchSubmit || (point.effect == .batchPlan && isAfter)
                return moment
            }
        case .batchOffsetsCommit:
            // The first batch has no one before it to commit.
            return batches.indices.dropFirst().map { index in
                var moment = moment(inBatch: index)
                moment.previousIsCommitted = isAfter
                return moment
            }
        case .generationCheckpointWrite, .generationCheckpointSync, .generationCheckpointRename:
            return batches.indices.map { index in
                // It is written after as many tasks as the lag says, at the latest after the batch's last.
                var moment = moment(inBatch: index, tasks: min(shape.checkpointLagTasks, batches[index].count))
                moment.generationIsDurable = point.effect == .generationCheckpointRename && isAfter
                return moment
            }
        case .taskRead, .sinkWrite, .sinkCommit:
            return batches.indices.flatMap { taskMoments($0, point) }
        case .sinkSync, .stateRename: return outputMoments(point, stateIsDurable: isAfter)
        case .stateWrite, .stateSync: return outputMoments(point, stateIsDurable: false)
        case .batchCompleteWrite, .batchCompleteSync, .completionCheckpointWrite,
            .completionCheckpointSync:
            return batches.indices.map { finishedMoment($0, isComplete: false) }
        case .batchCompleteRename, .completionCheckpointRename:
            // With its name the record of completion is there.
            return batches.indices.map { finishedMoment($0, isComplete: isAfter) }
        case .cleanupEventAppend, .cleanupEventSync:
            return cleanupMoments
        case .cleanupRemove:
            return nil
        case .engineIdle:
            guard let last = batches.indices.last else { return [CrashMoment()] }
            return [finishedMoment(last, isComplete: true)]
        }
    }

    /// What has happened when `tasks` tasks of the batch at `index` are done, and nothing of what follows.
    private func moment(inBatch index: Int, tasks: Int = 0) -> CrashMoment {
        var moment = CrashMoment()
        moment.batch = index
        moment.batchRecords = records(ofBatch: index)
        moment.previousRecords = index > 0 ? records(ofBatch: index - 1) : 0
        moment.output =
            tasks < batches[index].count ? CrashSchedule.size(batches[index].prefix(tasks)) : moment.batchRecords
        moment.earlierOutput = recordsBefore[index]
        // In every batch but the first, an earlier checkpoint is there; its own comes after the lag.
        moment.generationIsDurable = tasks > shape.checkpointLagTasks
        moment.previousIsCommitted = tasks > 0
        if strategy.isReceiver {
            let blocks = tasksBefore[index + 1]
            moment.blocksCut = blocks
            moment.blocksAnnounced = blocks
            moment.blocksCommitted = blocks
        }
        return moment
    }

    private func finishedMoment(_ index: Int, isComplete: Bool) -> CrashMoment {
        var moment = moment(inBatch: index, tasks: batches[index].count)
        moment.previousIsCommitted = true
        // However long the lag, the generation checkpoint is written before the completion's.
        moment.generationIsDurable = true
        moment.completionIsDurable = isComplete
        moment.stateIsDurable = true
        return moment
    }

    /// One moment for each batch: its tasks are done, and its output is being made durable.
    private func outputMoments(_ point: CrashPoint, stateIsDurable: Bool) -> [CrashMoment] {
        if point.effect != .sinkSync, !job.keepsState { return [] }
        return batches.indices.map { index in
            var moment = finishedMoment(index, isComplete: false)
            moment.generationIsDurable = shape.checkpointLagTasks <= batches[index].count
            moment.stateIsDurable = stateIsDurable
            return moment
        }
    }

    /// A batch's reads, writes or commits: the output is what earlier ones left, and this one where it is over.
    private func taskMoments(_ index: Int, _ point: CrashPoint) -> [CrashMoment] {
        var finishedTasks = 0
        var moments: [CrashMoment] = []
        for task in batches[index] {
            var written = 0
            let pieces = point.effect == .sinkCommit ? [task.writes.reduce(0, +)] : task.writes
            for piece in pieces {
                let isOut = point.moment == .after && point.effect != .taskRead
                var moment = moment(inBatch: index, tasks: finishedTasks)
                moment.generationIsDurable = finishedTasks >= shape.checkpointLagTasks
                moment.previousIsCommitted = true
                let isWritten = isOut || point.effect == .sinkCommit
                let handedOver = written + (isWritten ? piece : 0)
                if !sink.isAtomicPerTask || (point.effect == .sinkCommit && isOut) {
                    moment.output += handedOver
                } else {
                    moment.unshown = handedOver
                }
                written += piece
                moments.append(moment)
            }
            finishedTasks += 1
        }
        return point.effect == .sinkCommit && !sink.isAtomicPerTask ? [] : moments
    }

    /// One moment for each block of the receiver, `cut` being the blocks cut by then.
    private func blockMoments(_ cut: (Int) -> Int) -> [CrashMoment] {
        var moments: [CrashMoment] = []
        var block = 0
        for (index, group) in groups.enumerated() {
            for _ in group {
                var moment = receiving(group: index, announced: 0)
                moment.blocksCut = cut(block)
                moments.append(moment)
                block += 1
            }
        }
        return moments
    }

    private func cutMoments(_ isAfter: Bool) -> [CrashMoment] {
        blockMoments { isAfter ? $0 + 1 : $0 }.enumerated().map { block, moment in
            var moment = moment
            moment.isAutoCommitUnderWay = isAfter && (block + 1) % shape.autoCommitBlocks == 0
            return moment
        }
    }

    private func autoCommitMoments(_ isAfter: Bool) -> [CrashMoment] {
        blockMoments { $0 + 1 }.enumerated().compactMap { block, moment in
            guard (block + 1) % shape.autoCommitBlocks == 0 else { return nil }
            var moment = moment
            moment.isAutoCommitUnderWay = !isAfter
            return moment
        }
    }

    /// The moments of each group of blocks; `announced` gives, for each of them, the group's blocks announced by then.
    private func groupMoments(_ announced: ([Int], Int) -> [Int]) -> [CrashMoment] {
        groups.enumerated().flatMap { index, group in
            announced(group, index).map { receiving(group: index, announced: $0) }
        }
    }

    private func commitMoments(_ when: CrashPoint.Moment) -> [CrashMoment] {
        groups.enumerated().map { index, group in
            var moment = receiving(group: index, announced: group.count)
            switch when {
            case .before: break
            case .torn: moment.partialCommitBlocks = group.count
            case .after: moment.blocksCommitted += group.count
            }
            return moment
        }
    }

    /// While the group at `index` is pushed: batches that were due are complete, nothing of the next has begun.
    private func receiving(group index: Int, announced: Int) -> CrashMoment {
        let blocksBefore = blocksBefore[index]
        let complete = completeBatches(withBlocks: blocksBefore)
        var moment = complete == 0 ? CrashMoment() : finishedMoment(complete - 1, isComplete: true)
        moment.blocksCut = blocksBefore + groups[index].count
        moment.blocksAnnounced = blocksBefore + announced
        moment.blocksCommitted = blocksBefore
        return moment
    }

    /// A cleanup follows the completion checkpoint of every batch; where the last batch may run again, it is about the
    /// batch before, of which the first has none.
    private var cleanupMoments: [CrashMoment] {
        batches.indices.dropFirst(fidelity.has(.rerunsLastBatch) ? 1 : 0).map { finishedMoment($0, isComplete: true) }
    }

    /// How many batches the first `blocks` blocks complete, by bisection.
    private func completeBatches(withBlocks blocks: Int) -> Int {
        var complete = 0
        var incomplete = tasksBefore.count
        while complete + 1 < incomplete {
            let middle = (complete + incomplete) / 2
            if tasksBefore[middle] <= blocks { complete = middle } else { incomplete = middle }
        }
        return complete
    }

    private func records(ofBatch index: Int) -> Int { recordsBefore[index + 1] - recordsBefore[index] }

    private static func size(_ tasks: some Sequence<LoadShape.Task>) -> Int {
        tasks.reduce(0) { $0 + $1.writes.reduce(0, +) }
    }

    /// The sums of the numbers before each place, and of all at the end.
    private static func runningSums(_ numbers: [Int]) -> [Int] {
        numbers.reduce(into: [0]) { sums, number in sums.append((sums.last ?? 0) + number) }
    }
}
