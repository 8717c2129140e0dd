// The PID rate estimator: from how long a batch took to how many records per second the next may bring.

/// Spark's `PIDRateEstimator`, formula and defaults. A value: it knows no clock and is fed after every batch.
public struct RateEstimator: Equatable, Sendable {
    /// What the estimator is tuned with.
    public struct Parameters: Codable, Equatable, Sendable {
        /// Kp: how much of the difference between the rate wanted and the rate reached is taken back at once; at least 0.
        public var proportional: Double
        /// Ki: how much of what has piled up while a batch waited is taken back; at least 0.
        public var integral: Double
        /// Kd: how much the change of the difference counts; at least 0.
        public var derivative: Double
        /// The rate never falls below this, in records per second; above 0.
        public var minRate: Double

        /// Makes parameters; the defaults are Spark's.
        public init(
            proportional: Double = 1.0, integral: Double = 0.2, derivative: Double = 0.0, minRate: Double = 100
        ) {
            self.proportional = proportional
            self.integral = integral
            self.derivative = derivative
            self.minRate = minRate
        }
    }

    private let parameters: Parameters
    private let batchIntervalMilliseconds: Double
    private var latestTime = -1.0
    private var latestRate = -1.0
    private var latestError = -1.0
    private var isFirst = true

    /// Makes an estimator for batches planned every `batchIntervalMilliseconds`, above 0.
    public init(_ parameters: Parameters, batchIntervalMilliseconds: Double) {
        self.parameters = parameters
        self.batchIntervalMilliseconds = batchIntervalMilliseconds
    }

    /// Takes in a completed batch; the three times are in milliseconds.
    ///
    /// - Parameters:
    ///   - time: When the batch's processing ended.
    ///   - elements: Its records.
    ///   - processingDelay: How long it was processed.
    ///   - schedulingDelay: How long it had waited to be started.
    /// - Returns: the new rate in records per second; nil where the batch says nothing: it is the first that does, has no
    ///   records, took no time, or ended no later than the one before.
    public mutating func update(
        time: Double, elements: Int64, processingDelay: Double, schedulingDelay: Double
    ) -> Double? {
        guard time > latestTime, elements > 0, processingDelay > 0 else { return nil }
        let secondsSinceUpdate = (time - latestTime) / 1000
        let processingRate = Double(elements) / processingDelay * 1000
        let error = latestRate - processingRate
        // What waited while the batch did not run, spread over the interval in which it is to be made up for.
        let historicalError = schedulingDelay * processingRate / batchIntervalMilliseconds
        let derivativeError = (error - latestError) / secondsSinceUpdate
        latestTime = time
        guard !isFirst else {
            isFirst = false
            latestRate = processingRate
            latestError = 0
            return nil
        }
        let newRate = max(
            parameters.minRate,
            latestRate - parameters.proportional * error - parameters.integral * historicalError
                - parameters.derivative * derivativeError)
        latestRate = newRate
        latestError = error
        return newRate
    }
}
