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
        sink = try configuration.sink.open(in: RunFolder.sink(of: configuration.directory), disk: seams.disk)
        journal = try ReadJournal(directory: RunFolder.evidence(of: configuration.directory), disk: seams.disk)
        rows = SinkRows(capacity: configuration.chunkRecords)
    }

    func run(_ input: TaskInput, of batch: PlannedBatch) throws {
        switch input {
        case .block(let received):
            try seams.crash.before(.taskRead)
            let block = try received.memory ?? readBlock(received)
            try seams.crash.after(.taskRead)
            try output(block, batch: batch.number, ingest: received.ingest)
        case .range(let range):
            try rangeReader.read(range) { block in
                try output(block, batch: batch.number, ingest: batch.number)
            }
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

    private func output(_ block: Block, batch: Int64, ingest: Int64) throws {
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
        counters.add(.recordsRead, block.recordCount)
        counters.add(.recordsCorrupted, corrupted)

        try seams.crash.before(.sinkWrite)
        try journal.append(batch: batch, ingest: ingest, ranges: block.offsetRanges)
        try sink.write(rows)
        if counters[.firstOutputAt] == 0 { counters[.firstOutputAt] = seams.clock.now() }
        counters.add(.recordsWritten, rows.count)
        try seams.crash.after(.sinkWrite)
    }
}
