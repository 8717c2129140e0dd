// How much a batch may take and how much may wait for it: every limit there is, all of them off unless set.

/// Limits on the work an engine takes on. They need cuts by time: a batch by count has its size already.
public struct PlanLimits: Codable, Equatable, Sendable {
    /// The most records per second that a direct batch takes from a partition, above 0; nil: no limit.
    public var maxRatePerPartition: Double?
    /// The fewest records that a direct batch may take from a partition that has them, whatever the rate; per batch, not
    /// per second.
    public var minRatePerPartition: Int64
    /// The most records of a direct batch, split between the partitions by what each has waiting; nil: no limit.
    public var maxBatchRecords: Int64?
    /// With backpressure: the rate of all partitions together, in records per second, until the estimator has given one;
    /// nil: no limit until then.
    public var initialRate: Double?
    /// The estimator that sets the rate of a direct strategy from how its batches went; nil: none.
    public var backpressure: RateEstimator.Parameters?
    /// Blocks that may wait between a receiver and its engine before the receiver stops polling; nil: no limit but that
    /// of the pusher's queue.
    public var bufferBlocks: Int?
    /// Records that may wait between a receiver and its engine, those of the open block included; nil: no limit.
    public var bufferRecords: Int?

    /// Makes limits; without arguments there are none.
    public init(
        maxRatePerPartition: Double? = nil, minRatePerPartition: Int64 = 1, maxBatchRecords: Int64? = nil,
        initialRate: Double? = nil, backpressure: RateEstimator.Parameters? = nil, bufferBlocks: Int? = nil,
        bufferRecords: Int? = nil
    ) {
        self.maxRatePerPartition = maxRatePerPartition
        self.minRatePerPartition = minRatePerPartition
        self.maxBatchRecords = maxBatchRecords
        self.initialRate = initialRate
        self.backpressure = backpressure
        self.bufferBlocks = bufferBlocks
        self.bufferRecords = bufferRecords
    }
}
