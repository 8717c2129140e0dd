// Plants a bug in the engine of a simulated run: at its seams, in its fidelity, or as a mistake of its own.
internal import Engine
internal import Ingestion
internal import Simulation
internal import World

extension SimulatedRun {
    /// Plants a bug in every engine that the run opens from now on.
    func plant(_ bug: PlantedBug) {
        if let deviation = bug.deviation {
            configuration.fidelity = Fidelity(configuration.fidelity.deviations + [deviation])
        }
        changeSeams = { seams in
            var seams = seams
            if let mistake = bug.mistake { seams.mistakes.insert(mistake) }
            if let flaw = bug.diskFlaw { seams.disk = FlawedDisk(seams.disk, flaw) }
            if let flaw = bug.brokerFlaw {
                let broker = FlawedBroker(seams.broker, flaw)
                seams.broker = broker
                seams.offsets = broker
            }
            if bug == .offsetsInTransactionOfTheirOwn, let open = seams.openStore {
                seams.openStore = { FlawedStore(try open($0)) }
            }
            return seams
        }
    }
}

extension PlantedBug {
    /// The deviation that the bug is, where it is one that Spark has.
    var deviation: Fidelity.Deviation? {
        switch self {
        case .logReplayedOnlyWithCheckpoint: .replaysOnlyWithCheckpoint
        case .lastBatchRunAgain: .rerunsLastBatch
        case .numbersByClock: .numbersByClock
        case .planAfterSubmit: .plansAfterSubmit
        case .lastOffsetCommitted: .commitsLastOffset
        default: nil
        }
    }

    var mistake: Mistake? {
        switch self {
        case .commitBeforeLog: .commitsBeforeLog
        case .neededSegmentRemoved: .removesNeededSegments
        default: nil
        }
    }

    var diskFlaw: FlawedDisk.Flaw? {
        switch self {
        case .blockLogNeverSynced: .skipsSync(of: "/wal/blocks")
        case .eventLogNeverSynced: .skipsSync(of: "/wal/events")
        case .checkpointNeverSynced: .skipsSync(of: "/checkpoints")
        case .offsetLogNeverSynced: .skipsSync(of: "/offset-log")
        case .sinkNeverSynced: .skipsSync(of: "/sink")
        case .checkpointNameNeverSynced: .skipsDirectorySync(of: "/checkpoints")
        case .offsetLogNameNeverSynced: .skipsDirectorySync(of: "/offset-log/offsets")
        case .blockSegmentNameNeverSynced: .skipsDirectorySync(of: "/wal/blocks")
        case .eventSegmentNameNeverSynced: .skipsDirectorySync(of: "/wal/events")
        case .sinkNameNeverSynced: .skipsDirectorySync(of: "/sink")
        case .syncErrorIgnored: .ignoresSyncErrors
        case .syncRetried: .retriesSync
        case .fullDiskIgnored: .ignoresFullDisk
        case .copiesInsteadOfRenaming: .copiesInsteadOfRenaming
        case .staleCheckpoint: .hidesNewest(in: "/checkpoints")
        case .staleOffsetLog: .hidesNewest(in: "/offset-log/offsets")
        case .partitionsShareSlots: .sharesSlots
        default: nil
        }
    }

    var brokerFlaw: FlawedBroker.Flaw? {
        switch self {
        case .rangeEndOffByOne: .endsOneEarly
        case .rangeBeginOffByOne: .beginsOneEarly
        case .offsetBeyondCommitted: .commitsOneBeyond
        case .partitionForgottenInCommit: .forgetsAPartition
        case .committedOffsetsIgnored: .ignoresCommitted
        default: nil
        }
    }
}
