// What a direct strategy leaves to its next life: which batch runs again, which is planned next.

/// The state of `direct`, `direct-log-first` and `direct-commit`; `raw` has no batches.
///
/// With cuts by count, a batch that is planned anew takes the ranges it had before, so the batches of all lives are those
/// of the load, and this state counts them from 0.
struct DirectState: LifeState {
    private let strategy: Strategy
    private let fidelity: Fidelity
    private let batches: [[LoadShape.Task]]
    /// The batch that is planned next.
    private var next = 0
    /// The batch that runs again before it; nil: none.
    private var again: Int?
    /// Whether there is a checkpoint.
    private var hasCheckpoint = false
    /// Records of the load, from its first on, that a batch-keyed sink holds under batch numbers still in use.
    private var recordsInSink = 0
    private var leftover = Leftover.nothing
    private let recordsBefore: [Int]

    init(strategy: Strategy, fidelity: Fidelity, shape: LoadShape) {
        self.strategy = strategy
        self.fidelity = fidelity
        batches = shape.batches(of: strategy)
        recordsBefore = batches.reduce(into: [0]) { sums, tasks in
            sums.append((sums.last ?? 0) + tasks.reduce(0) { $0 + $1.records })
        }
    }

    /// The life's batches as places in the load.
    private var places: [Int] { (again.map { [$0] } ?? []) + (next..<batches.count) }

    func script() -> LifeScript {
        let script = places.map { place in
            var left = recordsInSink - recordsBefore[place]
            let inSink = batches[place].prefix { task in
                left -= task.records
                return left >= 0
            }
            return LifeScript.Batch(
                tasks: batches[place], isRunAgain: place == again, isKnown: place == again, tasksInSink: inSink.count)
        }
        return LifeScript(batches: script, leftover: leftover)
    }

    mutating func die(at moment: CrashMoment) -> DeathToll {
        leftover = moment.leftover
        // A life that dies while it opens has done nothing yet.
        guard let index = moment.batch else { return DeathToll() }
        let place = places[index]
        var toll = DeathToll()
        switch strategy {
        case .directLogFirst:
            toll.E = moment.completionIsDurable ? 0 : moment.output
            goOn(after: place, isPlanned: moment.isPlanned, isComplete: moment.completionIsDurable)
        case .directCommit:
            // Whatever has been output since the last offsets sent; nothing remembers which batch it was.
            let unsent = moment.previousIsCommitted ? 0 : moment.previousRecords
            toll.E = moment.completionIsDurable ? moment.batchRecords : unsent + moment.output
            toll.keepsNumbers = false
            next = moment.previousIsCommitted || index == 0 ? place : place - 1
        default:
            toll.E = outputRunAgain(moment)
            // Between two batches of a life lies a completion checkpoint.
            hasCheckpoint =
                hasCheckpoint || index > 0 || moment.generationIsDurable || moment.completionIsDurable
            toll.keepsNumbers = hasCheckpoint || !fidelity.has(.numbersByClock)
            goOn(after: place, isPlanned: moment.generationIsDurable, isComplete: moment.completionIsDurable)
            if fidelity.has(.rerunsLastBatch), hasCheckpoint, again == nil { again = next - 1 }
        }
        recordsInSink = toll.keepsNumbers ? max(recordsInSink, recordsBefore[place] + moment.output) : 0
        return toll
    }

    /// Sets what the next life runs, by what a durable record says of the batch at `place`.
    private mutating func goOn(after place: Int, isPlanned: Bool, isComplete: Bool) {
        next = isPlanned || isComplete ? place + 1 : place
        again = isPlanned && !isComplete ? place : nil
    }

    /// E for `direct`: what this life has output of the batches at or after the newest durable checkpoint's.
    private func outputRunAgain(_ moment: CrashMoment) -> Int {
        let rerunsLast = fidelity.has(.rerunsLastBatch)
        if moment.completionIsDurable { return rerunsLast ? moment.batchRecords : 0 }
        return (rerunsLast && !moment.generationIsDurable ? moment.previousRecords : 0) + moment.output
    }
}
