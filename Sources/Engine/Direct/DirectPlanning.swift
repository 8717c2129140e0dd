// When a direct batch is due, which ranges it takes, and where the numbers of batches begin.
internal import Ingestion
internal import World

/// Looks at the topic's high watermarks and plans ranges from the current positions.
final class DirectPlanning {
    private let configuration: EngineConfiguration
    private let seams: Seams
    private var shares: [Int64]?
    /// The shares of the batches after the first one, where that is to take everything.
    private var sharesAfterFirst: [Int64]?
    private let discovery: PartitionDiscovery
    private let dataLoss: DataLoss
    private var nextTick: Nanoseconds
    /// Whether the positions to go on from were compared with the log.
    private var hasLooked = false
    private var throttle: Throttle?
    /// With cuts by time, when the latest batch was due.
    private(set) var dueAt: Nanoseconds?
    /// By partition: where the next batch begins.
    private(set) var positions: [Offset]

    /// Goes on from `positions`; partitions that were not known when they were noted begin at their start.
    init(configuration: EngineConfiguration, seams: Seams, counters: EngineCounters, positions: [Offset]) {
        self.configuration = configuration
        self.seams = seams
        self.positions = positions + configuration.starts.dropFirst(positions.count)
        discovery = PartitionDiscovery(configuration: configuration, seams: seams)
        dataLoss = DataLoss(configuration: configuration, seams: seams, counters: counters)
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
            throttle = Throttle(configuration.limits, interval: interval)
        }
    }

    /// Whether all of the run's input has been planned.
    var isExhausted: Bool { zip(positions, configuration.ends).allSatisfy { $0 >= $1 } }

    /// The ranges of the batch that is due now; nil when none is.
    func nextRanges() throws -> [OffsetRange]? {
        if !hasLooked {
            hasLooked = true
            try discovery.look()
            for index in 0..<min(discovery.known, positions.count) {
                positions[index] = try dataLoss.settleBehindInput(Partition(index), positions[index])
            }
        }
        guard !isExhausted else { return nil }
        if case .time(_, let interval) = configuration.cuts {
            guard seams.clock.now() >= nextTick else { return nil }
            dueAt = nextTick
            while nextTick <= seams.clock.now() { nextTick += interval }
        }
        try discovery.look()
        var available: [Offset] = []
        // Those of which something may be left, asked in one go.
        let open = configuration.partitions.filter {
            Int($0) < discovery.known && positions[Int($0)] < configuration.ends[Int($0)]
        }
        var ends = try seams.broker.watermarks(of: open).makeIterator()
        for partition in configuration.partitions {
            available.append(try availableEnd(of: partition) { ends.next() })
        }
        let lags = zip(available, positions).map { max(0, $0 - $1) }
        let ranges = OffsetPlanner.ranges(
            positions: positions, ends: available, shares: shares ?? throttle?.most(lags: lags))
        if case .count = configuration.cuts {
            // A batch by count waits until it is whole, or until it is the last.
            let ends = configuration.ends.indices.map { $0 < discovery.known ? configuration.ends[$0] : positions[$0] }
            let whole = OffsetPlanner.ranges(positions: positions, ends: ends, shares: shares)
            guard ranges == whole else { return nil }
        }
        return ranges.isEmpty ? nil : ranges
    }

    /// How far a partition can be read now. What the log has lost is planned all the same where it is to be skipped: the
    /// task skips it, so that ranges follow each other without a hole, as a sink with stored offsets wants them.
    private func availableEnd(of partition: Partition, _ next: () -> Watermarks?) throws -> Offset {
        let index = Int(partition)
        let end = configuration.ends[index]
        guard index < discovery.known else { return positions[index] }
        if positions[index] >= end { return end }
        guard var ends = next() else { return positions[index] }
        let isLost = positions[index] < ends.low && configuration.onDataLoss == .fail
        if isLost || positions[index] > ends.high {
            positions[index] = try dataLoss.settle(partition, at: positions[index], until: end)
            ends = try seams.broker.watermarks(of: partition)
        }
        return min(end, ends.high)
    }

    /// Backpressure: how a batch went decides how much the next may take.
    func learn(from batch: BatchStatistics) { throttle?.learn(from: batch) }

    /// Moves the positions behind `ranges`.
    func advance(past ranges: [OffsetRange]) {
        shares = sharesAfterFirst
        for range in ranges { positions[Int(range.partition)] = range.until }
    }
}

/// Batch numbers rise by one; where they begin depends on how true to Spark the run is.
enum BatchNumbering {
    /// The number before the first batch of a driver that finds no checkpoint. Spark numbers batches by their time, so
    /// that a driver which starts anew never meets a number it used before; microseconds of the clock do the same here.
    static func beforeFirst(_ fidelity: Fidelity, clock: any Clock) -> Int64 {
        fidelity.has(.numbersByClock) ? Int64(clock.now() / 1_000) : 0
    }
}
