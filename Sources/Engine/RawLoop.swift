// `raw`: polls and drops, which is the speed of the client library itself.
internal import World

/// Reads all input and keeps nothing of it.
final class RawLoop {
    private let configuration: EngineConfiguration
    private let counters: EngineCounters
    private let clock: any Clock
    private let reader: any RecordReader
    private var progressAt: Nanoseconds

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.configuration = configuration
        self.counters = counters
        clock = seams.clock
        reader = try seams.broker.openReader(at: configuration.starts.enumerated().map { (Partition($0), $1) })
        progressAt = seams.clock.now()
    }

    /// Takes what has arrived. False: the input is exhausted.
    func step() throws -> Bool {
        let isExhausted = configuration.partitions.allSatisfy {
            reader.position(of: $0) >= configuration.ends[Int($0)]
        }
        if isExhausted { return false }
        let (count, bytes) = try reader.discard(limit: 10_000, timeout: .milliseconds(10))
        if count > 0 {
            progressAt = clock.now()
            counters.add(.recordsFetched, count)
            counters.add(.bytesFetched, bytes)
        } else if clock.now() > progressAt + UInt64(configuration.readTimeoutMilliseconds) * 1_000_000 {
            throw EngineError(
                .unreadableRange, "no record for \(configuration.readTimeoutMilliseconds) ms before the input's end",
                location: "partitions at \(configuration.partitions.map { reader.position(of: $0) })")
        }
        return true
    }

    func close() { reader.close() }
}
