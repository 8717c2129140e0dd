// What `kbench capacity` found: for each strategy the highest rate it sustains, between two rates that were tried.

/// The outcome of a search for capacities.
public struct CapacityResult: VersionedResult, ComparisonResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.capacity")

    /// One row for each strategy and sink.
    public var rows: [CapacityRow]
    /// The bound on the 99th percentile of the latency to the sink, in milliseconds.
    public var p99BoundMilliseconds: Double
    /// Bytes of each record.
    public var recordBytes: Int
    /// Partitions.
    public var partitions: Int
    /// How blocks and batches were cut.
    public var cuts: String
    /// How long each rate was offered, in seconds.
    public var probeSeconds: Double
    /// The seed of payloads.
    public var seed: UInt64
    /// The broker.
    public var broker: BrokerInfo
    /// The command that repeats it.
    public var reproduce: String

    /// Makes a result.
    public init(
        rows: [CapacityRow], p99BoundMilliseconds: Double, recordBytes: Int, partitions: Int, cuts: String,
        probeSeconds: Double, seed: UInt64, broker: BrokerInfo, reproduce: String
    ) {
        self.rows = rows
        self.p99BoundMilliseconds = p99BoundMilliseconds
        self.recordBytes = recordBytes
        self.partitions = partitions
        self.cuts = cuts
        self.probeSeconds = probeSeconds
        self.seed = seed
        self.broker = broker
        self.reproduce = reproduce
    }

    /// Whether nothing came twice or not at all in any probe.
    public var holds: Bool { rows.flatMap(\.probes).allSatisfy { $0.duplicates == 0 && $0.lost == 0 } }

    /// Whether every row has an answer: a rate that was sustained.
    public var isValid: Bool { rows.allSatisfy { $0.sustainedRecordsPerSecond != nil } }
}

/// One strategy's answer.
public struct CapacityRow: Codable, Equatable, Sendable {
    /// The strategy.
    public var strategy: String
    /// The sink.
    public var sink: String
    /// The highest rate that was sustained; nil: none.
    public var sustainedRecordsPerSecond: Double?
    /// The lowest rate that was not; nil: none.
    public var refusedRecordsPerSecond: Double?
    /// What refused that rate; nil where none was refused.
    public var limitedBy: CapacityProbe.Limit?
    /// Every rate tried, in order.
    public var probes: [CapacityProbe] = []
    /// The client that read; nil in results of an older kbench, which had librdkafka alone.
    @OrNull public var client: String?

    /// Makes a row without an answer yet.
    public init(strategy: String, sink: String, client: String? = nil) {
        self.strategy = strategy
        self.sink = sink
        self.client = client
    }

    /// Strategy and sink, and the client where it is not librdkafka.
    public var name: String {
        "\(strategy) / \(sink)" + (client.flatMap { $0 == "librdkafka" ? nil : " / \($0)" } ?? "")
    }
}

/// One rate that was offered.
public struct CapacityProbe: Codable, Equatable, Sendable {
    /// Why a rate is not sustained.
    public enum Limit: String, Codable, Sendable {
        /// The 99th percentile is above the bound.
        case latency
        /// The lag grows.
        case lag
        /// The broker dropped records before they were read.
        case evicted
        /// The generator was too slow, so nothing is known of the strategy at this rate.
        case generator
    }

    /// The rate.
    public var recordsPerSecond: Double
    /// The 99th percentile of the latency to the sink; nil where nothing came.
    public var p99Microseconds: UInt64?
    /// The most records behind in the second quarter of the time; nil where it was too short to say.
    public var lagEarly: Int?
    /// The fewest records behind in the last quarter.
    public var lagLate: Int?
    /// What refused it; nil: it is sustained.
    public var limit: Limit?
    /// Duplicates.
    public var duplicates = 0
    /// Losses.
    public var lost = 0

    /// Makes a probe that nothing is known of.
    public init(recordsPerSecond: Double) { self.recordsPerSecond = recordsPerSecond }

    /// Whether the rate is sustained.
    public var isSustained: Bool { limit == nil }
}
