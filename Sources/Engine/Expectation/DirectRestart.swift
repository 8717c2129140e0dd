// What a direct strategy plans again after a crash, how much larger the plan is, and what a batch-keyed sink loses by it.

/// The outcome of a restart of `direct` or `direct-log-first`.
struct DirectRestart {
    /// Records already output that come out again.
    var E = 0
    /// The part of them that comes under the number of another batch than before.
    var renumbered = 0
    /// Records by which new plans go beyond old ones, for partitions whose task had finished under the same number.
    var G = 0
    /// Records that nobody reads again and that are not in the sink.
    var lost = 0
    /// Whether nothing was stored that says where to go on: row P0.
    var isUnstored = false

    /// Nil where the restart is refused, or there is nothing that could be damaged.
    init?(
        strategy: Strategy, fidelity: Fidelity, moment: CrashMoment, outage: Outage, schedule: CrashSchedule,
        shape: LoadShape
    ) {
        let keepsCheckpoints = strategy == .direct
        guard keepsCheckpoints || outage.damage == nil else { return nil }
        // An entry of the offset log is the checkpoint of a generation, an entry of the commit log that of a completion,
        // and neither protocol runs a completed batch again.
        let rules = keepsCheckpoints ? fidelity : Fidelity([])
        let damaged = outage.damage?.checkpoints ?? 0
        guard let record = NewestRecord(moment: moment, fidelity: rules, damaged: damaged) else { return nil }
        isUnstored = record.isMissing
        let total = shape.recordsByPartition(after: outage).reduce(0, +)
        if isUnstored, outage.reset == .latest {
            lost = Int(total) - moment.earlierOutput - moment.output
            return
        }
        guard let batch = moment.batch else { return }
        func output(of index: Int) -> Int { index == batch ? moment.output : schedule.records(ofBatch: index) }
        if record.firstRunAgain <= batch { E = (record.firstRunAgain...batch).reduce(0) { $0 + output(of: $1) } }
        if isUnstored, keepsCheckpoints, fidelity.has(.numbersByClock) {
            // All that is planned gets numbers that no sink has seen.
            renumbered = E
            return
        }
        guard record.known < batch else { return }
        if outage.restartBatch == .unlimited, record.known + 2 <= batch {
            // One plan takes what several had.
            renumbered = ((record.known + 2)...batch).reduce(0) { $0 + output(of: $1) }
        }
        G = shape.growth(ofPlansFrom: record.known + 1, to: batch, output: moment.output, outage: outage)
    }
}

extension LoadShape {
    /// For `direct-transactional`: the records of partitions of which nothing is stored, where a restart begins at the
    /// latest offsets then.
    func neverStored(at moment: CrashMoment, _ outage: Outage) -> Int {
        guard outage.reset == .latest else { return 0 }
        let shares = OffsetPlanner.shares(of: batchRecords, partitions: partitions)
        let isFirst = (moment.batch ?? 0) == 0
        var left = Int64(moment.output)
        return zip(zip(recordsByPartition, shares), recordsByPartition(after: outage)).reduce(0) { lost, partition in
            let task = min(partition.0.0, partition.0.1)
            let isStored = task > 0 && (!isFirst || left >= task)
            if isFirst { left = isStored ? left - task : task > 0 ? 0 : left }
            return lost + (isStored ? 0 : Int(partition.1))
        }
    }

    /// The records that new plans of the batches `first...last` hold, for partitions whose task had finished under the same
    /// number, and that the sink does not: what a sink drops that trusts a batch's number. Of the last batch `output`
    /// records were out, of the others all.
    fileprivate func growth(ofPlansFrom first: Int, to last: Int, output: Int, outage: Outage) -> Int {
        let shares = OffsetPlanner.shares(of: batchRecords, partitions: partitions)
        let before = recordsByPartition
        let after = recordsByPartition(after: outage)
        var left = Int64(output)
        var growth: Int64 = 0
        for partition in 0..<partitions {
            let (share, end) = (shares[partition], before[partition])
            func start(_ batch: Int) -> Int64 { min(Int64(batch) * share, end) }
            func count(_ batch: Int) -> Int64 { min(share, end - start(batch)) }
            // Tasks run in the order of their partitions, so the output is that of the first ones.
            let isFinished = count(last) > 0 && left >= count(last)
            left = isFinished ? left - count(last) : count(last) > 0 ? 0 : left
            let outputEnd = start(last) + (isFinished ? count(last) : 0)
            var position = start(first)
            for batch in first...last {
                let isUnlimited = batch == first && outage.restartBatch == .unlimited
                let until = isUnlimited ? after[partition] : min(position + share, after[partition])
                if count(batch) > 0, batch < last || isFinished {
                    growth += max(0, until - max(position, outputEnd))
                }
                position = until
            }
        }
        return Int(growth)
    }
}
