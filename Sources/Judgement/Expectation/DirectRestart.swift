// What a direct strategy plans again after a crash, how much larger the plan is, and what a batch-keyed sink loses by it.
internal import Evidence
internal import Ingestion

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
        let total = shape.layout(after: outage.arrivals).count
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
        G = shape.growth(ofPlansFrom: record.known + 1, to: batch, tasksOut: moment.tasksOut, outage: outage)
    }
}

extension LoadShape {
    /// For `direct-transactional`: the records of partitions of which nothing is stored, where a restart begins at the
    /// latest offsets then.
    func neverStored(at moment: CrashMoment, _ outage: Outage) -> Int {
        guard outage.reset == .latest else { return 0 }
        let cuts = LoadCuts(self)
        let first = cuts.directBatches(from: cuts.layout.starts).first ?? []
        let stored = (moment.batch ?? 0) > 0 ? first[...] : first.prefix(moment.tasksOut)
        return layout(after: outage.arrivals).partitions.enumerated().reduce(0) { lost, next in
            lost + (stored.contains { $0.partition == next.offset } ? 0 : Int(next.element.count))
        }
    }

    /// The records that new plans of the batches `first...last` hold, for partitions whose task had finished under the same
    /// number, and that the sink does not: what a sink drops that trusts a batch's number. Of the last batch `tasksOut`
    /// tasks were out, of the others all.
    fileprivate func growth(ofPlansFrom first: Int, to last: Int, tasksOut: Int, outage: Outage) -> Int {
        let before = LoadCuts(self)
        let old = before.directBatches(from: before.layout.starts)
        var positions = before.layout.starts
        for slice in old[..<first].joined() { positions[slice.partition] = slice.offsets.upperBound }
        let after = LoadCuts(self, layout: layout(after: outage.arrivals))
        let new = after.directBatches(from: positions, takesAll: outage.restartBatch == .unlimited)
        // Where the output of each partition ends: tasks run in the order of their partitions.
        for slice in old[first..<last].joined() + old[last].prefix(tasksOut) {
            positions[slice.partition] = slice.offsets.upperBound
        }
        var growth = 0
        for (batch, slices) in zip(first...last, new) {
            let finished = batch < last ? old[batch][...] : old[batch].prefix(tasksOut)
            for slice in slices where finished.contains(where: { $0.partition == slice.partition }) {
                let from = min(max(slice.offsets.lowerBound, positions[slice.partition]), slice.offsets.upperBound)
                growth += after.records(in: from..<slice.offsets.upperBound, of: slice.partition)
            }
        }
        return growth
    }
}
