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

    /// Calls `body` with the records of `range`, a piece of at most `chunkRecords` at a time.
    func read(_ range: OffsetRange, _ body: (Block) throws -> Void) throws {
        let reader = try openReader()
        try reader.seek(range.partition, to: range.from)
        var position = range.from
        while position < range.until {
            try seams.crash.before(.taskRead)
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

    private func openReader() throws -> any RecordReader {
        if let reader { return reader }
        let opened = try seams.broker.openReader(
            at: configuration.partitions.map { ($0, configuration.starts[Int($0)]) })
        reader = opened
        return opened
    }
}
