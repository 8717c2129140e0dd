// Runs one task: reads its records piece by piece, checks them, and hands their rows to the sink.
internal import World
internal import WriteAheadLog

/// The identity job: every record becomes one row of the sink.
final class TaskRunner {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private let sink: any Sink
    private let journal: ReadJournal
    private let rows: SinkRows
    private let readBlock: (ReceivedBlock) throws -> Block
    private lazy var rangeReader = RangeReader(configuration: configuration, seams: seams, counters: counters)

    /// Makes a runner; `readBlock` brings a block back from the log.
    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters,
        readBlock: @escaping (ReceivedBlock) throws -> Block
    ) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        self.readBlock = readBlock
        sink = try configuration.sink.open(in: RunFolder.sink(of: configuration.directory), seams: seams)
        journal = try ReadJournal(directory: RunFolder.evidence(of: configuration.directory), disk: seams.disk)
        rows = SinkRows(capacity: configuration.chunkRecords)
    }

    /// Runs the task at `ordinal` of `batch`.
    ///
    /// - Throws: `TaskFailure` when it may be run again, and then none of its output is under way any more.
    func run(_ ordinal: Int, of batch: PlannedBatch) throws {
        do {
            try attempt(ordinal, of: batch)
        } catch let failure as TaskFailure {
            sink.abandon()
            throw failure
        }
    }

    private func attempt(_ ordinal: Int, of batch: PlannedBatch) throws {
        switch batch.tasks[ordinal] {
        case .block(let received):
            try seams.crash.before(.taskRead)
            try seams.crash.fail(.taskRead)
            guard let block = try received.memory ?? blockFromLog(received) else { return }
            try seams.crash.after(.taskRead)
            let task = OutputTask(
                batch: batch.number, ordinal: ordinal, partition: nil, ranges: block.offsetRanges)
            let isNew = try sink.begin(task)
            try output(block, of: task, ingest: received.ingest, isNew: isNew)
            if isNew { try sink.finish(task) }
        case .range(let range):
            let task = OutputTask(
                batch: batch.number, ordinal: ordinal, partition: range.partition, ranges: [range])
            let isNew = try sink.begin(task)
            try rangeReader.read(range, of: batch) { block in
                try output(block, of: task, ingest: batch.number, isNew: isNew)
            }
            if isNew { try sink.finish(task) }
        }
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

    private func output(_ block: Block, of task: OutputTask, ingest: Int64, isNew: Bool) throws {
        rows.removeAll()
        var corrupted = 0
        block.forEachRecord { partition, offset, _, value in
            let identity = value.flatMap { RecordFormat.read($0) }
            if identity == nil { corrupted += 1 }
            rows.append(
                SinkEntry(
                    identity: identity ?? RecordFormat.Identity(producer: 0, sequence: 0),
                    isCorrupted: identity == nil, partition: partition, offset: offset, batch: task.batch,
                    ingest: ingest))
        }
        counters.add(.recordsRead, block.recordCount)
        counters.add(.recordsCorrupted, corrupted)

        try seams.crash.before(.sinkWrite)
        try journal.append(batch: task.batch, ingest: ingest, ranges: block.offsetRanges)
        if isNew {
            try sink.write(rows)
            if counters[.firstOutputAt] == 0 { counters[.firstOutputAt] = seams.clock.now() }
            counters.add(.recordsWritten, rows.count)
        }
        try seams.crash.after(.sinkWrite)
        try seams.crash.fail(.sinkWrite)
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
