// A crash with an outage behind it: records arrive, files are damaged, and a restart begins elsewhere or takes more.
internal import Evidence
internal import Ingestion
internal import World

extension ExpectedOutcome {
    /// The outcome of a crash at `point`, at a moment already known.
    init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity, point: CrashPoint,
        moment: CrashMoment, outage: Outage, schedule: CrashSchedule, shape: LoadShape
    ) {
        self.init()
        // What a state makes of damage, or of records that nobody reads, is the job's own affair.
        guard !job.keepsState || (outage.damage == nil && outage.reset == .earliest) else { return nil }
        k = moment.completionIsDurable ? 0 : moment.output
        N = moment.batchRecords
        let isForgotten =
            strategy == .receiver || strategy == .receiverReliable
            || (strategy == .receiverWal && !moment.hasCheckpoint && fidelity.has(.replaysOnlyWithCheckpoint))
        // Of E, what comes under another number than before; whether that makes it another ingest.
        var renumbered = 0
        var isOtherIngest = true
        var isUnstored = false
        switch strategy {
        case .raw: return nil
        case .receiver, .receiverReliable, .receiverWal:
            if isForgotten {
                let received = ReceivedRecords(
                    strategy: strategy, fidelity: fidelity, moment: moment, outage: outage, shape: shape)
                let damaged = outage.damage?.checkpoints ?? 0
                // Where the log is forgotten and the event is lost that says which numbers were used, they are used again.
                let losesNumber = outage.damage == .lastEvent && moment.newestEvent(fidelity) == .allocation
                guard !losesNumber, NewestRecord(moment: moment, fidelity: fidelity, damaged: damaged) != nil else {
                    return nil
                }
                n = received.outputBeyondCommitted
                lost = received.committedBeyondOutput
                if job.keepsState, !moment.stateIsDurable {
                    var held = moment
                    held.output = 0
                    lost =
                        ReceivedRecords(strategy: strategy, fidelity: fidelity, moment: held, shape: shape)
                        .committedBeyondOutput
                }
            } else {
                guard
                    let restart = ReceiverRestart(
                        fidelity: fidelity, moment: moment, outage: outage, schedule: schedule, shape: shape)
                else { return nil }
                (n, E, renumbered, lost) = (restart.n, restart.E, restart.renumbered, restart.lost)
                isOtherIngest = false
            }
        case .direct, .directLogFirst:
            guard
                let restart = DirectRestart(
                    strategy: strategy, fidelity: fidelity, moment: moment, outage: outage, schedule: schedule,
                    shape: shape)
            else { return nil }
            (E, renumbered, G, lost) = (restart.E, restart.renumbered, restart.G, restart.lost)
            isUnstored = restart.isUnstored
        case .directCommit:
            guard outage.damage == nil else { return nil }
            // Whatever has been output since the last offsets sent; nothing remembers which batch it was.
            let unsent = moment.previousIsCommitted ? 0 : moment.previousRecords
            E = moment.completionIsDurable ? moment.batchRecords : unsent + moment.output
            isUnstored = !moment.hasCommitted
            if isUnstored, outage.reset == .latest { E = 0 }
            lost = ExpectedOutcome.neverRead(moment, outage, shape)
            renumbered = E
        case .directTransactional:
            guard outage.damage == nil else { return nil }
            lost = shape.neverStored(at: moment, outage)
        }
        ingestDuplicates = n + (isOtherIngest && sink != .batchKeyed ? renumbered : 0)
        switch sink {
        case .append, .counting: duplicates = n + E
        case .batchKeyed:
            // It drops what comes again under the same number, and what is new there with it.
            let shown = isUnstored || strategy == .directCommit || !isOtherIngest ? renumbered : 0
            duplicates = n + shown
            ingestDuplicates += isOtherIngest ? shown : 0
            lost += G
        case .offsetKeyed: duplicates = 0
        case .transactional where strategy == .directTransactional,
            .kafkaTransactional where strategy == .directTransactional:
            // A batch of which nothing is stored is planned again under its own number, and is one ingest.
            let isReadAgain = outage.reset == .earliest || (moment.batch ?? 0) > 0
            ingestDuplicates = moment.tasksOut > 0 && isReadAgain ? moment.unshown : 0
        case .transactional, .kafkaTransactional:
            let journaled = ExpectedOutcome(
                strategy: strategy, sink: .offsetKeyed, fidelity: fidelity, point: point, moment: moment.asJournaled,
                outage: outage, schedule: schedule, shape: shape)
            ingestDuplicates = journaled?.ingestDuplicates ?? 0
        }
        row = CrashPointGuide.row(
            of: point, strategy: strategy, fidelity: fidelity, at: moment, isForgotten: isForgotten,
            isUnstored: isUnstored, damage: outage.damage)
        derivation = describeOutage(sink) + citation(strategy)
    }

    /// For `direct-commit`: records that lie before the place from which a restart reads, and are not in the sink.
    private static func neverRead(_ moment: CrashMoment, _ outage: Outage, _ shape: LoadShape) -> Int {
        guard outage.reset == .latest else { return 0 }
        let after = shape.layout(after: outage.arrivals)
        if !moment.hasCommitted { return Int(after.count) - moment.earlierOutput - moment.output }
        // A partition of which nothing was planned yet has no committed offset either.
        return zip(shape.layout.partitions, after.partitions).reduce(0) {
            $0 + ($1.0.start == $1.0.end ? Int($1.1.count) : 0)
        }
    }

    private func describeOutage(_ sink: SinkKind) -> String {
        let form =
            switch sink {
            case .append, .counting: "n + E = \(n) + \(E)"
            case .batchKeyed: "\(duplicates) (n = \(n); of E = \(E) those whose batch keeps its number are dropped)"
            case .offsetKeyed: "0 (n = \(n) and E = \(E) leave no trace)"
            case .transactional, .kafkaTransactional: "0 (n = \(n) and E = \(E) lie below the stored offsets)"
            }
        let trap = G > 0 ? ", G = \(G)" + (sink == .batchKeyed ? " of it dropped with its batch" : "") : ""
        return "duplicates = \(form), lost = \(lost)\(trap)"
    }
}
