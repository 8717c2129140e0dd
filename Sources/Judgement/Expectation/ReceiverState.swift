// What a receiver leaves to its next life: offsets, blocks, batches, a checkpoint, and the rows of the sink.
internal import Evidence
internal import Ingestion
internal import World

/// The state of `receiver`, `receiver-reliable` and `receiver-wal`.
struct ReceiverState: LifeState {
    /// A block in the event log.
    private struct Block: Hashable {
        /// By partition: its records, by their places among the partition's records.
        var records: [Range<Int64>]
        /// Whether its records are in the sink.
        var isOut = false
        /// Whether a task has read it.
        var isRead = false

        var count: Int { records.reduce(0) { $0 + $1.count } }
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
    private var cuts: LoadCuts
    private var shape: LoadShape { cuts.shape }
    /// The records that the life takes in before it stops to; nil: all there are.
    var intake: Int?

    /// By partition: what the group has committed.
    private var committed: [Offset?]
    /// Blocks in the event log that no batch has taken, oldest first.
    private var waiting: [Block] = []
    /// Batches in the event log that the checkpoint does not call complete, oldest first.
    private var unfinished: [Batch] = []
    /// The newest batch in the event log; they are numbered from 1.
    private var latest = 0
    private var cleanedThrough = 0
    private var checkpoint: Checkpoint?
    private var leftover = Leftover.nothing
    /// Where blocks begin, by partition, that lie at the end of the block log and that no event names.
    private var unannounced: [[Offset?]] = []

    /// Rows written, and those of them that were not there twice because a block was output twice.
    private var rows = 0
    private var firstRows = 0
    /// The records written, by their places.
    private var written: OffsetSet
    /// The same of records read, which are more where a sink shows a task's output all at once.
    private var firstReads = 0
    private var read: OffsetSet
    /// What is left of it in the sink, or in a job's state.
    private var held: HeldRecords
    /// What all deaths so far come to.
    private var sofar = DeathToll()

    init(strategy: Strategy, sink: SinkKind, job: Job, fidelity: Fidelity, cuts: LoadCuts) {
        self.strategy = strategy
        self.sink = sink
        keepsState = job.keepsState
        self.fidelity = fidelity
        self.cuts = cuts
        committed = cuts.layout.partitions.map { _ in nil }
        written = OffsetSet(partitions: committed.count)
        read = written
        held = HeldRecords(partitions: committed.count, comparesOffsets: sink.keepsOffsets || keepsState)
    }

    // MARK: What a restart finds

    /// By partition: where the next life begins to read.
    private var positions: [Offset] { zip(committed, cuts.layout.starts).map { $0 ?? $1 } }

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
                tasks: batch.blocks.map { LifeScript.Task(writes: [$0.count], isDropped: $0.isOut) },
                isRunAgain: true, isKnown: batch.number <= checkpoint?.latest ?? 0)
        }
        let reception = cuts.reception(from: positions, taking: intake)
        let groups = reception.groups
        var open = waitingAfterRestart.map(\.count)
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
        if sink.keepsOffsets { noteDropped(&batches, again, blocks: groups.reduce(0) { $0 + $1.count }) }
        return LifeScript(
            batches: batches, groups: groups, endsWithEmptyPoll: reception.endsWithEmptyPoll, leftover: leftover)
    }

    /// Notes which tasks find all their offsets stored: also those of a new block, when it holds what came before.
    private func noteDropped(_ batches: inout [LifeScript.Batch], _ again: [Batch], blocks: Int) {
        var queue = (again.flatMap(\.blocks) + waitingAfterRestart).map(\.records)
        queue += cuts.blocks(blocks, from: positions).map(\.records)
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
        let cut = cuts.blocks(max(moment.blocksCut, moment.blocksAnnounced), from: positions)
        var queue = waitingAfterRestart + cut.prefix(moment.blocksAnnounced).map { Block(records: $0.records) }
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
        let stored = max(moment.blocksAnnounced, moment.blocksStored)
        unannounced = cut[moment.blocksAnnounced..<stored].map { block in
            block.records.enumerated().map { partition, records in
                records.isEmpty ? nil : cuts.offset(of: records.lowerBound, in: partition)
            }
        }
        leftover = moment.leftover
        return toll()
    }

    /// Outputs the blocks that the first `records` records of a batch came from; a job's state holds them only if it is
    /// durable.
    private mutating func output(_ blocks: inout [Block], _ records: Int, isHeld: Bool) {
        for index in first(records, of: blocks) {
            rows += blocks[index].count
            if isHeld || !keepsState { held.take(blocks[index].records) }
            guard !blocks[index].isOut else { continue }
            blocks[index].isOut = true
            firstRows += blocks[index].count
            written.insert(blocks[index].records)
        }
    }

    /// Notes that the blocks that the first `records` records of a batch came from were read.
    private mutating func note(readOf blocks: inout [Block], _ records: Int) {
        for index in first(records, of: blocks) where !blocks[index].isRead {
            blocks[index].isRead = true
            firstReads += blocks[index].count
            read.insert(blocks[index].records)
        }
    }

    private func first(_ records: Int, of blocks: [Block]) -> Range<Int> {
        var left = records
        return blocks.indices.prefix { index in
            left -= blocks[index].count
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
    private func offsetsCommitted(_ moment: CrashMoment, _ cut: [LoadCuts.Block]) -> [Offset?] {
        // What a block names ends behind its last record, whatever gap follows.
        func commit(_ blocks: Range<Int>, step: Int64, partitions: (Int) -> Int, to offsets: inout [Offset?]) {
            guard let last = cut[blocks].last?.records else { return }
            let present = last.indices.filter { partition in cut[blocks].contains { !$0.records[partition].isEmpty } }
            for partition in present.prefix(partitions(present.count)) {
                offsets[partition] = cuts.offset(behind: last[partition].upperBound, in: partition) - step
            }
        }
        var offsets = committed
        if strategy == .receiver {
            // It commits where it stands, gaps that it has passed included.
            let due = moment.blocksCut / shape.autoCommitBlocks - (moment.isAutoCommitUnderWay ? 1 : 0)
            let blocks = moment.isCommittedAtLast ? moment.blocksCut : due * shape.autoCommitBlocks
            if blocks > 0 {
                for (partition, position) in cut[blocks - 1].positions.enumerated()
                where position > positions[partition] { offsets[partition] = position }
            }
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

    mutating func endure(_ events: [BrokerEvent], arrivals: Int, policy: DataLossPolicy) -> Endurance {
        for event in events {
            cuts.endure(event)
            switch event {
            case .forgetOffsets, .topicAnew: committed = committed.map { _ in nil }
            case .moveOffsets(let partition, let by):
                for index in committed.indices where partition.map({ Int($0) == index }) ?? true {
                    committed[index] = committed[index].map { max(0, $0 + by) }
                }
            case .addPartitions(let count):
                committed += Array(repeating: nil, count: count)
                for _ in 0..<count {
                    written.grow()
                    read.grow()
                    held.grow()
                }
            case .retention, .deleteRecords: break
            }
        }
        cuts.arrive(arrivals)
        let ends = cuts.layout.ends
        for (partition, position) in positions.enumerated() {
            if position > ends[partition] { return policy == .fail || sink.isKeyedByOffset ? .refused : .unknown }
            if position < cuts.lows[partition], position < ends[partition], policy == .fail { return .refused }
        }
        // A block of which no event speaks must not be committed.
        if strategy == .receiverWal, fidelity.comparesWhatItFinds {
            for (begin, next) in unannounced.flatMap({ zip($0, committed) }) {
                if let begin, let next, begin < next { return .refused }
            }
        }
        // Offsets, or numbers that a ledger has no room for, tell records apart there.
        if events.contains(.topicAnew), sink.isKeyedByOffset || sink == .counting || keepsState { return .unknown }
        _ = toll()
        return .goesOn(sofar)
    }

    /// What the latest death adds: if no other follows, the sink ends with the rows it has, those of the blocks that are
    /// known, and those of what is read from the committed offsets on.
    private mutating func toll() -> DeathToll {
        let known = batchesRunAgain.flatMap(\.blocks) + waitingAfterRestart
        let unread = cuts.unread(from: positions)
        func sum(_ isCounted: (Block) -> Bool) -> Int { known.filter(isCounted).reduce(0) { $0 + $1.count } }
        func ingestDuplicates(_ first: Int, _ offsets: OffsetSet, _ isNew: (Block) -> Bool) -> Int {
            var offsets = offsets
            for block in known { offsets.insert(block.records) }
            offsets.insert(unread)
            return first + sum(isNew) + unread.reduce(0) { $0 + $1.count } - offsets.count
        }
        var all = held
        for block in known { all.take(block.records) }
        all.take(unread)

        var total = DeathToll()
        total.n = ingestDuplicates(firstRows, written) { !$0.isOut }
        total.E = rows - firstRows + sum(\.isOut)
        total.lost = cuts.count - all.count
        total.ingestDuplicates =
            sink.keepsOffsets ? ingestDuplicates(firstReads, read) { !$0.isRead } : total.n
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
