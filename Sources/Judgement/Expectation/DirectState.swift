// What a direct strategy leaves to its next life: which batch runs again, and where the next one begins.
internal import Evidence
internal import Ingestion
internal import World

/// The state of all direct strategies; `raw` has no batches.
struct DirectState: LifeState {
    private let strategy: Strategy
    private let sink: SinkKind
    private let keepsState: Bool
    private let fidelity: Fidelity
    private var cuts: LoadCuts
    /// Whether the first batch that is planned takes everything there is.
    private var restartsUnlimited = false
    /// By partition: where the batch begins that is planned next.
    private var next: [Offset]
    /// The batch that runs again before it; empty: none.
    private var again: [LoadCuts.Slice] = []
    /// Whether there is a checkpoint.
    private var hasCheckpoint = false
    /// By partition: the sink drops what a task writes that ends below this offset.
    private var shown: [Offset]
    private var leftover = Leftover.nothing
    /// The records that the sink holds, by their places.
    private var held: OffsetSet
    /// Those that a task has read; more than are held where a sink shows a task's output all at once.
    private var read: OffsetSet
    /// Whether the batch that is planned next gets the number of the one that died.
    private var reusesNumber = true

    init(strategy: Strategy, sink: SinkKind, job: Job, fidelity: Fidelity, cuts: LoadCuts) {
        self.strategy = strategy
        self.sink = sink
        keepsState = job.keepsState
        self.fidelity = fidelity
        self.cuts = cuts
        next = cuts.layout.starts
        shown = next
        held = OffsetSet(partitions: next.count)
        read = held
    }

    /// The batches of the life. With cuts by count, one that is planned anew takes the ranges it had before.
    private var batches: [[LoadCuts.Slice]] {
        strategy == .raw
            ? []
            : (again.isEmpty ? [] : [again]) + cuts.directBatches(from: next, takesAll: restartsUnlimited)
    }

    /// Records arrive before the next life, or it takes more at once; whatever it finds stored stays.
    mutating func endure(_ outage: Outage) {
        cuts.arrive(outage.arrivals)
        restartsUnlimited = outage.restartBatch == .unlimited
    }

    func script() -> LifeScript {
        let script = batches.enumerated().map { index, slices in
            let isRunAgain = index == 0 && !again.isEmpty
            return LifeScript.Batch(
                tasks: slices.map { slice in
                    LifeScript.Task(
                        writes: cuts.writes(of: slice), isDropped: slice.offsets.upperBound <= shown[slice.partition])
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
            toll.ingestDuplicates = moment.tasksOut > 0 ? moment.unshown : 0
            next = positions(before: index, of: batches)
            for slice in batches[index].prefix(moment.tasksOut) { next[slice.partition] = slice.offsets.upperBound }
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
        reusesNumber = strategy == .directTransactional ? moment.tasksOut == 0 : keepsNumbers
        for slice in batches[..<index].joined() { note(slice, slice.records, slice.records) }
        note(moment, of: batches[index])
        // A batch-keyed sink knows a task by its batch's number, a transactional one by its offsets.
        if sink == .batchKeyed, !keepsNumbers { shown = cuts.layout.starts }
        if keepsNumbers || sink != .batchKeyed {
            for slice in batches[..<index].joined() + batches[index].prefix(moment.tasksOut) {
                shown[slice.partition] = max(shown[slice.partition], slice.offsets.upperBound)
            }
        }
        return toll
    }

    /// Notes what of a batch is out, and what was read, at a moment in it: its first tasks come first.
    private mutating func note(_ moment: CrashMoment, of batch: [LoadCuts.Slice]) {
        var (out, journaled) = (moment.output, asRead(moment).output)
        for slice in batch {
            note(slice, min(out, slice.records), min(journaled, slice.records))
            out -= min(out, slice.records)
            journaled -= min(journaled, slice.records)
        }
    }

    private mutating func note(_ slice: LoadCuts.Slice, _ out: Int, _ journaled: Int) {
        let first = cuts.places(in: slice.offsets, of: slice.partition).lowerBound
        held.insert(first..<first + Int64(out), into: slice.partition)
        read.insert(first..<first + Int64(journaled), into: slice.partition)
    }

    mutating func endure(_ events: [BrokerEvent], arrivals: Int, policy: DataLossPolicy) -> Endurance {
        // What a job's state makes of it is the job's own affair. A plan that is made anew under its old number holds other
        // records than before, and a sink that trusts the number drops some.
        guard !keepsState, !(sink == .batchKeyed && strategy == .direct) else { return .unknown }
        for event in events {
            cuts.endure(event)
            switch event {
            case .forgetOffsets, .topicAnew:
                if strategy == .directCommit { next = cuts.layout.starts }
            case .moveOffsets(let partition, let by) where strategy == .directCommit:
                for index in next.indices where partition.map({ Int($0) == index }) ?? true {
                    // Where nothing is committed, nothing moves.
                    if next[index] > cuts.layout.partitions[index].start { next[index] = max(0, next[index] + by) }
                }
            case .addPartitions(let count):
                next += Array(repeating: 0, count: count)
                shown += Array(repeating: 0, count: count)
                for _ in 0..<count {
                    held.grow()
                    read.grow()
                }
            case .moveOffsets, .retention, .deleteRecords: break
            }
        }
        // Offsets, a batch's number, or numbers that a ledger has no room for tell records apart there.
        let isTakenForOld = sink.isKeyedByOffset || sink == .counting || (sink == .batchKeyed && !again.isEmpty)
        if events.contains(.topicAnew), isTakenForOld { return .unknown }
        cuts.arrive(arrivals)
        let ends = cuts.layout.ends
        for (position, (low, end)) in zip(next, zip(cuts.lows, ends)) {
            if position > end { return policy == .fail || sink.isKeyedByOffset ? .refused : .unknown }
            if position < low, position < end, policy == .fail { return .refused }
        }
        // Between what such a sink has stored and what comes next there may be no hole.
        for (index, position) in next.enumerated() where sink.keepsOffsets && position < ends[index] {
            let stored = shown[index]
            let reached = again.first { $0.partition == index }?.offsets.upperBound ?? stored
            if stored > cuts.layout.partitions[index].start, position > max(stored, reached) { return .refused }
        }
        for slice in again {
            let (low, end) = (cuts.lows[slice.partition], ends[slice.partition])
            if slice.offsets.lowerBound < low || slice.offsets.lowerBound > end, policy == .fail { return .refused }
            if slice.offsets.upperBound > end { return policy == .fail ? .refused : .unknown }
        }
        again = again.map { cuts.slice($0.partition, $0.offsets) }
        return .goesOn(total())
    }

    /// What it comes to when the next life drains the input.
    private func total() -> DeathToll {
        let unread = cuts.unread(from: next)
        var all = held
        var comes = OffsetSet(partitions: next.count)
        for slice in again { comes.insert(cuts.places(in: slice.offsets, of: slice.partition), into: slice.partition) }
        comes.insert(unread)
        all.formUnion(comes)
        var toll = DeathToll()
        toll.E = held.count + comes.count - all.count
        toll.lost = cuts.count - all.count
        // A batch that runs again is the ingest that it was, and so is one that is planned again under its number.
        var first = OffsetSet(partitions: next.count)
        if reusesNumber {
            for slice in cuts.directBatches(from: next).first ?? [] {
                first.insert(cuts.places(in: slice.offsets, of: slice.partition), into: slice.partition)
            }
        }
        var anew = OffsetSet(partitions: next.count)
        anew.insert(unread)
        toll.ingestDuplicates = read.common(with: anew) - read.common(with: first)
        return toll
    }

    /// Sets what the next life runs, by what a durable record says of the batch at `index`.
    private mutating func goOn(
        after index: Int, of batches: [[LoadCuts.Slice]], isPlanned: Bool, isComplete: Bool
    ) {
        next = positions(before: isPlanned || isComplete ? index + 1 : index, of: batches)
        again = isPlanned && !isComplete ? batches[index] : []
    }

    /// By partition, where the batch at `index` of the life begins; one that runs again was planned before them all.
    private func positions(before index: Int, of batches: [[LoadCuts.Slice]]) -> [Offset] {
        var positions = next
        for slice in batches[..<index].dropFirst(again.isEmpty ? 0 : 1).joined() {
            positions[slice.partition] = slice.offsets.upperBound
        }
        return positions
    }

    /// The ingest duplicates of a transactional sink are counted where records are read.
    private func asRead(_ moment: CrashMoment) -> CrashMoment { sink.keepsOffsets ? moment.asJournaled : moment }

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
