// The checkpoint writer and the cleaner behind it: snapshots are written some time after they were taken.
internal import World

/// Queues snapshots and writes them in order, each after the configured lag; what a written one made superfluous is
/// cleaned up in a step of its own.
final class CheckpointWriter {
    private struct Snapshot {
        let checkpoint: Checkpoint
        let effects: AtomicFileEffects
        let notBeforeTask: Int
    }

    private let store: CheckpointStore
    private let lagTasks: Int
    private var queue: [Snapshot] = []
    /// What is durable and not cleaned up behind, oldest first.
    private var uncleaned: [Checkpoint] = []
    /// Called some time after a checkpoint became durable, with its content: removes what nobody needs any more.
    var didWrite: (Checkpoint) throws -> Void = { _ in }

    init(store: CheckpointStore, lagTasks: Int) {
        self.store = store
        self.lagTasks = lagTasks
    }

    /// Whether nothing is left to write, or to clean up.
    var isEmpty: Bool { queue.isEmpty && uncleaned.isEmpty }

    /// Takes a snapshot's content to be written once the lag has passed; `tasksRun` is the loop's count now.
    func enqueue(_ checkpoint: Checkpoint, effects: AtomicFileEffects, tasksRun: Int) {
        queue.append(Snapshot(checkpoint: checkpoint, effects: effects, notBeforeTask: tasksRun + lagTasks))
    }

    /// Writes the oldest snapshot if its time has come: its lag has passed, or no batch is running.
    func step(tasksRun: Int, batchIsRunning: Bool) throws -> Bool {
        guard let first = queue.first, tasksRun >= first.notBeforeTask || !batchIsRunning else { return false }
        queue.removeFirst()
        try store.write(first.checkpoint, effects: first.effects)
        uncleaned.append(first.checkpoint)
        return true
    }

    /// Cleans up behind the oldest checkpoint for which that is still to be done. False: there is none.
    func cleanUp() throws -> Bool {
        guard !uncleaned.isEmpty else { return false }
        try didWrite(uncleaned.removeFirst())
        return true
    }
}
