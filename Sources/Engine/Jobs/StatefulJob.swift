// Word count and checksum sum: a state in memory that every batch moves forward and writes down as a whole.
internal import Evidence
internal import Ingestion
internal import World

/// An output operation like any program's own, which keeps its counts and the offsets they reach in one file.
///
/// Because they are in one file, a record that comes again is known by its offset and not counted twice, whether its
/// batch ran again or it was ingested again. So the counts are exact wherever the strategy loses nothing.
final class StatefulJob: OutputOperation {
    private let store: StateStore
    private var state: JobState

    init(configuration: EngineConfiguration, seams: Seams) throws {
        store = try StateStore(
            directory: RunFolder.jobState(of: configuration.outputFolder), job: configuration.job, seams: seams)
        let restored = try store.newest()
        state = restored?.state ?? JobState(job: configuration.job, starts: configuration.starts)
        // An older state than the newest is behind what the engine remembers, so the engine has to go back to it; and at
        // every restart from then on, since it may die before it remembers anything newer than it did.
        if restored?.isFallback == true { state.isCheckpoint = true }
        // This strategy has no other memory than what is stored with the output.
        if configuration.strategy.traits.offsets == .sink { state.isCheckpoint = true }
        // A topic can have grown since the state was written.
        state.extend(to: configuration.starts)
    }

    func startPositions() -> [Offset]? { state.isCheckpoint ? state.next : nil }

    func process(_ records: Block, of task: OutputTask) { state.take(records) }

    func complete(_ batch: OutputBatch) throws {
        state.batch = batch.number
        try store.write(state)
        try store.removeOld()
    }
}

extension Job {
    /// The seams with the job's output operation, unless a program has brought its own.
    ///
    /// - Throws: ``EngineError`` or ``DiskError`` when the job's state cannot be read.
    func bound(to seams: Seams, _ configuration: EngineConfiguration) throws -> Seams {
        guard keepsState, seams.output == nil, configuration.strategy.hasOutput else { return seams }
        var seams = seams
        seams.output = try StatefulJob(configuration: configuration, seams: seams)
        return seams
    }
}
