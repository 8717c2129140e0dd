// `raw`: polls and drops, which is the speed of the client library itself.
internal import World

/// Reads all input and keeps nothing of it.
final class RawLoop {
    private let configuration: EngineConfiguration
    private let counters: EngineCounters
    private let reader: any RecordReader
    private let patience: Patience

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.configuration = configuration
        self.counters = counters
        reader = try seams.broker.openDiscardingReader(
            at: configuration.starts.enumerated().map { (Partition($0), $1) })
        patience = Patience(configuration: configuration, clock: seams.clock)
    }

    /// Takes what has arrived. False: the input is exhausted.
    func step() throws -> Bool {
        let isExhausted = configuration.partitions.allSatisfy {
            reader.position(of: $0) >= configuration.ends[Int($0)]
        }
        if isExhausted { return false }
        let (count, bytes) = try reader.discard(limit: 10_000, timeout: .milliseconds(10))
        counters.add(.recordsFetched, count)
        counters.add(.bytesFetched, bytes)
        let positions = { [configuration, reader] in configuration.partitions.map { reader.position(of: $0) } }
        try patience.check(isProgress: count > 0, "offsets \(positions())")
        return true
    }

    func close() { reader.close() }
}
