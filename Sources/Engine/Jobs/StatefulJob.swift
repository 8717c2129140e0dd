// Word count and checksum sum: a state in memory that every batch moves forward and writes down as a whole.
internal import World

/// An output operation like any program's own, which keeps its counts and the offsets they reach in one file.
///
/// Because they are in one file, a record that comes again is known by its offset and not counted twice, whether its
/// batch ran again or it was ingested again. So the counts are exact wherever the strategy loses nothing.
final class StatefulJob: OutputOperation {
    private let store: StateStore
    private let isFallback: Bool
    private var state: JobState

    init(configuration: EngineConfiguration, seams: Seams) throws {
        store = try StateStore(
            directory: RunFolder.jobState(of: configuration.directory), job: configuration.job, seams: seams)
        let restored = try store.newest()
        isFallback = restored?.isFallback ?? false
        state = restored?.state ?? JobState(job: configuration.job, starts: configuration.starts)
        // A topic can have grown since the state was written.
        state.extend(to: configuration.starts)
    }

    /// An older state than the newest is behind what the engine remembers, so the engine has to go back to it.
    func startPositions() -> [Offset]? { isFallback ? state.next : nil }

    func process(_ records: Block, of task: OutputTask) { state.take(records) }

    func complete(_ batch: OutputBatch) throws {
        state.batch = batch.number
        try store.write(state)
        try store.removeOld()
    }
}
