// What the tasks of a run read from their own host and what from elsewhere, were its topic spread over several brokers.
internal import Engine
public import World

/// The records that each batch of a run fetched, by partition.
public struct PlacedReads: Equatable, Sendable {
    /// One stretch of records that a task fetched.
    public struct Read: Equatable, Sendable {
        /// The batch, from 0.
        public var batch: Int
        /// The partition.
        public var partition: Partition
        /// How many records.
        public var records: Int
    }

    /// In the order they were fetched.
    public let reads: [Read]

    /// Lets `run`, which has not lived yet, process its input, and takes note of what it fetches.
    ///
    /// - Throws: what the engine throws.
    public init(of run: SimulatedRun) throws {
        var reads: [Read] = []
        var batch = -1
        run.trace.isRecording = true
        defer { run.trace.isRecording = false }
        try run.explore(tears: false) { _, _ in }
        for event in run.trace.events {
            switch event {
            case .point(let point, _) where point == CrashPoint(.batchSubmit, .before): batch += 1
            case .fetch(let partition, _, let count) where count > 0:
                reads.append(Read(batch: max(0, batch), partition: partition, records: count))
            default: break
            }
        }
        self.reads = reads
    }

    /// The batches there were.
    public var batches: Int { (reads.map(\.batch).max() ?? -1) + 1 }

    /// The records that tasks of `batches` read from their own host, and all that they read.
    public func count(
        in batches: Range<Int>, _ placement: TaskPlacement, topic: String, atStart: BrokerTopology, now: BrokerTopology
    ) -> (local: Int, all: Int) {
        reads.reduce(into: (0, 0)) { sum, read in
            guard batches.contains(read.batch) else { return }
            sum.1 += read.records
            if placement.isLocal(topic: topic, read.partition, atStart: atStart, now: now) { sum.0 += read.records }
        }
    }
}
