// What `receiver-wal` outputs again and loses after a crash, with all that can happen to its files meanwhile.
internal import Evidence
internal import Ingestion

/// The outcome of a restart of a receiver whose event log is replayed.
struct ReceiverRestart {
    /// Records that are read from the broker once more although their block is known.
    var n: Int
    /// Records already output that come out again.
    var E = 0
    /// The part of them that comes under the number of another batch than before.
    var renumbered = 0
    /// Records that nobody reads again and that are not in the sink.
    var lost: Int

    /// Nil where the restart is refused, or there is nothing that could be damaged.
    init?(
        fidelity: Fidelity, moment: CrashMoment, outage: Outage, schedule: CrashSchedule, shape: LoadShape
    ) {
        let received = ReceivedRecords(
            strategy: .receiverWal, fidelity: fidelity, moment: moment, outage: outage, shape: shape)
        n = received.announcedBeyondCommitted
        lost = received.committedBeyondAnnounced
        let damaged = outage.damage?.checkpoints ?? 0
        guard let record = NewestRecord(moment: moment, fidelity: fidelity, damaged: damaged) else { return nil }
        let first = max(record.firstRunAgain, moment.cleanedThrough(fidelity) + 1)
        let batch = moment.batch ?? -1
        for index in first..<max(first, batch) { E += schedule.records(ofBatch: index) }
        let lastRunsAgain = first <= batch
        if lastRunsAgain { E += moment.output }
        switch outage.damage {
        case .lastEvent:
            guard let event = moment.newestEvent(fidelity) else { return nil }
            // An allocation that a checkpoint answers for, or an addition whose offsets are committed, is missed.
            if fidelity.comparesWhatItFinds, event == .allocation ? record.known >= batch : lost > 0 { return nil }
            guard event == .allocation else { break }
            // Its blocks wait again and form a batch, under a new number where a checkpoint knows the old one.
            if !lastRunsAgain { E += moment.output }
            if record.known >= batch { renumbered = moment.output }
        case .lastBlock:
            guard loseLastBlock(received, moment, lastRunsAgain: lastRunsAgain, fidelity, shape) else { return nil }
        case nil, .newestCheckpoint, .newestTwoCheckpoints: break
        }
    }

    /// The last block of the log cannot be read. False: the restart refuses that, or there is no such block.
    private mutating func loseLastBlock(
        _ received: ReceivedRecords, _ moment: CrashMoment, lastRunsAgain: Bool, _ fidelity: Fidelity,
        _ shape: LoadShape
    ) -> Bool {
        guard moment.blocksStored > 0 else { return false }
        let isKnown = moment.blocksStored == moment.blocksAnnounced
        let waits = moment.blocksAnnounced > moment.blocksAllocated
        guard isKnown, waits || lastRunsAgain else { return true }
        guard fidelity.has(.skipsDamagedBlocks) else { return false }
        let cuts = LoadCuts(shape)
        let block = cuts.reception(from: cuts.layout.starts).groups.flatMap(\.self)[moment.blocksAnnounced - 1]
        if !waits, moment.output == moment.batchRecords {
            // It is out already and does not come out again.
            E -= block
        } else {
            let again = received.lastAnnouncedBeyondCommitted
            n -= again
            lost += block - again
        }
        return true
    }
}
