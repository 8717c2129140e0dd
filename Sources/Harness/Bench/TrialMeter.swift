// The measuring side of a worker: counts what goes to the disk and what the process uses, and writes it down.
internal import Engine
internal import Foundation
internal import Posix
internal import World

/// Measures one life of a worker, from its making to ``finish()``.
struct TrialMeter {
    private let measurement: WorkerConfiguration.Measurement
    private let counted: CountedDisk
    private let before: ProcessUse
    /// The disk for the engine to write to.
    let disk: any Disk
    /// Who watches the records; nil without a schedule.
    let observer: LatencyRecorder?

    init(_ measurement: WorkerConfiguration.Measurement, counters: EngineCounters) {
        self.measurement = measurement
        counted = CountedDisk(PosixDisk())
        disk = measurement.logReplicas > 1 ? ReplicatedLogDisk(counted, copies: measurement.logReplicas) : counted
        observer = measurement.schedule.map { LatencyRecorder($0, counters: counters) }
        before = ProcessUse.own()
    }

    /// Writes the report.
    func finish() throws {
        let now = ProcessUse.own()
        let use = counted.engineUse
        let report = TrialReport(
            processorSeconds: now.userSeconds + now.systemSeconds - before.userSeconds - before.systemSeconds,
            peakResidentBytes: now.peakResidentBytes, fsyncs: use.fileSyncs + use.directorySyncs,
            writeCalls: use.writeCalls, bytesWrittenLogical: use.bytesWritten,
            bytesWrittenPhysical: now.bytesToStorage - before.bytesToStorage, latencies: observer?.figures ?? [:])
        try PosixDisk().write(Array(JSONEncoder().encode(report)), to: measurement.reportPath)
    }
}
