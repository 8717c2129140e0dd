// An orderly stop, as the closed forms see it: the end of a life at a moment when nothing is under way.
public import Ingestion
public import World

/// How a life ends that does not process all of the input.
public enum LifeEnd: Equatable, Sendable {
    /// It dies there.
    case crash(ArmedCrash)
    /// It is asked there to leave, and leaves in order.
    case stop(Stop, at: ArmedCrash)
}

extension ExpectedOutcome {
    /// The outcome of a run whose lives end like this, one after the other, before one that processes what is left. Nil when
    /// a life never comes to its place, or not in a countable way, and for a place at which nobody can be asked: half way
    /// through a write, or where a task fails.
    public init?(
        strategy: Strategy, sink: SinkKind, job: Job = .identity, fidelity: Fidelity = .sound, ends: [LifeEnd],
        shape: LoadShape
    ) {
        guard strategy != .raw else { return nil }
        let sink = job.keepsState ? .offsetKeyed : sink
        var schedule = CrashSchedule(strategy: strategy, sink: sink, job: job, fidelity: fidelity, shape: shape)
        var deaths: [CrashSchedule.Death] = []
        for end in ends {
            guard let death = schedule.death(by: end) else { return nil }
            deaths.append(death)
            schedule = death.next
        }
        self.init(strategy: strategy, sink: sink, fidelity: fidelity, deaths: deaths)
    }
}

extension CrashSchedule {
    /// The schedule of the life that follows one that ended like this; nil when this one does not.
    public func after(_ end: LifeEnd) -> CrashSchedule? { death(by: end)?.next }

    func death(by end: LifeEnd) -> Death? {
        switch end {
        case .crash(let crash): crash.point.isDeath && !fidelity.has(.plansAfterSubmit) ? death(at: crash) : nil
        case .stop(let stop, let place): leave(stop, askedAt: place)
        }
    }

    /// The life is asked to leave in the step that passes `place`, which is done before anything else happens.
    private func leave(_ stop: Stop, askedAt place: ArmedCrash) -> Death? {
        guard place.point.isDeath, place.point.moment != .torn, let asked = moment(at: place) else { return nil }
        let blocks = blocksCut(askedAt: place, asked)
        let closesLog = strategy.isReceiver && fidelity.has(.closesLogFirst)
        let leavesBlocks = strategy == .receiverWal && stop == .term && !closesLog
        if strategy.isReceiver, !leavesBlocks, !closesLog {
            // What was taken in is all of its input.
            let intake = records(ofBlocks: blocks)
            var left = idleMoment(taking: intake)
            left.isCommittedAtLast = true
            return end(at: left, taking: intake, asked: place)
        }
        // The batch under way is finished, and before it those of earlier lives, unless they are left as well.
        let replays = stop == .drain || closesLog
        var left = moment(afterBatch: max(asked.batch ?? -1, replays ? batchesRunAgain - 1 : -1))
        left.isCommittedAtLast = true
        if strategy.isReceiver {
            let pushed = leavesBlocks ? blocksPushed(askedAt: place, asked) : blocks
            left.blocksCut = pushed
            left.blocksStored = pushed
            left.blocksAnnounced = pushed
            left.blocksCommitted = pushed
        }
        return end(at: left, asked: place)
    }

    /// The blocks that are cut once the step is done in which the life was asked.
    private func blocksCut(askedAt place: ArmedCrash, _ asked: CrashMoment) -> Int {
        switch place.point.effect {
        // A last poll may get nothing.
        case .receiverPoll, .receiverBlockCut: min(place.occurrence, blockCount)
        default: asked.blocksCut
        }
    }

    /// The blocks of which the engine knows then: a group is pushed whole.
    private func blocksPushed(askedAt place: ArmedCrash, _ asked: CrashMoment) -> Int {
        switch place.point.effect {
        case .receiverWalAppend, .receiverWalSync, .receiverEventAppend, .receiverEventSync, .receiverOffsetsCommit:
            asked.blocksCut
        default: asked.blocksAnnounced
        }
    }
}
