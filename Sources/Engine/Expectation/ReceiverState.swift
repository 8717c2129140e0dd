// What a receiver leaves to its next life: offsets, blocks, batches, a checkpoint, and the rows of the sink.

/// The state of `receiver`, `receiver-reliable` and `receiver-wal`.
struct ReceiverState: LifeState {
    /// A block in the event log.
    private struct Block: Hashable {
        /// By partition: its offsets.
        var offsets: [Range<Int64>]
        /// Whether its records are in the sink.
        var isOut = false
        /// Whether a task has read it.
        var isRead = false

        var records: Int { offsets.reduce(0) { $0 + $1.count } }
    }

    /// A batch that has taken blocks.
    private struct Batch: Hashable {
        var number: Int
        var blocks: [Block]
    }

    /// A checkpoint in force.
    private struct Checkpoint: Hashable {
        var latest: Int
        var pending: [Int] = []
    }

    private let strategy: Strategy
    private let sink: SinkKind
    private let keepsState: Bool
    private let fidelity: Fidelity
    private let shape: LoadShape
    private let ends: [Int64]
    /// The records that the life takes in before it stops to; nil: all there are.
    var intake: Int?

    /// By partition: where the next life begins to read.
    private var committed: [Int64]
    /// Blocks in the event log that no batch has taken, oldest first.
    private var waiting: [Block] = []
    /// Batches in the event log that the checkpoint does not call complete, oldest first.
    private var unfinished: [Batch] = []
    /// The newest batch in the event log; they are numbered from 1.
    private var latest = 0
    private var cleanedThrough = 0
    private var checkpoint: Checkpoint?
    private var leftover = Leftover.nothing

    /// Rows written, and those of them that were not there twice because a block was output twice.
    private var rows = 0
    private var firstRows = 0
    /// The offsets written.
    private var written: OffsetSet
    /// The same of records read, which are more where a sink shows a task's output all at once.
    private var firstReads = 0
    private var read: OffsetSet
    /// What is left of it in the sink, or in a job's state.
    private var held: HeldRecords
    /// What all deaths so far come to.
    private var sofar = DeathToll()

    init(strategy: Strategy, sink: SinkKind, job: Job, fidelity: Fidelity, shape: LoadShape) {
        self.strategy = strategy
        self.sink = sink
        keepsState = job.keepsState
        self.fidelity = fidelity
        self.shape = shape
        ends = shape.recordsByPartition
        committed = ends.map { _ in 0 }
        written = OffsetSet(partitions: shape.partitions)
        read = written
        held = HeldRecords(partitions: shape.partitions, comparesOffsets: sink == .transactional || keepsState)
    }

    // MARK: What a restart finds

    /// F: the event log is there, and does not count.
    private var forgetsLog: Bool { checkpoint == nil && fidelity.has(.replaysOnlyWithCheckpoint) }

    /// The blocks that wait for a batch, where the log has kept them.
    private var waitingAfterRestart: [Block] { strategy == .receiverWal && !forgetsLog ? waiting : [] }

    /// The batches that run again; without a log of blocks they have none left.
    private var batchesRunAgain: [Batch] {
        guard !forgetsLog else { return [] }
        return strategy == .receiverWal ? unfinished : unfinished.map { Batch(number: $0.number, blocks: []) }
    }

    func script() -> LifeScript {
        let again = batchesRunAgain
        var batches = again.map { batch in
            LifeScript.Batch(
                tasks: batch.blocks.map { LifeScript.Task(writes: [$0.records], isDropped: $0.isOut) },
                isRunAgain: true, isKnown: batch.number <= checkpoint?.latest ?? 0)
        }
        let unread = zip(ends, committed).reduce(0) { $0 + Int($1.0 - $1.1) }
        let groups = shape.groups(of: min(unread, intake ?? unread))
        var open = waitingAfterRestart.map(\.records)
        var openRecords = open.reduce(0, +)
        for index in 0...groups.count {
            // A batch takes all that wait, once they are enough or nothing more comes.
            if !open.isEmpty, openRecords >= shape.batchRecords || index == groups.count {
                batches.append(
                    LifeScript.Batch(tasks: open.map { LifeScript.Task(writes: [$0]) }, groupsBefore: index))
                open = []
                openRecords = 0
            }
            if index < groups.count {
                open += groups[index]
                openRecords += groups[index].reduce(0, +)
            }
        }
        // A cleanup needs a batch that no restart runs again, and none is removed twice.
        var cleaned = forgetsLog ? latest : cleanedThrough
        for index in batches.indices where index >= again.count - 1 {
            let through = cleanup(after: number(of: index, again))
            batches[index].cleansUp = through > cleaned
            cleaned = max(cleaned, through)
        }
        if sink == .transactional { noteDropped(&batches, again, blocks: groups.reduce(0) { $0 + $1.count }) }
        return LifeScript(batches: batches, groups: groups, leftover: leftover)
    }

    /// Notes which tasks find all their offsets stored: also those of a new block, when it holds what came before.
    private func noteDropped(_ batches: inout [LifeScript.Batch], _ again: [Batch], blocks: Int) {
        var queue = (again.flatMap(\.blocks) + waitingAfterRestart).map(\.offsets)
        queue += shape.blocksByPartition(blocks, from: committed)
        var stored = held
        var place = 0
        for batch in batches.indices {
            for task in batches[batch].tasks.indices {
                batches[batch].tasks[task].isDropped = stored.isPast(queue[place])
                stored.take(queue[place])
                place += 1
            }
        }
    }

    private func number(of index: Int, _ again: [Batch]) -> Int {
        index < again.count ? again[index].number : latest + 1 + index - again.count
    }

    /// The newest batch that no restart runs again once `number` is complete; where the last batch runs again, two
    /// batches more are kept.
    private func cleanup(after number: Int) -> Int { fidelity.has(.rerunsLastBatch) ? number - 2 : number }

    // MARK: What a death leaves

    mutating func die(at moment: CrashMoment) -> DeathToll {
        let script = script()
        let again = batchesRunAgain
        let cut = shape.blocksByPartition(max(moment.blocksCut, moment.blocksAnnounced), from: committed)
        var queue = waitingAfterRestart + cut.prefix(moment.blocksAnnounced).map { Block(offsets: $0) }
        // What was forgotten is in the log all the same, and counts again once there is a checkpoint.
        let forgotten = forgetsLog ? waiting : []

        var batches = again
        let planned = moment.batch.map { $0 + (moment.isPlanned ? 1 : 0) } ?? 0
        for index in again.count..<max(planned, again.count) {
            let count = script.batches[index].tasks.count
            batches.append(Batch(number: number(of: index, again), blocks: Array(queue.prefix(count))))
            queue.removeFirst(count)
        }
        if let last = moment.batch {
            for index in batches.indices.prefix(last + 1) {
                let isLast = index == last
                output(&batches[index].blocks, isLast ? moment.output : .max, isHeld: !isLast || moment.stateIsDurable)
                note(readOf: &batches[index].blocks, isLast ? moment.asJournaled.output : .max)
            }
            note(moment, in: last, script, again)
        }

        waiting = strategy == .receiverWal ? forgotten + queue : []
        let listed = checkpoint.map { runAgain($0) } ?? []
        unfinished = batches.filter { $0.number > checkpoint?.latest ?? 0 || listed.contains($0.number) }
        latest = max(latest, batches.last?.number ?? 0)
        committed = offsetsCommitted(moment, cut)
        leftover = moment.leftover
        return toll()
    }

    /// Outputs the blocks that the first `records` records of a batch came from; a job's state holds them only if it is
    /// durable.
    private mutating func output(_ blocks: inout [Block], _ records: Int, isHeld: Bool) {
        for index in first(records, of: blocks) {
            rows += blocks[index].records
            if isHeld || !keepsState { held.take(blocks[index].offsets) }
            guard !blocks[index].isOut else { continue }
            blocks[index].isOut = true
            firstRows += blocks[index].records
            written.insert(blocks[index].offsets)
        }
    }

    /// Notes that the blocks that the first `records` records of a batch came from were read.
    private mutating func note(readOf blocks: inout [Block], _ records: Int) {
        for index in first(records, of: blocks) where !blocks[index].isRead {
            blocks[index].isRead = true
            firstReads += blocks[index].records
            read.insert(blocks[index].offsets)
        }
    }

    private func first(_ records: Int, of blocks: [Block]) -> Range<Int> {
        var left = records
        return blocks.indices.prefix { index in
            left -= blocks[index].records
            return left >= 0
        }
    }

    /// Notes which checkpoint and which cleanup are in force at a moment in the batch `last` of the life.
    private mutating func note(_ moment: CrashMoment, in last: Int, _ script: LifeScript, _ again: [Batch]) {
        let opened = latest
        func completion(of index: Int) -> Checkpoint {
            Checkpoint(
                latest: max(opened, number(of: index, again)), pending: again.dropFirst(index + 1).map(\.number))
        }
        if moment.completionIsDurable {
            checkpoint = completion(of: last)
        } else if moment.generationIsDurable, !script.batches[last].isRunAgain {
            checkpoint = Checkpoint(latest: number(of: last, again), pending: [number(of: last, again)])
        } else if last > 0 {
            checkpoint = completion(of: last - 1)
        }
        for index in 0..<(moment.cleanupIsDurable ? last + 1 : last) where script.batches[index].cleansUp {
            cleanedThrough = max(cleanedThrough, cleanup(after: number(of: index, again)))
        }
    }

    /// The batches that a restart from a checkpoint runs again.
    private func runAgain(_ checkpoint: Checkpoint) -> [Int] {
        checkpoint.pending + (fidelity.has(.rerunsLastBatch) ? [checkpoint.latest] : [])
    }

    /// The offsets of the group once blocks of this life, `cut`, have been committed.
    private func offsetsCommitted(_ moment: CrashMoment, _ cut: [[Range<Int64>]]) -> [Int64] {
        func commit(_ blocks: Range<Int>, step: Int64, partitions: (Int) -> Int, to offsets: inout [Int64]) {
            guard let last = cut[blocks].last else { return }
            let present = last.indices.filter { partition in cut[blocks].contains { !$0[partition].isEmpty } }
            for partition in present.prefix(partitions(present.count)) {
                offsets[partition] = last[partition].upperBound - step
            }
        }
        var offsets = committed
        if strategy == .receiver, moment.isCommittedAtLast {
            commit(0..<moment.blocksCut, step: 0, partitions: { $0 }, to: &offsets)
        } else if strategy == .receiver {
            let due = moment.blocksCut / shape.autoCommitBlocks - (moment.isAutoCommitUnderWay ? 1 : 0)
            commit(0..<due * shape.autoCommitBlocks, step: 0, partitions: { $0 }, to: &offsets)
        } else {
            let step: Int64 = fidelity.has(.commitsLastOffset) ? 1 : 0
            let whole = moment.blocksCommitted
            commit(0..<whole, step: step, partitions: { $0 }, to: &offsets)
            // One partition after the other is committed; half of those that have records in the group were.
            let part = whole..<whole + moment.partialCommitBlocks
            commit(part, step: step, partitions: { $0 / 2 }, to: &offsets)
        }
        return offsets
    }

    /// What the latest death adds: if no other follows, the sink ends with the rows it has, those of the blocks that are
    /// known, and those of what is read from the committed offsets on.
    private mutating func toll() -> DeathToll {
        let known = batchesRunAgain.flatMap(\.blocks) + waitingAfterRestart
        let unread = zip(committed, ends).map { $0..<$1 }
        func sum(_ isCounted: (Block) -> Bool) -> Int { known.filter(isCounted).reduce(0) { $0 + $1.records } }
        func ingestDuplicates(_ first: Int, _ offsets: OffsetSet, _ isNew: (Block) -> Bool) -> Int {
            var offsets = offsets
            for block in known { offsets.insert(block.offsets) }
            offsets.insert(unread)
            return first + sum(isNew) + unread.reduce(0) { $0 + $1.count } - offsets.count
        }
        var all = held
        for block in known { all.take(block.offsets) }
        all.take(unread)

        var total = DeathToll()
        total.n = ingestDuplicates(firstRows, written) { !$0.isOut }
        total.E = rows - firstRows + sum(\.isOut)
        total.lost = shape.records - all.count
        total.ingestDuplicates =
            sink == .transactional ? ingestDuplicates(firstReads, read) { !$0.isRead } : total.n
        var added = total
        added.n -= sofar.n
        added.E -= sofar.E
        added.ingestDuplicates -= sofar.ingestDuplicates
        added.lost -= sofar.lost
        added.isForgotten = strategy != .receiverWal || forgetsLog
        sofar = total
        return added
    }
}
