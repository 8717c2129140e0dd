// Reads exactly one offset range from the broker, in pieces.
internal import World

/// Reads ranges with one reader that stays open and moves on from range to range.
final class RangeReader {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private let counters: EngineCounters
    private let block: Block
    private var reader: (any RecordReader)?
    private let patience: Patience

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) {
        self.configuration = configuration
        self.seams = seams
        self.counters = counters
        block = Block()
        patience = Patience(configuration: configuration, clock: seams.clock)
    }

    /// Calls `body` with the records of `range`, which is one of `batch`, a piece of at most `chunkRecords` at a time.
    func read(_ range: OffsetRange, of batch: PlannedBatch, _ body: (Block) throws -> Void) throws {
        let reader = try openReader(at: batch.ranges)
        try reader.seek(range.partition, to: range.from)
        var position = range.from
        while position < range.until {
            try seams.crash.before(.taskRead)
            try seams.crash.fail(.taskRead)
            block.removeAll()
            position = try fill(from: position, of: range, reader: reader)
            try seams.crash.after(.taskRead)
            counters.add(.recordsFetched, block.recordCount)
            counters.add(.bytesFetched, block.payloadByteCount)
            try body(block)
        }
    }

    func close() { reader?.close() }

    /// Fills the block from `start` on; returns the position reached, `until` or a whole piece further.
    private func fill(from start: Offset, of range: OffsetRange, reader: any RecordReader) throws -> Offset {
        var position = start
        patience.start()
        while position < range.until, block.recordCount < configuration.chunkRecords {
            let before = position
            (_, position) = try reader.fetch(
                range.partition, until: range.until, limit: configuration.chunkRecords - block.recordCount,
                into: block, timeout: .milliseconds(100))
            try patience.check(
                isProgress: position > before, "\(seams.broker.topic)/\(range.partition)@\(position)")
        }
        return position
    }

    /// Opens the reader where the life's first batch begins: what was read before may be gone from the broker.
    private func openReader(at ranges: [OffsetRange]) throws -> any RecordReader {
        if let reader { return reader }
        var positions = configuration.starts
        for range in ranges { positions[Int(range.partition)] = range.from }
        let opened = try seams.broker.openReader(at: positions.enumerated().map { (Partition($0), $1) })
        reader = opened
        return opened
    }
}
