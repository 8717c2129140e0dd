// What became of a run from its first life to its last, on one axis of time: lives, recoveries, lag, rows and log bytes.

/// The whole lives of a run. Seconds count from the start of the first life.
public struct RunTimeline: Codable, Equatable, Sendable {
    /// One life, or one process of a pipeline.
    public struct Life: Codable, Equatable, Sendable {
        /// When it began.
        public var from: Double
        /// When it was over.
        public var to: Double
        /// How it ended: `killed`, `finished`, `left`, which is in order with more to do, or `failed`.
        public var ending: String
        /// Where the time went from the kill before it to fresh output; nil where there was none.
        public var recovery: RecoveryParts?

        /// Makes a life.
        public init(from: Double, to: Double, ending: String, recovery: RecoveryParts? = nil) {
            self.from = from
            self.to = max(from, to)
            self.ending = ending
            self.recovery = recovery
        }
    }

    /// How far it was at a moment; nil what nobody knew then.
    public struct Sample: Codable, Equatable, Sendable {
        /// The moment.
        public var seconds: Double
        /// Offsets from where it was, in each partition, to the end.
        public var lag: Int?
        /// Rows in the sink.
        public var rows: Int?
        /// Bytes that write-ahead logs held.
        public var logBytes: Int64?

        /// Makes a sample.
        public init(seconds: Double, lag: Int? = nil, rows: Int? = nil, logBytes: Int64? = nil) {
            self.seconds = seconds
            self.lag = lag
            self.rows = rows
            self.logBytes = logBytes
        }
    }

    /// The lives, in order.
    public var lives: [Life]
    /// The samples, in order; at most some ``mostSamples``.
    public var samples: [Sample]

    /// So many samples show all that a picture can.
    public static let mostSamples = 400

    /// Makes a timeline.
    public init(lives: [Life], samples: [Sample]) {
        self.lives = lives
        self.samples = samples
    }

    /// Leaves out so many samples, evenly, that at most `most` are left; the last stays.
    public mutating func thin(to most: Int = RunTimeline.mostSamples) {
        guard samples.count > most, most > 0 else { return }
        let count = samples.count
        samples = (1...most).map { samples[$0 * count / most - 1] }
    }
}
