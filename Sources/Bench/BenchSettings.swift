// What a benchmark is to measure, and on which load.
internal import Engine
internal import Evidence
public import Harness
public import Ingestion
internal import World

/// The settings of a benchmark.
public struct BenchSettings: Equatable, Sendable {
    /// The strategies; `raw` is always measured beside them.
    public var strategies: [Strategy]
    /// The sinks; a strategy that can write to none of them is measured with the one it needs.
    public var sinks: [SinkKind]
    /// The clients that workers read with, at least one: each has rows of its own, whose base is `raw` with the first.
    public var clients = [ClientKind.librdkafka]
    /// Records to produce.
    public var records = 2_000_000
    /// Bytes of each record's value, within ``recordBytesRange``.
    public var recordBytes = 200
    /// Partitions of the topic.
    public var partitions = 96
    /// A topic that is there already, whose records are measured in place of produced ones; nil: none.
    public var topic: String?
    /// Where a topic's records begin to count: those of this moment or later, in milliseconds since 1970; nil: all do.
    public var startTimestamp: Int64?
    /// How produced records are made and spread; nil: all alike and evenly.
    public var load: LoadSettings?
    /// Rounds, at least 1.
    public var pairs = 7
    /// The seed of payloads and orders.
    public var seed: UInt64 = 1
    /// How the topic is compressed by its producer; nil: as the user's properties say, and they say nothing as a rule.
    public var topicCompression: TopicCompression?
    /// Copies of the write-ahead log, at least 1.
    public var logReplicas = 1
    /// The zstd level of the log; nil: not compressed.
    public var zstdLevel: Int?
    /// Records of a block; nil: 10,000, or less where the load would not fill 50 of them.
    public var blockRecords: Int?
    /// Records of a batch; nil: 3 blocks, which is less than a reader prefetches.
    public var batchRecords: Int?
    /// Blocks of one sync and one commit, at most; nil: those of a batch, up to 3, or 1 where blocks are cut by time.
    public var groupCommitBlocks: Int?
    /// Milliseconds between two blocks, where they are cut by time.
    public var blockInterval: Int?
    /// Milliseconds between two batches, where they are cut by time.
    public var batchInterval: Int?
    /// Records offered a second while latency is measured; nil: a share of what the row was measured to take.
    public var rate: Double?
    /// How long records are offered, in seconds.
    public var latencySeconds = 2.0
    /// Processor time that workers waste on purpose, as a share of what they use; 0 for none.
    public var plantedSlowdown = 0.0
    /// Whether latency is measured.
    public var measuresLatency = true
    /// Whether one crash is tried for each row.
    public var measuresCrash = true

    /// Makes settings with defaults for everything else.
    public init(strategies: [Strategy], sinks: [SinkKind]) {
        self.strategies = strategies
        self.sinks = sinks
    }

    /// What a record may have, in bytes: from less than kbench's own records need to Kafka's default limit.
    public static let recordBytesRange = 10...1_000_000
    /// The part of a row's own rate at which its latency is measured.
    public static let latencyShare = 0.5
    /// Records of a block of a large load, unless something else is asked for.
    static let usualBlockRecords = 10_000
    /// Blocks of one sync and one commit, unless something else is asked for or a batch has fewer.
    static let usualGroupCommitBlocks = 3
    /// Milliseconds between two blocks of an open loop, unless something else is asked for.
    static let usualBlockInterval = 20
    /// Milliseconds between two batches of an open loop, unless something else is asked for.
    static let usualBatchInterval = 100

    /// Whose records are measured: those of a given topic, and those too small to say what they are, are told apart by
    /// their offsets.
    var origin: RecordOrigin {
        if let load, topic == nil { return load.meanBytes == nil && recordBytes < least ? .anyone : load.origin }
        return topic != nil || recordBytes < least ? .anyone : .kbench
    }

    /// Fewer bytes than kbench's own records have.
    private var least: Int { ScenarioLimits.recordBytes.lowerBound }

    /// Whether where each record lies is known beforehand, so that any sink can be judged.
    private var knowsPlaces: Bool { load != nil && topic == nil }

    /// Refuses sinks that could not tell the records apart.
    ///
    /// - Throws: ``Diagnosis``.
    func check() throws {
        try checkLoad()
        guard origin == .anyone, !knowsPlaces, let sink = sinks.first(where: \.traits.keepsRows) else { return }
        throw Diagnosis(
            cause: "--sink \(sink.rawValue): it knows records by what kbench writes into them, and "
                + (topic.map { "those of \($0) may be anybody's" }
                    ?? "\(recordBytes) bytes have no room for that"),
            fix: "use --sink counting, which knows records by their offsets", exitCode: .usage)
    }

    /// The strategies of the rows, `raw` left out.
    public var measuredStrategies: [Strategy] { cells.map(\.strategy) }
    /// The sinks of the rows.
    public var measuredSinks: [SinkKind] { cells.compactMap(\.sink) }

    /// Refuses what the load says otherwise.
    private func checkLoad() throws {
        func refuse(_ cause: String, _ fix: String) -> Diagnosis {
            Diagnosis(cause: cause, fix: fix, exitCode: .usage)
        }
        if startTimestamp != nil, topic == nil {
            throw refuse("--start-timestamp: records that are produced now are all of now", "name a filled --topic too")
        }
        guard let load else { return }
        if topic != nil { throw refuse("--load: a --topic is only read", "leave out one of the two") }
        if load.rate != nil {
            throw refuse(
                "--load: throughput is measured on records that are there, and the load has a rate",
                "remove rate from the file; --rate sets that of the latencies")
        }
        if let weights = load.weights, weights.count != partitions {
            throw refuse(
                "--load: \(weights.count) weights for \(partitions) partitions",
                "give --partitions \(weights.count), or a weight for each partition")
        }
    }

    /// How throughput trials cut: by count, unless a time was asked for.
    var cuts: Scenario.Cuts {
        blockInterval == nil && batchInterval == nil ? countCuts : openLoopCuts
    }

    /// How throughput trials cut and commit, in words.
    var cutsInWords: String {
        let group = group(of: cuts)
        return cuts.words + (group > 1 ? ", \(group) blocks a commit" : "")
    }

    /// The cuts by count.
    var countCuts: Scenario.Cuts {
        let block = blockRecords ?? BenchSettings.usualBlockRecords
        return .count(block: block, batch: max(block, batchRecords ?? 3 * block))
    }

    /// The settings with blocks that fit a load, unless their size was asked for.
    func sized(for records: Int) -> BenchSettings {
        var settings = self
        settings.blockRecords = blockRecords ?? min(BenchSettings.usualBlockRecords, max(1, records / 50))
        return settings
    }

    /// How open-loop trials cut.
    var openLoopCuts: Scenario.Cuts {
        .time(
            blockMilliseconds: blockInterval ?? BenchSettings.usualBlockInterval,
            batchMilliseconds: batchInterval ?? BenchSettings.usualBatchInterval)
    }

    /// The blocks that a receiver makes durable and commits at once. By time it takes what is there, and nothing waits.
    func group(of cuts: Scenario.Cuts) -> Int {
        switch cuts {
        case .count(let block, let batch):
            groupCommitBlocks ?? min(BenchSettings.usualGroupCommitBlocks, max(1, batch / block))
        case .time: groupCommitBlocks ?? 1
        }
    }

    /// The scenario that a trial runs, on this many records.
    func scenario(cuts: Scenario.Cuts, records: Int, partitions: Int) -> Scenario {
        var scenario = Scenario(
            name: "bench", summary: "A benchmark.", explanation: "", records: records, partitions: partitions,
            recordBytes: load?.meanBytes ?? recordBytes, cuts: cuts, groupCommitBlocks: group(of: cuts),
            walCompressionLevel: zstdLevel,
            // One task wide, as in the scenario crash-before-commit, so that the drift window is there to be hit.
            checkpointLagTasks: 1, seed: seed, runs: [])
        scenario.load = load
        return scenario
    }

    /// The rows: every strategy but `raw` with every sink it can write to.
    var cells: [BenchCell] {
        clients.flatMap(cells)
    }

    /// `raw` with each client.
    var rawCells: [BenchCell] { clients.map { BenchCell(strategy: .raw, client: $0) } }

    private func cells(_ client: ClientKind) -> [BenchCell] {
        strategies.filter(\.hasOutput).flatMap { strategy in
            let possible = sinks.filter(strategy.canWrite)
            // A strategy that needs a sink which needs kbench's own records cannot be measured on others.
            if possible.isEmpty, origin == .anyone, !knowsPlaces { return [] as [BenchCell] }
            return (possible.isEmpty ? SinkKind.allCases.filter(strategy.canWrite) : possible).map {
                BenchCell(strategy: strategy, sink: $0, client: client)
            }
        }
    }
}

/// A strategy with its sink.
struct BenchCell: Hashable, Sendable {
    var strategy: Strategy
    /// Nil for `raw`.
    var sink: SinkKind?
    var client = ClientKind.librdkafka

    var label: String { name(" / ") }
    /// A name for a folder.
    var name: String { name("-") }

    private func name(_ separator: String) -> String {
        ([strategy.rawValue] + (sink.map { [$0.rawValue] } ?? []) + (client == .native ? [client.rawValue] : []))
            .joined(separator: separator)
    }
}

extension Scenario.Cuts {
    /// The cuts in words.
    var words: String {
        switch self {
        case .count(let block, let batch): "blocks of \(block) and batches of \(batch) records"
        case .time(let block, let batch): "blocks every \(block) ms and batches every \(batch) ms"
        }
    }
}
