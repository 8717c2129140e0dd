// What a direct strategy leaves to its next life: which batch runs again, and where the next one begins.

/// The state of all direct strategies; `raw` has no batches.
struct DirectState: LifeState {
    private let strategy: Strategy
    private let sink: SinkKind
    private let keepsState: Bool
    private let fidelity: Fidelity
    private var shape: LoadShape
    /// Whether the first batch that is planned takes everything there is.
    private var restartsUnlimited = false
    /// By partition: where the batch begins that is planned next.
    private var next: [Int64]
    /// The batch that runs again before it; empty: none.
    private var again: [LoadShape.Slice] = []
    /// Whether there is a checkpoint.
    private var hasCheckpoint = false
    /// By partition: the sink drops what a task writes that ends below this offset.
    private var shown: [Int64]
    private var leftover = Leftover.nothing

    init(strategy: Strategy, sink: SinkKind, job: Job, fidelity: Fidelity, shape: LoadShape) {
        self.strategy = strategy
        self.sink = sink
        keepsState = job.keepsState
        self.fidelity = fidelity
        self.shape = shape
        next = Array(repeating: 0, count: shape.partitions)
        shown = next
    }

    /// The batches of the life. With cuts by count, one that is planned anew takes the ranges it had before.
    private var batches: [[LoadShape.Slice]] {
        strategy == .raw ? [] : (again.isEmpty ? [] : [again]) + planned
    }

    private var planned: [[LoadShape.Slice]] {
        let batches = shape.directBatches(from: next)
        guard restartsUnlimited, !batches.isEmpty else { return batches }
        let all = zip(next, shape.recordsByPartition).enumerated()
            .map { LoadShape.Slice(partition: $0.offset, offsets: $0.element.0..<$0.element.1) }
        return [all.filter { !$0.offsets.isEmpty }]
    }

    /// Records arrive before the next life, or it takes more at once; whatever it finds stored stays.
    mutating func endure(_ outage: Outage) {
        shape.records += outage.arrivals
        restartsUnlimited = outage.restartBatch == .unlimited
    }

    func script() -> LifeScript {
        let script = batches.enumerated().map { index, slices in
            let isRunAgain = index == 0 && !again.isEmpty
            return LifeScript.Batch(
                tasks: slices.map { slice in
                    LifeScript.Task(
                        writes: shape.writes(of: slice), isDropped: slice.offsets.upperBound <= shown[slice.partition])
                }, isRunAgain: isRunAgain, isKnown: isRunAgain)
        }
        return LifeScript(batches: script, leftover: leftover)
    }

    mutating func die(at moment: CrashMoment) -> DeathToll {
        leftover = moment.leftover
        // A life that dies while it opens has done nothing yet.
        guard let index = moment.batch else { return DeathToll() }
        let batches = batches
        var toll = DeathToll()
        var keepsNumbers = true
        switch strategy {
        case .directTransactional where keepsState:
            // The state is what remembers, and no number of a batch is in it.
            toll.E = moment.stateIsDurable ? 0 : moment.output
            toll.ingestDuplicates = toll.E
            next = positions(before: moment.stateIsDurable ? index + 1 : index, of: batches)
        case .directTransactional:
            // A batch of which nothing is stored is planned again under its own number, and is one ingest.
            toll.ingestDuplicates = moment.output > 0 ? moment.unshown : 0
            next = positions(before: index, of: batches)
            for slice in output(moment.output, of: batches[index]) { next[slice.partition] = slice.offsets.upperBound }
        case .directCommit:
            // Whatever has been output since the last offsets sent; nothing remembers which batch it was.
            keepsNumbers = false
            if moment.isCommittedAtLast {
                next = positions(before: index + 1, of: batches)
                break
            }
            toll.E = outputSinceOffsetsSent(moment)
            toll.ingestDuplicates = outputSinceOffsetsSent(asRead(moment))
            next = positions(before: moment.previousIsCommitted ? index : max(0, index - 1), of: batches)
        case .directLogFirst:
            toll.E = moment.completionIsDurable ? 0 : moment.output
            goOn(after: index, of: batches, isPlanned: moment.isPlanned, isComplete: moment.completionIsDurable)
        default:
            toll.E = outputRunAgain(moment)
            // Between two batches of a life lies a completion checkpoint.
            hasCheckpoint = hasCheckpoint || index > 0 || moment.generationIsDurable || moment.completionIsDurable
            keepsNumbers = hasCheckpoint || !fidelity.has(.numbersByClock)
            if !keepsNumbers { toll.ingestDuplicates = outputRunAgain(asRead(moment)) }
            let isComplete = moment.completionIsDurable
            goOn(after: index, of: batches, isPlanned: moment.generationIsDurable, isComplete: isComplete)
            if fidelity.has(.rerunsLastBatch), hasCheckpoint, again.isEmpty {
                again = batches[isComplete ? index : index - 1]
            }
        }
        // A batch-keyed sink knows a task by its batch's number, a transactional one by its offsets.
        if sink == .batchKeyed, !keepsNumbers { shown = shown.map { _ in 0 } }
        if keepsNumbers || sink != .batchKeyed {
            for slice in batches[..<index].joined() + output(moment.output, of: batches[index]) {
                shown[slice.partition] = max(shown[slice.partition], slice.offsets.upperBound)
            }
        }
        return toll
    }

    /// Sets what the next life runs, by what a durable record says of the batch at `index`.
    private mutating func goOn(
        after index: Int, of batches: [[LoadShape.Slice]], isPlanned: Bool, isComplete: Bool
    ) {
        next = positions(before: isPlanned || isComplete ? index + 1 : index, of: batches)
        again = isPlanned && !isComplete ? batches[index] : []
    }

    /// By partition, where the batch at `index` of the life begins; one that runs again was planned before them all.
    private func positions(before index: Int, of batches: [[LoadShape.Slice]]) -> [Int64] {
        var positions = next
        for slice in batches[..<index].dropFirst(again.isEmpty ? 0 : 1).joined() {
            positions[slice.partition] = slice.offsets.upperBound
        }
        return positions
    }

    /// The ranges of a batch that its first `records` records make up.
    private func output(_ records: Int, of slices: [LoadShape.Slice]) -> ArraySlice<LoadShape.Slice> {
        var left = records
        return slices.prefix { slice in
            left -= slice.offsets.count
            return left >= 0
        }
    }

    /// The ingest duplicates of a transactional sink are counted where records are read.
    private func asRead(_ moment: CrashMoment) -> CrashMoment { sink == .transactional ? moment.asJournaled : moment }

    private func outputSinceOffsetsSent(_ moment: CrashMoment) -> Int {
        if moment.completionIsDurable { return moment.batchRecords }
        return (moment.previousIsCommitted ? 0 : moment.previousRecords) + moment.output
    }

    /// E for `direct`: what this life has output of the batches at or after the newest durable checkpoint's.
    private func outputRunAgain(_ moment: CrashMoment) -> Int {
        let rerunsLast = fidelity.has(.rerunsLastBatch)
        if moment.completionIsDurable { return rerunsLast ? moment.batchRecords : 0 }
        return (rerunsLast && !moment.generationIsDurable ? moment.previousRecords : 0) + moment.output
    }
}
