// When a crash point is reached, and how far everything had come at that moment: arithmetic over the load's shape.
public import Ingestion
public import World

/// The order of effects of one life with cuts by count.
public struct CrashSchedule {
    let strategy: Strategy
    private let sink: SinkKind
    private let job: Job
    let fidelity: Fidelity
    private let cuts: LoadCuts
    var shape: LoadShape { cuts.shape }
    /// What the life finds when it opens.
    private let state: any LifeState
    let script: LifeScript
    // Running sums, because long loads have many thousands of groups, and each of their moments needs them.
    /// Before each group, the blocks of those before it; at the end those of all.
    let blocksBefore: [Int]
    /// Before each group, the batches that were planned by then.
    let batchesBefore: [Int]
    private let recordsOfBatch: [Int]
    /// Before each batch, the records of those before it in this life.
    private let recordsBefore: [Int]

    /// The schedule of the first life of a strategy, with its sink or the job that takes the sink's place, under a load.
    public init(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound, shape: LoadShape
    ) {
        // A state takes every offset once, and shows what it took.
        let sink = job.keepsState ? .offsetKeyed : sink
        let cuts = LoadCuts(shape)
        let state: any LifeState =
            strategy.isReceiver
            ? ReceiverState(strategy: strategy, sink: sink, job: job, fidelity: fidelity, cuts: cuts)
            : DirectState(strategy: strategy, sink: sink, job: job, fidelity: fidelity, cuts: cuts)
        self.init(strategy: strategy, sink: sink, job: job, fidelity: fidelity, cuts: cuts, state: state)
    }

    private init(
        strategy: Strategy, sink: SinkKind, job: Job, fidelity: Fidelity, cuts: LoadCuts, state: any LifeState
    ) {
        self.strategy = strategy
        self.sink = sink
        self.job = job
        self.fidelity = fidelity
        self.cuts = cuts
        self.state = state
        script = state.script()
        blocksBefore = script.groups.reduce(into: [0]) { sums, group in sums.append((sums.last ?? 0) + group.count) }
        var begun = 0
        batchesBefore = script.groups.indices.map { [script] group in
            while begun < script.batches.count, script.batches[begun].groupsBefore <= group { begun += 1 }
            return begun
        }
        recordsOfBatch = script.batches.map(\.records)
        recordsBefore = recordsOfBatch.reduce(into: [0]) { sums, records in sums.append((sums.last ?? 0) + records) }
    }

    /// How often a life that does not crash reaches `point`; nil when that cannot be known beforehand.
    public func occurrences(of point: CrashPoint) -> Int? { moments(at: point)?.count }

    /// The schedule of the life that follows one which died at `crash`; nil when this one does not, or when the point is
    /// none whose occurrences can be counted.
    public func after(_ crash: ArmedCrash) -> CrashSchedule? { death(at: crash)?.next }

    /// The records of this life that the sink holds at a crash; nil when its point is not reached that often.
    public func output(at crash: ArmedCrash) -> Int? {
        (death(at: crash)?.moment).map { recordsBefore[$0.batch ?? 0] + $0.output }
    }

    /// What the life finds when it opens, to compare.
    var found: AnyHashable { AnyHashable(state) }

    /// The records of a batch of this life, from 0.
    func records(ofBatch index: Int) -> Int { recordsOfBatch[index] }

    /// How far everything has come at a crash; nil when its point is not reached that often.
    func moment(at crash: ArmedCrash) -> CrashMoment? {
        guard let moments = moments(at: crash.point), crash.occurrence <= moments.count else { return nil }
        return moments[crash.occurrence - 1]
    }

    /// How far everything has come at a crash, what it adds to the outcome, and the life that follows; nil as above, and
    /// where nothing says what a life of a receiver does for which records have arrived.
    func death(at crash: ArmedCrash, outage: Outage = Outage()) -> Death? {
        guard let moment = moment(at: crash) else { return nil }
        var state = state
        let toll = state.die(at: moment)
        if outage != Outage() {
            guard var direct = state as? DirectState else { return nil }
            direct.endure(outage)
            state = direct
        }
        return Death(crash: crash, moment: moment, toll: toll, next: schedule(finding: state))
    }

    /// As ``death(at:)``, with what the broker's events that follow make of it.
    func death(at crash: ArmedCrash, followedBy outage: Outage) -> (death: Death, endurance: Endurance)? {
        guard var death = death(at: crash) else { return nil }
        var state = death.next.state
        let endurance = state.endure(outage.events, arrivals: outage.arrivals, policy: outage.onDataLoss)
        if case .goesOn(let toll) = endurance { death.toll = toll }
        return (death, endurance)
    }

    /// The end of one life.
    struct Death {
        let crash: ArmedCrash
        let moment: CrashMoment
        var toll: DeathToll
        /// The life that follows.
        let next: CrashSchedule
        /// Whether the life left in order instead.
        var isStop = false
    }

    /// The end of the life at `moment`, in which it had taken in `intake` records; nil: whatever there was.
    func end(at moment: CrashMoment, taking intake: Int? = nil, asked place: ArmedCrash) -> Death {
        var state = taking(intake)
        let toll = state.die(at: moment)
        if var receiver = state as? ReceiverState {
            receiver.intake = nil
            state = receiver
        }
        return Death(crash: place, moment: moment, toll: toll, next: schedule(finding: state), isStop: true)
    }

    /// The moment at which the life is idle, when it takes in only `intake` records.
    func idleMoment(taking intake: Int?) -> CrashMoment {
        schedule(finding: taking(intake)).momentsOfEffect(at: CrashPoint(.engineIdle, .before))?.first ?? CrashMoment()
    }

    /// When the batch at `index`, or none yet, is over, and nothing else is under way.
    func moment(afterBatch index: Int) -> CrashMoment { index < 0 ? CrashMoment() : cleanedMoment(index) }

    /// How many batches of earlier lives run again.
    var batchesRunAgain: Int { script.batches.prefix { $0.isRunAgain }.count }

    /// The blocks that the life receives when nothing ends it before.
    var blockCount: Int { blocksBefore.last ?? 0 }

    /// The records of the first `count` blocks that the life receives.
    func records(ofBlocks count: Int) -> Int { script.groups.joined().prefix(count).reduce(0, +) }

    private func taking(_ intake: Int?) -> any LifeState {
        guard var receiver = state as? ReceiverState else { return state }
        receiver.intake = intake
        return receiver
    }

    private func schedule(finding state: any LifeState) -> CrashSchedule {
        CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, cuts: cuts, state: state)
    }

    /// The moment of each occurrence of `point`; nil when the strategy does not reach it or the count is not known.
    private func moments(at point: CrashPoint) -> [CrashMoment]? {
        guard CrashPointGuide.strategies(of: point.effect).contains(strategy) else { return nil }
        guard var moments = momentsOfEffect(at: point) else { return nil }
        if let leftover = leftover(of: point) {
            for index in moments.indices { moments[index].leftover = leftover }
        }
        // The entry of the offset log is what a generation's checkpoint is to others.
        if strategy == .directLogFirst, !plansAfterSubmit {
            for index in moments.indices { moments[index].generationIsDurable = moments[index].isPlanned }
        }
        return moments
    }

    private func momentsOfEffect(at point: CrashPoint) -> [CrashMoment]? {
        let isAfter = point.moment == .after
        let batches = script.batches.indices
        // What says which batch it is has been written for the batches that run again.
        let planned = batches.filter { !script.batches[$0].isRunAgain }
        switch point.effect {
        case .recoveryOpen: return [CrashMoment()]
        case .recoveryRemove: return script.leftover == .halfWrittenFile ? [CrashMoment()] : []
        case .recoveryTruncate: return script.leftover == .tornTail ? [CrashMoment()] : []
        case .receiverPoll: return blockMoments(withEmptyPoll: true) { $0 }
        case .receiverBlockCut: return cutMoments(isAfter)
        case .receiverAutoCommit: return autoCommitMoments(isAfter)
        case .receiverWalAppend:
            return groupMoments { group in group.map { _ in 0 } }.enumerated().map { block, moment in
                moment.storing(isAfter ? block + 1 : block)
            }
        case .receiverWalSync:
            return fidelity.has(.skipsLogSync) ? [] : groupMoments { _ in [0] }.map { $0.storing($0.blocksCut) }
        case .receiverEventAppend:
            // An event counts from the moment its bytes are whole.
            return groupMoments { group in group.indices.map { isAfter ? $0 + 1 : $0 } }
                .map { $0.storing($0.blocksCut) }
        case .receiverEventSync: return fidelity.has(.skipsLogSync) ? [] : groupMoments { group in [group.count] }
        case .receiverOffsetsCommit: return commitMoments(point.moment)
        case .batchAllocationSync where fidelity.has(.skipsLogSync): return []
        case .cleanupEventSync where fidelity.has(.skipsLogSync): return []
        case .batchLogWrite, .batchLogSync, .batchLogRename:
            return planned.map { index in
                // Where the plan comes after the submission, it waits as long as a checkpoint does.
                let lag = min(shape.checkpointLagTasks, script.batches[index].tasks.count)
                var moment = plansAfterSubmit ? running(index, tasks: lag) : moment(inBatch: index)
                moment.isPlanned = isPlanned(point)
                moment.generationIsDurable = isPlanned(point)
                moment.previousIsCommitted = false
                return moment
            }
        case .batchPlan, .batchAllocationAppend, .batchAllocationSync:
            return planned.map { index in
                var moment = moment(inBatch: index)
                moment.isPlanned = isPlanned(point)
                if strategy.isReceiver, !moment.isPlanned {
                    moment.blocksAllocated = index > 0 ? blocksBefore[script.batches[index - 1].groupsBefore] : 0
                }
                moment.previousIsCommitted = point.effect == .batchPlan && isAfter
                return moment
            }
        case .batchSubmit:
            return batches.map { index in
                var moment = moment(inBatch: index)
                moment.isPlanned = true
                moment.previousIsCommitted = true
                return moment
            }
        case .batchOffsetsCommit:
            // The first batch has no one before it to commit.
            return planned.dropFirst().map { index in
                var moment = moment(inBatch: index)
                moment.previousIsCommitted = isAfter
                return moment
            }
        case .generationCheckpointWrite, .generationCheckpointSync, .generationCheckpointRename:
            return planned.map { index in
                // It is written after as many tasks as the lag says, at the latest after the batch's last.
                var moment = running(index, tasks: min(shape.checkpointLagTasks, script.batches[index].tasks.count))
                moment.generationIsDurable = point.effect == .generationCheckpointRename && isAfter
                return moment
            }
        case .taskRead, .sinkBegin, .sinkWrite, .sinkOffsets, .sinkCommit:
            return batches.flatMap { taskMoments($0, point) }
        case .sinkSync, .stateRename: return outputMoments(point, stateIsDurable: isAfter)
        case .stateWrite, .stateSync: return outputMoments(point, stateIsDurable: false)
        case .batchCompleteWrite, .batchCompleteSync, .completionCheckpointWrite,
            .completionCheckpointSync:
            return batches.map { finishedMoment($0, isComplete: false) }
        case .batchCompleteRename, .completionCheckpointRename:
            // With its name the record of completion is there.
            return batches.map { finishedMoment($0, isComplete: isAfter) }
        case .cleanupEventAppend, .cleanupEventSync:
            return batches.filter { script.batches[$0].cleansUp }.map { index in
                var moment = finishedMoment(index, isComplete: true)
                moment.cleanupIsDurable = isAfter || point.effect == .cleanupEventSync
                return moment
            }
        case .cleanupRemove:
            return nil
        case .engineIdle:
            return [batches.last.map { cleanedMoment($0) } ?? CrashMoment()]
        }
    }

    /// Whether a batch's plan can be found by a restart once `point` is reached.
    private func isPlanned(_ point: CrashPoint) -> Bool {
        switch point.effect {
        case .batchPlan, .batchAllocationAppend, .batchLogRename: point.moment == .after
        case .batchAllocationSync: true
        default: false
        }
    }

    /// What the next life finds half done after a crash at `point`; nil where only the moment can tell.
    private func leftover(of point: CrashPoint) -> Leftover? {
        switch point.effect {
        case .recoveryOpen: return point.moment == .before ? script.leftover : .nothing
        case .recoveryRemove, .recoveryTruncate: return point.moment == .before ? script.leftover : .nothing
        case .receiverWalAppend, .receiverEventAppend, .batchAllocationAppend, .cleanupEventAppend:
            return point.moment == .torn ? .tornTail : .nothing
        case .batchLogWrite, .batchCompleteWrite, .generationCheckpointWrite, .completionCheckpointWrite, .stateWrite:
            return point.moment == .before ? .nothing : .halfWrittenFile
        case .batchLogSync, .batchCompleteSync, .generationCheckpointSync, .completionCheckpointSync, .stateSync:
            return .halfWrittenFile
        case .batchLogRename, .batchCompleteRename, .generationCheckpointRename, .completionCheckpointRename,
            .stateRename:
            return point.moment == .before ? .halfWrittenFile : .nothing
        case .taskRead, .sinkBegin, .sinkWrite, .sinkOffsets, .sinkCommit: return nil
        default: return .nothing
        }
    }

    /// What has happened when the batch at `index` is all that is on, and nothing of it is done.
    private func moment(inBatch index: Int) -> CrashMoment {
        let batch = script.batches[index]
        var moment = CrashMoment()
        moment.batch = index
        moment.batchRecords = recordsOfBatch[index]
        moment.previousRecords = index > 0 ? recordsOfBatch[index - 1] : 0
        moment.earlierOutput = recordsBefore[index]
        moment.isPlanned = batch.isRunAgain
        moment.generationIsDurable = batch.isKnown
        moment.blocksCut = blocksBefore[batch.groupsBefore]
        moment.blocksAnnounced = moment.blocksCut
        moment.blocksCommitted = moment.blocksCut
        moment.blocksStored = moment.blocksCut
        moment.blocksAllocated = moment.blocksCut
        return moment
    }

    /// Whether the entry of the offset log is written after the job was submitted.
    private var plansAfterSubmit: Bool { strategy == .directLogFirst && fidelity.has(.plansAfterSubmit) }

    /// What has happened when `tasks` tasks of the batch at `index` are done, and nothing of what follows.
    private func running(_ index: Int, tasks: Int) -> CrashMoment {
        let batch = script.batches[index]
        var moment = moment(inBatch: index)
        moment.isPlanned = true
        moment.previousIsCommitted = true
        moment.output = batch.tasks.prefix(tasks).reduce(0) { $0 + $1.records }
        moment.tasksOut = tasks
        // In every batch but the first, an earlier checkpoint is there; its own comes after the lag.
        if !batch.isRunAgain { moment.generationIsDurable = tasks >= shape.checkpointLagTasks }
        return moment
    }

    private func finishedMoment(_ index: Int, isComplete: Bool) -> CrashMoment {
        var moment = running(index, tasks: script.batches[index].tasks.count)
        // However long the lag, the generation checkpoint is written before the completion's.
        if !script.batches[index].isRunAgain { moment.generationIsDurable = true }
        moment.completionIsDurable = isComplete
        moment.stateIsDurable = true
        return moment
    }

    /// One moment for each batch: its tasks are done, and its output is being made durable.
    private func outputMoments(_ point: CrashPoint, stateIsDurable: Bool) -> [CrashMoment] {
        if point.effect != .sinkSync, !job.keepsState { return [] }
        return script.batches.indices.compactMap { index in
            let tasks = script.batches[index].tasks.count
            // A batch without a task has nothing to output.
            if tasks == 0, point.effect != .sinkSync { return nil }
            var moment = running(index, tasks: tasks)
            moment.stateIsDurable = stateIsDurable
            return moment
        }
    }

    /// When the batch at `index` is complete and cleaned up after.
    func cleanedMoment(_ index: Int) -> CrashMoment {
        var moment = finishedMoment(index, isComplete: true)
        moment.cleanupIsDurable = true
        return moment
    }

    /// A batch's reads, writes or commits: the output is what earlier ones left, and this one where it is over.
    private func taskMoments(_ index: Int, _ point: CrashPoint) -> [CrashMoment] {
        let isOfTopic = point.effect == .sinkBegin || point.effect == .sinkOffsets
        if isOfTopic, !sink.traits.isTopic { return [] }
        if point.effect == .sinkBegin {
            return script.batches[index].tasks.indices.filter { !script.batches[index].tasks[$0].isDropped }.map {
                running(index, tasks: $0)
            }
        }
        var moments: [CrashMoment] = []
        let isCommit = point.effect == .sinkCommit || point.effect == .sinkOffsets
        for (place, task) in script.batches[index].tasks.enumerated() {
            // A task whose output is there already has nothing to show.
            if isCommit, task.isDropped || !sink.isAtomicPerTask { continue }
            var written = 0
            let pieces = isCommit ? [task.records] : task.writes
            for (number, piece) in pieces.enumerated() {
                let isOut = point.moment == .after && point.effect != .taskRead && point.effect != .sinkOffsets
                var moment = running(index, tasks: place)
                let handedOver = written + (isOut || isCommit ? piece : 0)
                if !sink.isAtomicPerTask || (isCommit && isOut) {
                    moment.output += handedOver
                    if isOut, number == pieces.count - 1 { moment.tasksOut = place + 1 }
                } else {
                    moment.unshown = handedOver
                    // A block is read before its task begins to write, a range while it does.
                    let hasBegun = point.effect != .taskRead || !strategy.isReceiver
                    if hasBegun, !task.isDropped, sink == .batchKeyed { moment.leftover = .halfWrittenFile }
                }
                moment.firstPiece = pieces[0]
                moment.written = written + (point.effect == .sinkWrite ? piece : 0)
                written += piece
                moments.append(moment)
            }
        }
        return moments
    }
}
