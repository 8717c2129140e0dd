// What a run left behind, read where its output lies: in a sink, in a job's state, or with a program's own operation.
package import Engine
package import Evidence
internal import Ingestion
package import Judgement
internal import Posix
package import World

extension RunPlan {
    /// The name of what the output went to, for tables: the sink, or the job or operation in its place.
    package var outputName: String {
        if resultsAreCheckpoint != nil { return "own operation" }
        return job.keepsState && strategy.hasOutput ? job.rawValue : sink?.rawValue ?? "none"
    }

    /// The folder in which the worker's own output operation stores its results.
    package func results(in directory: String) -> String { "\(directory)/results" }

    /// The exact outcome of the run in `directory`.
    package func verdict(
        truth: GroundTruth, origin: RecordOrigin, in directory: String, counters: EngineCounters,
        openStore: @escaping TransactionalStoreOpener
    ) throws -> Verdict {
        let disk = PosixDisk()
        if !strategy.hasOutput {
            // It keeps nothing, so what it polled is all there is to count.
            let fetched = Int64(counters[.recordsFetched])
            return try Verdict(
                counted: [fetched], producedByPartition: [existing == nil ? Int64(truth.records) : fetched])
        }
        if resultsAreCheckpoint != nil {
            return try Verdict(
                of: [StoredResults.Deliveries(directory: results(in: directory), disk: disk)],
                against: Production(count: truth.records))
        }
        if job.keepsState {
            let state = "\(directory)/state"
            let counted = try JobState.counted(ofRunIn: state, disk: disk)
            return try Verdict(
                counted: counted.records, producedByPartition: truth.counts, digest: counted.digest,
                readings: Readings(ofRunsIn: [state], disk: disk))
        }
        return try sinkVerdict(truth: truth, origin: origin, in: directory, openStore: openStore)
    }

    /// Compares what the sink of the run in `directory` holds with what was produced.
    package func sinkVerdict(
        truth: GroundTruth, origin: RecordOrigin, in directory: String, openStore: @escaping TransactionalStoreOpener
    ) throws -> Verdict {
        let disk = PosixDisk()
        let state = "\(directory)/state"
        let sink = sink ?? .append
        let production =
            if !sink.traits.keepsRows, let existing {
                try Production(count: truth.records, countedByRunIn: existing, disk: disk)
            } else {
                truth.numbered(origin)
            }
        return try Verdict(
            of: [sink.deliveries(ofRunIn: state, disk: disk, openStore: openStore)],
            against: production, readings: Readings(ofRunsIn: [state], disk: disk))
    }
}
