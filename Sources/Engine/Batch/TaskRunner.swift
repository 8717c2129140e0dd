// Runs one task: reads its records piece by piece, checks them, and hands their rows to the sink.
internal import World
internal import WriteAheadLog

/// The identity job: every record becomes one row of the sink. Where there is an output operation, it gets the records.
final class TaskRunner {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    /// Nil where an output operation takes its place.
    private let sink: (any Sink)?
    private let operation: (any OutputOperation)?
    /// What the running batch has handed to the output operation.
    private var finished: OutputBatch?
    private let journal: ReadJournal
    private let rows: SinkRows
    private let readBlock: (ReceivedBlock) throws -> Block
    private lazy var rangeReader = RangeReader(configuration: configuration, seams: seams, counters: counters)

    /// Makes a runner that writes to `sink`, or opens the one configured; `readBlock` brings a block back from the log.
    init(
        configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, sink: (any Sink)? = nil,
        readBlock: @escaping (ReceivedBlock) throws -> Block
    ) throws {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        self.readBlock = readBlock
        operation = seams.output
        self.sink =
            operation == nil
            ? try sink
                ?? configuration.sink.open(
                    in: RunFolder.sink(of: configuration.directory), for: configuration.strategy, seams: seams)
            : nil
        journal = try ReadJournal(directory: RunFolder.evidence(of: configuration.directory), disk: seams.disk)
        rows = SinkRows(capacity: configuration.chunkRecords)
    }

    /// Runs the task at `ordinal` of `batch`.
    func run(_ ordinal: Int, of batch: PlannedBatch) throws {
        switch batch.tasks[ordinal] {
        case .block(let received):
            try seams.crash.before(.taskRead)
            let block = try received.memory ?? readBlock(received)
            try seams.crash.after(.taskRead)
            let task = OutputTask(
                batch: batch.number, ordinal: ordinal, partition: nil, ranges: block.offsetRanges)
            let isNew = try begin(task)
            try output(block, of: task, ingest: received.ingest, isNew: isNew)
            if isNew { try finish(task) }
        case .range(let range):
            let task = OutputTask(
                batch: batch.number, ordinal: ordinal, partition: range.partition, ranges: [range])
            let isNew = try begin(task)
            try rangeReader.read(range, of: batch) { block in
                try output(block, of: task, ingest: batch.number, isNew: isNew)
            }
            if isNew { try finish(task) }
        }
    }

    /// Makes what all tasks wrote durable.
    func syncSink() throws {
        try seams.crash.before(.sinkSync)
        try sink?.sync()
        // A batch without a task has nothing to output.
        if let finished { try operation?.complete(finished) }
        finished = nil
        try seams.crash.after(.sinkSync)
    }

    func close() {
        sink?.close()
        operation?.close()
        journal.close()
        rangeReader.close()
    }

    private func begin(_ task: OutputTask) throws -> Bool { try sink?.begin(task) ?? true }

    private func finish(_ task: OutputTask) throws {
        try sink?.finish(task)
        guard operation != nil else { return }
        finished = OutputBatch(number: task.batch, ranges: (finished?.ranges ?? []) + task.ranges)
    }

    private func output(_ block: Block, of task: OutputTask, ingest: Int64, isNew: Bool) throws {
        // An output operation makes of the records what it likes, and they may be any producer's.
        if sink != nil { fillRows(from: block, batch: task.batch, ingest: ingest) }
        counters.add(.recordsRead, block.recordCount)

        try seams.crash.before(.sinkWrite)
        try journal.append(batch: task.batch, ingest: ingest, ranges: block.offsetRanges)
        if isNew {
            try sink?.write(rows)
            try operation?.process(block, of: task)
            if counters[.firstOutputAt] == 0 { counters[.firstOutputAt] = seams.clock.now() }
            counters.add(.recordsWritten, block.recordCount)
        }
        try seams.crash.after(.sinkWrite)
    }

    private func fillRows(from block: Block, batch: Int64, ingest: Int64) {
        rows.removeAll()
        var corrupted = 0
        block.forEachRecord { partition, offset, _, value in
            let identity = value.flatMap { RecordFormat.read($0) }
            if identity == nil { corrupted += 1 }
            rows.append(
                SinkEntry(
                    identity: identity ?? RecordFormat.Identity(producer: 0, sequence: 0),
                    isCorrupted: identity == nil, partition: partition, offset: offset, batch: batch, ingest: ingest))
        }
        counters.add(.recordsCorrupted, corrupted)
    }
}
