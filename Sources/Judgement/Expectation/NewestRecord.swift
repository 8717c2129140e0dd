// The newest durable record of its batches that a restart can read, and the batches that run again because of it.
internal import Ingestion

/// What a restart of an engine with checkpoints goes by. Checkpoints are written in one order only: for each batch one when
/// it has begun (generation) and one when it is complete (completion).
struct NewestRecord {
    /// The newest batch that the record knows, from 0; -1 where there is no record at all.
    let known: Int
    /// The oldest batch that runs again, with its plan or under a new one.
    let firstRunAgain: Int
    /// Whether there is no record at all.
    var isMissing: Bool { known < 0 }

    /// The record at `moment`, `damaged` newest checkpoints aside; nil when there is nothing to damage, or nothing
    /// readable is left, which the engine refuses.
    init?(moment: CrashMoment, fidelity: Fidelity, damaged: Int) {
        // Places in the order of writing: 2b for the generation of batch b, 2b + 1 for its completion.
        let begun = 2 * (moment.batch ?? 0)
        let newest =
            moment.batch == nil ? -1 : begun + (moment.completionIsDurable ? 1 : moment.generationIsDurable ? 0 : -1)
        let readable = newest - damaged
        guard damaged == 0 || (newest >= 0 && readable >= 0) else { return nil }
        known = readable < 0 ? -1 : readable / 2
        let isCompletion = readable >= 0 && readable % 2 == 1
        firstRunAgain = isCompletion && !fidelity.has(.rerunsLastBatch) ? known + 1 : max(0, known)
    }
}

extension CrashMoment {
    /// The newest event of the event log.
    enum Event {
        case addition, allocation, cleanup
    }

    /// The last batch that the event log says is cleaned up, from 0; negative where none is. Where the last batch runs
    /// again, two batches more are kept.
    func cleanedThrough(_ fidelity: Fidelity) -> Int {
        (batch ?? -1) - (cleanupIsDurable ? 0 : 1) - (fidelity.has(.rerunsLastBatch) ? 2 : 0)
    }

    /// The newest event; nil when the log is empty.
    func newestEvent(_ fidelity: Fidelity) -> Event? {
        if blocksAnnounced > blocksAllocated { return .addition }
        if cleanupIsDurable, cleanedThrough(fidelity) >= 0 { return .cleanup }
        return blocksAllocated > 0 ? .allocation : nil
    }
}
