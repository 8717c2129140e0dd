// What the numbers of a schedule may be: a capsule comes from anywhere, and all of it is computed in memory.
internal import Engine
internal import Judgement
internal import Simulation
internal import World

/// The ranges of a schedule's numbers.
public enum ScheduleLimits {
    /// Records of a schedule, arrivals included: all of them are kept in memory, and each may be a block of its own.
    public static let records = 1...100_000
    /// Partitions.
    public static let partitions = 1...1_000
    /// Records of a block, of a batch, or of one write of a task.
    public static let piece = 1...1_000_000
    /// Blocks of one commit.
    public static let groupCommitBlocks = 1...10_000
    /// Tasks that a checkpoint may lag behind.
    public static let checkpointLagTasks = 0...1_000_000
    /// Blocks between two automatic commits.
    public static let autoCommitBlocks = 1...1_000_000
    /// Bytes of a segment of the log.
    public static let walSegmentBytes = 64...(1 << 30)
    /// Lives, and faults of one life.
    public static let lives = 0...100
    /// Which time a point is reached, how often in a row, and the number of a fault.
    public static let occurrence = 0...1_000_000_000
    /// How long something is slow, in milliseconds.
    public static let milliseconds = 0...3_600_000
}

extension Schedule {
    /// Refuses numbers that no schedule of ours has, before anything is computed from them.
    ///
    /// - Throws: `NumberError` naming the key, the value and the range.
    func checkNumbers() throws(NumberError) {
        let numbers: [(String, Int, ClosedRange<Int>)] = [
            ("records", shape.records, ScheduleLimits.records),
            ("partitions", shape.partitions, ScheduleLimits.partitions),
            ("blockRecords", shape.blockRecords, ScheduleLimits.piece),
            ("batchRecords", shape.batchRecords, ScheduleLimits.piece),
            ("groupCommitBlocks", shape.groupCommitBlocks, ScheduleLimits.groupCommitBlocks),
            ("checkpointLagTasks", shape.checkpointLagTasks, ScheduleLimits.checkpointLagTasks),
            ("autoCommitBlocks", shape.autoCommitBlocks, ScheduleLimits.autoCommitBlocks),
            ("chunkRecords", shape.chunkRecords, ScheduleLimits.piece),
        ]
        for (key, value, range) in numbers { try NumberCheck.check(value, range, "schedule.shape.\(key)") }
        try NumberCheck.check(
            Int(clamping: walSegmentBytes), ScheduleLimits.walSegmentBytes, "schedule.walSegmentBytes")
        try NumberCheck.check(lives.count, ScheduleLimits.lives, "schedule.lives: their number")
        var records = shape.records
        for (index, life) in lives.enumerated() {
            let name = "schedule.lives[\(index)]"
            try NumberCheck.check(life.arrivals, 0...ScheduleLimits.records.upperBound, "\(name).arrivals")
            records += life.arrivals
            try NumberCheck.check(records, ScheduleLimits.records, "\(name): the records up to there")
            try NumberCheck.check(life.faults.count, ScheduleLimits.lives, "\(name).faults: their number")
            for fault in life.faults { try fault.checkNumbers("\(name).faults: \(fault)") }
            if let crash = life.crash {
                try NumberCheck.check(crash.occurrence, ScheduleLimits.occurrence, "\(name).crash: its occurrence")
                try NumberCheck.check(crash.times, ScheduleLimits.occurrence, "\(name).crash: its times")
            }
            if case .cut(let bytes)? = life.powerLoss {
                try NumberCheck.check(
                    bytes, 0...ScheduleLimits.walSegmentBytes.upperBound, "\(name).powerLoss: its bytes")
            }
        }
    }
}

extension Fault {
    /// As that of a schedule.
    fileprivate func checkNumbers(_ name: String) throws(NumberError) {
        let (number, more): (Int, (Int, ClosedRange<Int>)?) =
            switch self {
            case .diskFull(let bytes): (bytes, nil)
            case .syncIsSlow(let place, let time), .fetchIsSlow(let place, let time):
                (place, (time, ScheduleLimits.milliseconds))
            case .uncleanElection(let place, let records): (place, (records, ScheduleLimits.occurrence))
            case .bitRot(let place, _), .syncFails(let place), .fetchFails(let place), .fetchTimesOut(let place),
                .commitFails(let place), .commitAnswerIsLost(let place), .retention(let place),
                .retentionAhead(let place), .election(let place), .rebalance(let place):
                (place, nil)
            }
        try NumberCheck.check(number, ScheduleLimits.occurrence, name)
        if let more { try NumberCheck.check(more.0, more.1, name) }
    }
}
