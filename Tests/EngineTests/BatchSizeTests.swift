// The sizes that limits allow a batch, and the pieces that tasks read, against figures worked out by hand.
import Testing
import World

@testable import Engine

@Suite("Batch size")
struct BatchSizeTests {
    /// What waits, the limits, and the most records of each partition.
    struct Rate: Sendable {
        var lags: [Int64]
        var rate: Double?
        var max: Double?
        var min: Int64 = 1
        var seconds: Double
        var most: [Int64]?
    }

    static let rates: [Rate] = [
        Rate(lags: [100, 300], seconds: 1, most: nil),
        // A maximum alone holds every partition, also an idle one.
        Rate(lags: [100, 0], max: 40, seconds: 0.5, most: [20, 20]),
        // 80 a second split by lag: 20, 60, 0; half a second of it; at least one.
        Rate(lags: [100, 300, 0], rate: 80, seconds: 0.5, most: [10, 30, 1]),
        Rate(lags: [100, 300, 0], rate: 80, max: 40, seconds: 0.5, most: [10, 20, 1]),
        Rate(lags: [100, 300, 0], rate: 80, max: 40, min: 5, seconds: 0.5, most: [10, 20, 5]),
        // 3.33 and 6.67 a second for a quarter: 0.83 is cut to 0 and raised to 1, 1.67 is cut to 1.
        Rate(lags: [1, 2], rate: 10, seconds: 0.25, most: [1, 1]),
        // A rate of zero is none.
        Rate(lags: [1, 2], rate: 0, seconds: 1, most: nil),
        Rate(lags: [1, 2], rate: 0, max: 7, seconds: 1, most: [7, 7]),
        Rate(lags: [0, 0], rate: 10, seconds: 1, most: nil),
        Rate(lags: [1], rate: 1e300, seconds: 1, most: [.max]),
    ]

    @Test("by rate, split by lag", arguments: rates)
    func byRate(_ example: Rate) {
        #expect(
            BatchSize.byRate(
                lags: example.lags, rate: example.rate, maxRatePerPartition: example.max,
                minRatePerPartition: example.min, seconds: example.seconds) == example.most)
    }

    @Test(
        "by total, split by lag: whole records, and at least one of every partition that has any",
        arguments: [
            ([10, 990, 0], 50, [1, 49, 0]),  // 0.5 is raised, 49.5 is cut
            ([5, 5], 3, [1, 1]),
            ([2, 2], 100, [50, 50]),  // more than there is: the ranges end where the records do
            ([1, 1, 1, 1], 2, [1, 1, 1, 1]),  // nobody starves, so the batch may be larger than its limit
        ] as [([Int64], Int64, [Int64])])
    func byTotal(lags: [Int64], most: Int64, parts: [Int64]) {
        #expect(BatchSize.byTotal(lags: lags, most: most) == parts)
    }

    @Test("a throttle takes the lesser of rate and total, and the initial rate until the estimator has given one")
    func throttle() {
        let interval: Nanoseconds = 1_000_000_000
        var throttle = Throttle(
            PlanLimits(maxBatchRecords: 60, initialRate: 100, backpressure: .init()), interval: interval)
        #expect(throttle.most(lags: [1000, 1000]) == [30, 30])
        var unbounded = Throttle(PlanLimits(initialRate: 100, backpressure: .init()), interval: interval)
        #expect(unbounded.most(lags: [1000, 3000]) == [25, 75])
        var batch = BatchStatistics()
        batch.records = 500
        batch.processingTime = 250_000_000
        batch.endedAt = interval
        unbounded.learn(from: batch)
        #expect(unbounded.rate == nil)
        batch.endedAt = 2 * interval
        batch.records = 2000
        batch.processingTime = 2 * interval
        unbounded.learn(from: batch)
        #expect(unbounded.rate == 1000)
        #expect(unbounded.most(lags: [1000, 3000]) == [250, 750])
        throttle.learn(from: batch)
        #expect(throttle.most(lags: [1000, 1000]) == [30, 30])
        #expect(Throttle(PlanLimits(), interval: interval).most(lags: [5]) == nil)
    }
}

@Suite("Range split")
struct RangeSplitTests {
    @Test("splitting drops no offset, repeats none and makes no empty piece: every small case")
    func exact() {
        for sizes in RangeSplitTests.sizes {
            let ranges = sizes.enumerated().map {
                OffsetRange(partition: Partition($0), from: 7, until: 7 + $1)
            }
            for least in 1...9 {
                let pieces = RangeSplit.split(ranges, least: least)
                #expect(RangeSplit.united(pieces) == ranges, "\(sizes) into \(least)")
                #expect(pieces.allSatisfy { !$0.isEmpty })
                let total = sizes.reduce(0, +)
                for range in ranges {
                    // As many as the range's share of the total, rounded, but at least one and at most one an offset.
                    let share = (Double(range.count) / Double(total) * Double(least)).rounded()
                    let wanted = ranges.count >= least ? 1 : min(max(Int64(share), 1), range.count)
                    #expect(
                        pieces.count { $0.partition == range.partition } == wanted, "\(sizes) into \(least): \(range)")
                }
            }
        }
    }

    @Test("the last piece takes what does not divide")
    func remainder() {
        let pieces = RangeSplit.split([OffsetRange(partition: 0, from: 0, until: 11)], least: 4)
        #expect(pieces.map(\.count) == [2, 3, 3, 3])
    }

    /// One to three partitions of one to eight offsets.
    static let sizes: [[Int64]] = {
        let one: [Int64] = Array(1...8)
        return one.map { [$0] } + one.flatMap { a in one.map { [a, $0] } }
            + one.flatMap { a in one.flatMap { b in one.map { [a, b, $0] } } }
    }()
}
