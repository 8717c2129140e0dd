// When a direct batch is due and which ranges it takes: shared by all direct strategies.
internal import World

/// Looks at the topic's high watermarks and plans ranges from the current positions.
final class DirectPlanning {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private var shares: [Int64]?
    /// The shares of the batches after the first one, where that is to take everything.
    private var sharesAfterFirst: [Int64]?
    private var nextTick: Nanoseconds
    /// By partition: where the next batch begins.
    private(set) var positions: [Offset]

    init(configuration: EngineConfiguration, seams: Seams, positions: [Offset]) {
        self.configuration = configuration
        self.seams = seams
        self.positions = positions
        switch configuration.cuts {
        case .count(_, let batch):
            let limits = OffsetPlanner.shares(of: batch, partitions: configuration.ends.count)
            shares = configuration.firstBatchIsUnlimited ? nil : limits
            sharesAfterFirst = limits
            nextTick = 0
        case .time(_, let interval):
            shares = nil
            sharesAfterFirst = nil
            nextTick = seams.clock.now() + interval
        }
    }

    /// Whether all of the run's input has been planned.
    var isExhausted: Bool { zip(positions, configuration.ends).allSatisfy { $0 >= $1 } }

    /// The ranges of the batch that is due now; nil when none is.
    func nextRanges() throws -> [OffsetRange]? {
        guard !isExhausted else { return nil }
        if case .time(_, let interval) = configuration.cuts {
            guard seams.clock.now() >= nextTick else { return nil }
            while nextTick <= seams.clock.now() { nextTick += interval }
        }
        var available: [Offset] = []
        for partition in configuration.partitions {
            let end = configuration.ends[Int(partition)]
            if positions[Int(partition)] >= end {
                available.append(end)
            } else {
                available.append(min(end, try seams.broker.watermarks(of: partition).high))
            }
        }
        let ranges = OffsetPlanner.ranges(positions: positions, ends: available, shares: shares)
        if case .count = configuration.cuts {
            // A batch by count waits until it is whole, or until it is the last.
            let whole = OffsetPlanner.ranges(positions: positions, ends: configuration.ends, shares: shares)
            guard ranges == whole else { return nil }
        }
        return ranges.isEmpty ? nil : ranges
    }

    /// Moves the positions behind `ranges`.
    func advance(past ranges: [OffsetRange]) {
        shares = sharesAfterFirst
        for range in ranges { positions[Int(range.partition)] = range.until }
    }
}
