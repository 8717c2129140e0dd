// `raw`: polls and drops, which is the speed of the client library itself.
internal import World

/// Reads all input and keeps nothing of it.
final class RawLoop {
    private let configuration: EngineConfiguration
    private let counters: EngineCounters
    private let reader: any RecordReader
    private let deadline: Deadline
    private let clock: any Clock
    private let observer: (any StageObserver)?

    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters) throws {
        self.configuration = configuration
        self.counters = counters
        clock = seams.clock
        observer = seams.observer
        counters.note(.askedAt, at: seams.clock.now())
        reader = try seams.broker.openDiscardingReader(
            at: configuration.starts.enumerated().map { (Partition($0), $1) })
        deadline = Deadline(configuration: configuration, clock: seams.clock)
    }

    /// Takes what has arrived. False: the input is exhausted.
    func step() throws -> Bool {
        let isExhausted = configuration.partitions.allSatisfy {
            reader.position(of: $0) >= configuration.ends[Int($0)]
        }
        if isExhausted { return false }
        let before = observer == nil ? [] : positions
        let (count, bytes) = try reader.discard(limit: 10_000, timeout: .milliseconds(10))
        if count > 0 { counters.note(.refetchedAt, at: clock.now()) }
        counters.add(.recordsFetched, count)
        counters.add(.bytesFetched, bytes)
        if let observer {
            observer.reached(
                .sink,
                zip(configuration.partitions, zip(before, positions)).map {
                    OffsetRange(partition: $0, from: $1.0, until: $1.1)
                })
        }
        try deadline.check(isProgress: count > 0, "offsets \(positions)")
        return true
    }

    private var positions: [Offset] { configuration.partitions.map { reader.position(of: $0) } }

    func close() { reader.close() }
}

extension RawLoop {
    /// Opens the pipeline of `raw`: one stage.
    static func open(_ life: Pipeline.Life) throws -> Pipeline {
        let loop = try RawLoop(configuration: life.configuration, seams: life.seams, counters: life.counters)
        return Pipeline(stages: [loop.step], closers: [loop.close])
    }
}
