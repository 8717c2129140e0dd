// What `kbench offsets show` found at an address: positions, and the batches that a restart would run again.

/// Positions in a topic, as some place keeps them.
public struct OffsetsResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.offsets")

    /// The place, as it was asked for.
    public var address: String
    /// The file or node that was read.
    public var source: String
    /// The topic; nil where the place does not say.
    public var topic: String?
    /// The consumer group; nil where there is none.
    public var group: String?
    /// The version of the program that wrote it; nil where it is bound to none.
    public var program: Int?
    /// The newest batch planned; nil where the place knows no batches.
    public var latestBatch: Int64?
    /// The partitions, from 0.
    public var partitions: [Place]
    /// What a restart would run again, oldest first, and a receiver's blocks that wait for a batch.
    public var pending: [Pending]
    /// What is to be said about it, a line each.
    public var notes: [String]

    /// A partition's position.
    public struct Place: Codable, Equatable, Sendable {
        /// The partition.
        public var partition: Int32
        /// The offset of the next record; nil where the place does not say.
        public var next: Int64?
        /// Where to go on elsewhere so that nothing is lost; nil where that cannot be said.
        public var safe: Int64?

        /// Makes a position.
        public init(partition: Int32, next: Int64?, safe: Int64?) {
            self.partition = partition
            self.next = next
            self.safe = safe
        }
    }

    /// Offsets that have been read, or planned, and whose output is not recorded as complete.
    public struct Pending: Codable, Equatable, Sendable {
        /// The batch; nil for blocks that no batch has taken.
        public var batch: Int64?
        /// The partition.
        public var partition: Int32
        /// The first offset.
        public var from: Int64
        /// The offset after the last one.
        public var until: Int64

        /// Makes a range.
        public init(batch: Int64?, partition: Int32, from: Int64, until: Int64) {
            self.batch = batch
            self.partition = partition
            self.from = from
            self.until = until
        }
    }

    /// Makes a report.
    public init(
        address: String, source: String, topic: String? = nil, group: String? = nil, program: Int? = nil,
        latestBatch: Int64? = nil, partitions: [Place] = [], pending: [Pending] = [], notes: [String] = []
    ) {
        self.address = address
        self.source = source
        self.topic = topic
        self.group = group
        self.program = program
        self.latestBatch = latestBatch
        self.partitions = partitions
        self.pending = pending
        self.notes = notes
    }
}
