// The checkpoint writer: a stage of its own that writes snapshots some time after they were taken.
internal import World

/// Queues snapshots and writes them in order, each after the configured lag.
final class CheckpointWriter {
    private struct Snapshot {
        let checkpoint: Checkpoint
        let effects: AtomicFileEffects
        let notBeforeTask: Int
    }

    private let store: CheckpointStore
    private let lagTasks: Int
    private var queue: [Snapshot] = []
    /// Called after a checkpoint became durable, with its content.
    var didWrite: (Checkpoint) throws -> Void = { _ in }

    init(store: CheckpointStore, lagTasks: Int) {
        self.store = store
        self.lagTasks = lagTasks
    }

    var isEmpty: Bool { queue.isEmpty }

    /// Takes a snapshot's content to be written once the lag has passed; `tasksRun` is the loop's count now.
    func enqueue(_ checkpoint: Checkpoint, effects: AtomicFileEffects, tasksRun: Int) {
        queue.append(Snapshot(checkpoint: checkpoint, effects: effects, notBeforeTask: tasksRun + lagTasks))
    }

    /// Writes the oldest snapshot if its time has come: its lag has passed, or no batch is running.
    func step(tasksRun: Int, batchIsRunning: Bool) throws -> Bool {
        guard let first = queue.first, tasksRun >= first.notBeforeTask || !batchIsRunning else { return false }
        queue.removeFirst()
        try store.write(first.checkpoint, effects: first.effects)
        try didWrite(first.checkpoint)
        return true
    }
}
