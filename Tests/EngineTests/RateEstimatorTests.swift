// The PID rate estimator against figures worked out by hand from Spark's formula.
import Testing

@testable import Engine

@Suite("Rate estimator")
struct RateEstimatorTests {
    /// A completed batch and the rate it must lead to; times in milliseconds, rates in records per second.
    struct Batch: Sendable {
        var time: Double
        var elements: Int64
        var processing: Double
        var scheduling: Double
        var rate: Double?
    }

    static let defaults: [Batch] = [
        // Says nothing before the first that does: no records, no time taken.
        Batch(time: 500, elements: 0, processing: 10, scheduling: 0, rate: nil),
        Batch(time: 600, elements: 10, processing: 0, scheduling: 0, rate: nil),
        // The first valid batch sets the rate to 500 / 0.25 s = 2,000 and gives none.
        Batch(time: 1000, elements: 500, processing: 250, scheduling: 0, rate: nil),
        // 1,000 reached: error 1,000; 2,000 - 1 * 1,000.
        Batch(time: 2000, elements: 2000, processing: 2000, scheduling: 0, rate: 1000),
        // 2,000 reached: error -1,000; waited 100 ms: 100 * 2,000 / 1,000 = 200; 1,000 + 1,000 - 0.2 * 200.
        Batch(time: 3000, elements: 1000, processing: 500, scheduling: 100, rate: 1960),
        // Not later than the one before.
        Batch(time: 3000, elements: 1000, processing: 500, scheduling: 0, rate: nil),
        Batch(time: 3500, elements: 0, processing: 500, scheduling: 0, rate: nil),
        Batch(time: 3500, elements: 1000, processing: 0, scheduling: 0, rate: nil),
        // 1 reached: error 1,959; 1,960 - 1,959 = 1 is below the minimum of 100.
        Batch(time: 4000, elements: 1, processing: 1000, scheduling: 0, rate: 100),
        // 400 reached: error 100 - 400 = -300; 100 + 300.
        Batch(time: 5000, elements: 400, processing: 1000, scheduling: 0, rate: 400),
    ]

    static let tuned: [Batch] = [
        Batch(time: 1000, elements: 1000, processing: 1000, scheduling: 0, rate: nil),
        // 500 reached: error 500, historical 500 * 500 / 1,000 = 250, change (500 - 0) / 2 s = 250;
        // 1,000 - 0.5 * 500 - 0.1 * 250 - 2 * 250 = 225.
        Batch(time: 3000, elements: 1000, processing: 2000, scheduling: 500, rate: 225),
        // 300 reached: error -75, change (-75 - 500) / 0.5 s = -1,150; 225 + 37.5 + 2,300.
        Batch(time: 3500, elements: 30, processing: 100, scheduling: 0, rate: 2562.5),
    ]

    @Test("Spark's defaults: Kp 1, Ki 0.2, Kd 0, at least 100 a second")
    func defaults() {
        #expect(
            RateEstimator.Parameters()
                == RateEstimator.Parameters(proportional: 1.0, integral: 0.2, derivative: 0.0, minRate: 100))
        follow(Self.defaults, RateEstimator.Parameters())
    }

    @Test("all three gains")
    func tuned() {
        follow(
            Self.tuned, RateEstimator.Parameters(proportional: 0.5, integral: 0.1, derivative: 2, minRate: 10))
    }

    private func follow(_ batches: [Batch], _ parameters: RateEstimator.Parameters) {
        var estimator = RateEstimator(parameters, batchIntervalMilliseconds: 1000)
        for batch in batches {
            let rate = estimator.update(
                time: batch.time, elements: batch.elements, processingDelay: batch.processing,
                schedulingDelay: batch.scheduling)
            switch (rate, batch.rate) {
            case (nil, nil): break
            case (let rate?, let expected?): #expect(abs(rate - expected) < 1e-9, "\(batch): \(rate)")
            default: Issue.record("\(batch): \(String(describing: rate))")
            }
        }
    }
}
