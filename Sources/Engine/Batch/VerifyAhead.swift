// Verifies a receiver's blocks while they are written, synced, announced and committed.
internal import Synchronization
internal import World

/// Verifies the records of blocks before their batch comes to them. Nothing that it does shows: the task takes the numbers
/// over, with its crash points, as if it had verified the block then. What it cannot verify the task meets by itself.
///
/// A block is only read from when it is cut, here and by the log; whose turn it is stands under a lock, and the opener is
/// the thread's alone. That is what makes it safe to share.
final class VerifyAhead: @unchecked Sendable {
    /// A piece that is handed over, which is safe because only whoever has it uses it.
    private struct OneOwners: @unchecked Sendable { let piece: VerifiedPiece }

    private enum Stage {
        case waiting
        case verifying
        case verified(OneOwners?)
    }

    private struct Job {
        let block: Block
        var stage = Stage.waiting

        var isWaiting: Bool { if case .waiting = stage { true } else { false } }
        var isBeingVerified: Bool { if case .verifying = stage { true } else { false } }
    }

    private struct State {
        /// In the order of their batches.
        var jobs: [Job] = []
        var spare: [OneOwners] = []
        var isWorking = false
    }

    /// Blocks that are kept verified, or wait for it; the oldest of more is left to its task.
    private static let most = 32

    private let thread: any SerialThread
    private let progress: any CountingSemaphore
    private let opener: (any BatchOpener)?
    private let numbering: RecordNumbering
    private let state = Mutex(State())

    /// Makes one that opens batches with `opener`.
    ///
    /// - Throws: what keeps a thread from being started.
    init(threads: any TaskThreads, numbering: RecordNumbering, opener: (any BatchOpener)?) throws {
        self.numbering = numbering
        self.opener = opener
        progress = threads.makeSemaphore()
        thread = try threads.makeSerialThread()
    }

    /// Lets a block be verified that will not change any more.
    func begin(_ block: Block) {
        let starts = state.withLock { state in
            if state.jobs.count >= VerifyAhead.most, !state.jobs[0].isBeingVerified { state.jobs.removeFirst() }
            state.jobs.append(Job(block: block))
            defer { state.isWorking = true }
            return !state.isWorking
        }
        guard starts else { return }
        thread.run { [self] in
            while verifyOne() {}
        }
    }

    /// What a block holds, verified; nil: it is the caller's to verify. Waits where it is under way, for which one thread
    /// alone may call this.
    func take(_ block: Block) -> VerifiedPiece? {
        while true {
            let (piece, isUnderWay) = state.withLock { state -> (OneOwners?, Bool) in
                guard let index = state.jobs.firstIndex(where: { $0.block === block }) else { return (nil, false) }
                if state.jobs[index].isBeingVerified { return (nil, true) }
                guard case .verified(let piece) = state.jobs.remove(at: index).stage else { return (nil, false) }
                return (piece, false)
            }
            guard isUnderWay else { return piece?.piece }
            progress.wait()
        }
    }

    /// Gives back what was taken, for another block.
    func giveBack(_ piece: VerifiedPiece) {
        piece.removeAll()
        let spare = OneOwners(piece: piece)
        state.withLock { $0.spare.append(spare) }
    }

    /// False: there is nothing to do for now.
    private func verifyOne() -> Bool {
        let next = state.withLock { state -> (block: Block, piece: OneOwners?)? in
            guard let index = state.jobs.firstIndex(where: \.isWaiting) else {
                state.isWorking = false
                return nil
            }
            state.jobs[index].stage = .verifying
            return (state.jobs[index].block, state.spare.popLast())
        }
        guard let (block, spare) = next else { return false }
        let verified =
            spare ?? OneOwners(piece: VerifiedPiece(capacity: block.recordCount, numbering: numbering))
        // The task opens it once more, and says what is wrong with it.
        let isVerified = (try? verified.piece.add(block, opener)) != nil
        state.withLock { state in
            guard let index = state.jobs.firstIndex(where: { $0.block === block }) else { return }
            state.jobs[index].stage = .verified(isVerified ? verified : nil)
        }
        // The one who takes looks again after each signal, so one that nobody waits for does no harm.
        progress.signal()
        return true
    }
}
