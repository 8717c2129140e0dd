// Runs one task: reads its records piece by piece, checks them, and hands their rows to the sink.
internal import Evidence
internal import Ingestion
internal import World
internal import WriteAheadLog

/// The identity job: every record goes to the sink, as a row where the sink takes rows.
final class TaskRunner {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private let sink: any Sink
    /// Tells the records of a producer that is not kbench apart; nil: they say themselves which they are.
    private let places: PlaceNumbers?
    private let journal: ReadJournal
    private let rows: SinkRows
    private let rangeBlock = Block()
    /// What ranges are read into, a piece at a time: the block, or what the sink would rather have.
    private let rangePiece: any RangePiece
    /// Opens the batches of blocks that keep them as they came; nil: this world has no such blocks.
    private lazy var opener = seams.makeOpener?()
    /// What they are opened into, for sinks that want more of a record than that it came.
    private lazy var openedBlock = Block()
    private let shuffle: Shuffle?
    /// Verifies blocks before their tasks come to them; nil where they are not verified by themselves, or not ahead.
    var ahead: VerifyAhead?
    private let readBlock: (ReceivedBlock) throws -> Block
    private let rangeReader: RangeReader

    /// Makes the runner of a slot, which writes to `sink`, or opens the one configured; `readBlock` brings a block back
    /// from the log.
    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, sink: (any Sink)? = nil, slot: Int,
        shuffle: Shuffle?, dataLoss: DataLoss, readBlock: @escaping (ReceivedBlock) throws -> Block
    ) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        self.shuffle = shuffle
        rangeReader = RangeReader(
            configuration: configuration, seams: seams, counters: counters, dataLoss: dataLoss)
        self.readBlock = readBlock
        places =
            configuration.origin == .anyone ? configuration.placeNumbers : nil
        let sink =
            try seams.output.map { OperationSink($0) as any Sink } ?? sink
            ?? configuration.sink.open(configuration, seams: seams, slot: slot)
        self.sink = sink
        // What goes to another task first has to be kept whole.
        rangePiece = (shuffle == nil ? sink.makePiece(capacity: configuration.chunkRecords) : nil) ?? rangeBlock
        journal = try ReadJournal(
            directory: RunFolder.evidence(of: configuration.outputFolder), disk: seams.disk, slot: slot)
        rows = SinkRows(capacity: sink.takesRows ? configuration.chunkRecords : 0)
    }

    /// Makes what verifies blocks ahead of the slot's tasks; nil: the sink wants more of them than that, or there is no
    /// thread for it.
    ///
    /// - Throws: what keeps a thread from being started.
    func makeVerifyAhead() throws -> VerifyAhead? {
        guard seams.threads.canRunAhead, rangePiece is VerifiedPiece else { return nil }
        return try VerifyAhead(
            threads: seams.threads, numbering: RecordNumbering(configuration), opener: seams.makeOpener?())
    }

    /// Opens the reader that range tasks need.
    func openReader(for batch: PlannedBatch) throws {
        try rangeReader.open(for: batch.number) { batch.ranges }
    }

    /// Runs the task at `ordinal` of `batch` until an attempt succeeds.
    ///
    /// - Throws: ``EngineError``, `taskFailed`, when none did.
    func run(_ ordinal: Int, of batch: PlannedBatch) throws {
        for attempt in 1... {
            do {
                return try self.attempt(ordinal, of: batch)
            } catch let failure as TaskFailure {
                try sink.abandon()
                guard attempt < configuration.taskAttempts else {
                    throw EngineError(
                        .taskFailed, "task \(ordinal) of batch \(batch.number) failed at each of \(attempt) attempts",
                        cause: "\(failure)", location: "batch \(batch.number), task \(ordinal)")
                }
            }
        }
    }

    private func attempt(_ ordinal: Int, of batch: PlannedBatch) throws {
        if let shuffle { return try run(ordinal, of: batch, through: shuffle) }
        switch batch.tasks[ordinal] {
        case .block(let received):
            try seams.crash.before(.taskRead)
            try seams.crash.fail(.taskRead)
            guard let block = try received.memory ?? blockFromLog(received) else { return }
            try seams.crash.after(.taskRead)
            let task = OutputTask(
                batch: batch.number, ordinal: ordinal, partition: nil, ranges: block.offsetRanges)
            let verified = received.memory == nil ? nil : ahead?.take(block)
            let piece = try verified ?? opened(block, received)
            let isNew = try sink.begin(task)
            try output(piece, of: task, ingest: received.ingest, isNew: isNew, isFresh: !batch.isRunAgain)
            if isNew { try sink.finish(task) }
            if let verified { ahead?.giveBack(verified) }
        case .range(let range):
            let task = OutputTask(
                batch: batch.number, ordinal: ordinal, partition: range.partition, ranges: [range],
                piece: batch.piece(of: ordinal))
            let isNew = try sink.begin(task)
            try rangeReader.read(
                range, of: (batch.number, batch.isRunAgain), into: rangePiece, all: { batch.ranges }
            ) {
                try output(rangePiece, of: task, ingest: batch.number, isNew: isNew, isFresh: !batch.isRunAgain)
            }
            if isNew { try sink.finish(task) }
        case .shuffled: break
        }
    }

    /// As ``run(_:of:)``, with what is read going to files first, and from there to the tasks that write it.
    private func run(_ ordinal: Int, of batch: PlannedBatch, through shuffle: Shuffle) throws {
        switch batch.tasks[ordinal] {
        case .block(let received):
            try seams.crash.before(.taskRead)
            try seams.crash.fail(.taskRead)
            guard let block = try received.memory ?? blockFromLog(received) else { return }
            try seams.crash.after(.taskRead)
            let writer = try shuffle.writer(of: ordinal)
            guard let records = try opened(block, received) as? Block else {
                // Our own bug: where there is a shuffle, pieces are blocks.
                preconditionFailure("a shuffle of what is no block")
            }
            try handOver(records, of: batch.number, ingest: received.ingest, to: writer)
            shuffle.finish(writer)
        case .range(let range):
            let writer = try shuffle.writer(of: ordinal)
            try rangeReader.read(
                range, of: (batch.number, batch.isRunAgain), into: rangeBlock, all: { batch.ranges }
            ) {
                try handOver(rangeBlock, of: batch.number, ingest: batch.number, to: writer)
            }
            shuffle.finish(writer)
        case .shuffled(let partition):
            let task = OutputTask(
                batch: batch.number, ordinal: partition, partition: nil, ranges: [], piece: 0, isShuffled: true)
            let isNew = try sink.begin(task)
            try shuffle.forEachBlock(of: partition) { block, ingest in
                try output(block, of: task, ingest: ingest, isNew: isNew, isFresh: !batch.isRunAgain)
            }
            if isNew { try sink.finish(task) }
        }
    }

    private func handOver(_ block: Block, of batch: Int64, ingest: Int64, to writer: ShuffleWriter) throws {
        counters.add(.recordsRead, block.recordCount)
        try journal.append(batch: batch, ingest: ingest, ranges: block.offsetRanges)
        try writer.write(block, ingest: ingest)
    }

    /// Makes what all tasks wrote durable.
    func syncSink() throws {
        try seams.crash.before(.sinkSync)
        try sink.sync()
        try seams.crash.after(.sinkSync)
    }

    func close() {
        sink.close()
        journal.close()
        rangeReader.close()
    }

    private func output(
        _ piece: any RangePiece, of task: OutputTask, ingest: Int64, isNew: Bool, isFresh: Bool
    ) throws {
        if sink.takesRows, let block = piece as? Block { fillRows(from: block, batch: task.batch, ingest: ingest) }
        // What a shuffle gathered was counted and journaled when it was read.
        if !task.isShuffled { counters.add(.recordsRead, piece.recordCount) }
        let work = Nanoseconds(configuration.tasks.simulatedWorkMicroseconds * piece.recordCount) * 1_000
        if work > 0 { seams.clock.sleep(work) }

        try seams.crash.before(.sinkWrite)
        if !task.isShuffled { try journal.append(batch: task.batch, ingest: ingest, ranges: piece.offsetRanges) }
        if isNew {
            counters.add(.recordsCorrupted, try sink.write(piece, as: rows))
            counters.note(.firstOutputAt, at: seams.clock.now())
            if isFresh { counters.note(.firstFreshOutputAt, at: seams.clock.now()) }
            counters.add(.recordsWritten, piece.recordCount)
        }
        try seams.crash.after(.sinkWrite)
        try seams.crash.fail(.sinkWrite)
    }

    private func fillRows(from block: Block, batch: Int64, ingest: Int64) {
        rows.removeAll()
        var corrupted = 0
        block.forEachRecord { partition, offset, _, value in
            let identity =
                if let places {
                    places.number(of: partition, offset).map {
                        RecordFormat.Identity(producer: 0, sequence: UInt64($0))
                    }
                } else {
                    value.flatMap { RecordFormat.read($0) }
                }
            if identity == nil { corrupted += 1 }
            rows.append(
                SinkEntry(
                    identity: identity ?? RecordFormat.Identity(producer: 0, sequence: 0),
                    isCorrupted: identity == nil, partition: partition, offset: offset, batch: batch, ingest: ingest))
        }
        counters.add(.recordsCorrupted, corrupted)
    }

    /// The records of a block: those that it has, or those of its batches, which are opened here and not before.
    private func opened(_ block: Block, _ received: ReceivedBlock) throws -> any RangePiece {
        guard block.encoding == .batches else { return block }
        func damaged(_ reason: String) -> EngineError {
            EngineError(
                .damagedBlock, "block \(received.position.sequence) of \(received.recordCount) records: \(reason)",
                location:
                    "\(RunFolder.blockLog(of: configuration.directory)), segment \(received.position.segment), byte "
                    + "\(received.position.offset)")
        }
        guard let opener else { throw damaged("it keeps batches as they came, and nothing here can open them") }
        do {
            if let piece = rangePiece as? VerifiedPiece {
                piece.removeAll()
                try piece.add(block, opener)
                return piece
            }
            openedBlock.removeAll()
            try block.forEachBatch { try opener.open($0, into: openedBlock) }
            return openedBlock
        } catch let error as BlockFormatError {
            throw damaged("a batch of it cannot be opened: \(error)")
        }
    }

    /// Reads a block back; nil where the run goes on without one that the log cannot give back.
    private func blockFromLog(_ received: ReceivedBlock) throws -> Block? {
        do {
            return try readBlock(received)
        } catch let error as LogError where error.cause == nil && configuration.fidelity.has(.skipsDamagedBlocks) {
            counters.add(.blocksSkipped, 1)
            return nil
        }
    }
}
