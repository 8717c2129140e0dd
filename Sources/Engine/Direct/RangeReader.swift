// Reads exactly one offset range from the broker, in pieces.
internal import World

/// Reads ranges with one reader that stays open and moves on from range to range.
final class RangeReader {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private var reader: (any RecordReader)?
    /// How many partitions the reader has, counted from 0.
    private var opened = 0
    /// The batch whose ranges the reader is known to have the partitions of.
    private var openedFor: Int64?
    private let deadline: Deadline
    private let dataLoss: DataLoss

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, dataLoss: DataLoss) {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        deadline = Deadline(configuration: configuration, clock: seams.clock)
        self.dataLoss = dataLoss
    }

    /// Reads the records of `range`, at most `chunkRecords` at a time into `piece`, and calls `body` whenever that is full.
    /// The range is one of those of `batch`, which `all` gives: once for a batch, however many there are.
    func read(
        _ range: OffsetRange, of batch: (number: Int64, isRunAgain: Bool), into piece: any RangePiece,
        all: () -> [OffsetRange], _ body: () throws -> Void
    ) throws {
        let reader = try openReader(for: batch.number, all)
        if batch.isRunAgain { try dataLoss.checkThatItReaches(range) }
        try reader.seek(range.partition, to: range.from)
        var position = range.from
        while position < range.until {
            try seams.crash.before(.taskRead)
            try seams.crash.fail(.taskRead)
            piece.removeAll()
            position = try fill(piece, from: position, of: range, reader: reader)
            try seams.crash.after(.taskRead)
            if !batch.isRunAgain, piece.recordCount > 0 { counters.note(.refetchedAt, at: seams.clock.now()) }
            counters.add(.recordsFetched, piece.recordCount)
            counters.add(.bytesFetched, piece.payloadByteCount)
            try body()
        }
    }

    /// Opens the reader, if it is not open, for the ranges of a batch; for a batch without ranges there is none.
    func open(for batch: Int64, _ ranges: () -> [OffsetRange]) throws {
        let ranges = ranges()
        if !ranges.isEmpty { _ = try openReader(for: batch) { ranges } }
    }

    func close() { reader?.close() }

    /// Fills the piece from `start` on; returns the position reached, `until` or a whole piece further.
    private func fill(
        _ piece: any RangePiece, from start: Offset, of range: OffsetRange, reader: any RecordReader
    ) throws -> Offset {
        var position = start
        deadline.start()
        while position < range.until, piece.recordCount < configuration.chunkRecords {
            let before = position
            do {
                position = try piece.add(
                    from: reader, range.partition, until: range.until,
                    limit: configuration.chunkRecords - piece.recordCount, timeout: .milliseconds(100))
            } catch let error as BrokerError where error.code == .offsetOutOfRange {
                position = try dataLoss.settle(range.partition, at: position, until: range.until, isPlanned: true)
                if position < range.until { try reader.seek(range.partition, to: position) }
            }
            try deadline.check(
                isProgress: position > before, "\(seams.broker.topic)/\(range.partition)@\(position)")
        }
        return position
    }

    /// Opens the reader where the life's first batch begins: what was read before may be gone from the broker.
    private func openReader(for batch: Int64, _ all: () -> [OffsetRange]) throws -> any RecordReader {
        if let reader, batch == openedFor { return reader }
        let ranges = all()
        openedFor = batch
        let needed = Int(ranges.map(\.partition).max() ?? 0) + 1
        if let reader, needed <= opened { return reader }
        reader?.close()
        reader = nil
        opened = max(needed, min(configuration.starts.count, try seams.broker.partitionCount()))
        var positions = Array(configuration.starts.prefix(opened))
        for range in ranges { positions[Int(range.partition)] = range.from }
        counters.note(.askedAt, at: seams.clock.now())
        let new = try seams.broker.openReader(at: positions.enumerated().map { (Partition($0), $1) })
        reader = new
        return new
    }
}
