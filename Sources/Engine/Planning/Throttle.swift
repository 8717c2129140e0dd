// The limits of one life of a direct strategy, with the rate that backpressure has set.
internal import World

/// Bounds each batch by the limits. A value that completed batches move forward.
///
/// A restart begins with no rate of its own, as in Spark, where the published rate does not survive a checkpoint: only
/// the initial rate and the maxima bound the first batch, which has the whole backlog before it.
struct Throttle {
    private let limits: PlanLimits
    private let interval: Nanoseconds
    private var estimator: RateEstimator?
    /// What the estimator gave last, in whole records per second.
    private(set) var rate: Double?

    init(_ limits: PlanLimits, interval: Nanoseconds) {
        self.limits = limits
        self.interval = interval
        estimator = limits.backpressure.map {
            RateEstimator($0, batchIntervalMilliseconds: Double(interval) / 1_000_000)
        }
    }

    /// The most records of each partition, of which `lags` are waiting; nil: no limit.
    func most(lags: [Int64]) -> [Int64]? {
        let byRate = BatchSize.byRate(
            lags: lags, rate: estimator == nil ? nil : rate ?? limits.initialRate,
            maxRatePerPartition: limits.maxRatePerPartition, minRatePerPartition: limits.minRatePerPartition,
            seconds: Double(interval) / 1e9)
        let byTotal = limits.maxBatchRecords.map { BatchSize.byTotal(lags: lags, most: $0) }
        guard let byRate else { return byTotal }
        return byTotal.map { zip(byRate, $0).map(min) } ?? byRate
    }

    /// Learns from a completed batch.
    mutating func learn(from batch: BatchStatistics) {
        let new = estimator?.update(
            time: Double(batch.endedAt / 1_000_000), elements: batch.records,
            processingDelay: Double(batch.processingTime / 1_000_000),
            schedulingDelay: Double(batch.schedulingDelay / 1_000_000))
        if let new { rate = new.rounded(.towardZero) }
    }
}
