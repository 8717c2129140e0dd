// What a run left behind, read where its output lies: in a sink, in a job's state, or with a program's own operation.
internal import Database
internal import Engine
internal import Posix
internal import World

extension RunPlan {
    /// The name of what the output went to, for tables: the sink, or the job or operation in its place.
    var outputName: String {
        if resultsAreCheckpoint != nil { return "own operation" }
        return job.keepsState && strategy.hasOutput ? job.rawValue : sink?.rawValue ?? "none"
    }

    /// The folder in which the worker's own output operation stores its results.
    func results(in directory: String) -> String { "\(directory)/results" }

    /// The exact outcome of the run in `directory`.
    func verdict(
        truth: GroundTruth, origin: RecordOrigin, in directory: String, counters: EngineCounters
    ) throws -> Verdict {
        let disk = PosixDisk()
        if !strategy.hasOutput {
            // It keeps nothing, so what it polled is all there is to count.
            var verdict = Verdict()
            verdict.delivered = Int(counters[.recordsFetched])
            verdict.produced = existing == nil ? truth.records : verdict.delivered
            verdict.lost = max(0, verdict.produced - verdict.delivered)
            verdict.duplicates = max(0, verdict.delivered - verdict.produced)
            return verdict
        }
        if resultsAreCheckpoint != nil {
            return try StoredResults.verdict(produced: truth.records, in: results(in: directory), disk: disk)
        }
        if job.keepsState {
            return try Verdict(producedByPartition: truth.counts, jobOfRunIn: "\(directory)/state", disk: disk)
        }
        return try sinkVerdict(truth: truth, origin: origin, in: directory)
    }

    /// Compares what the sink of the run in `directory` holds with what was produced.
    func sinkVerdict(truth: GroundTruth, origin: RecordOrigin = .kbench, in directory: String) throws -> Verdict {
        if sink?.traits.keepsRows == false, let existing {
            return try Verdict(
                countedIn: ["\(directory)/state"], count: truth.records, existing: existing, disk: PosixDisk())
        }
        let numbered = truth.numbered(origin)
        return try Verdict(
            produced: numbered.count, sink: sink ?? .append, runDirectory: "\(directory)/state", disk: PosixDisk(),
            openStore: { try SQLiteStore(path: $0) }, places: numbered.place, exists: numbered.exists)
    }
}
