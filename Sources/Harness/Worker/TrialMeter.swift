// The measuring side of a worker: counts what goes to the disk and what the process uses, and writes it down.
package import Engine
internal import Foundation
internal import Posix
package import World

/// Measures one life of a worker, from its making to ``finish()``.
package struct TrialMeter {
    private let measurement: WorkerConfiguration.Measurement
    private let counted: CountedDisk
    private let before: ProcessUse
    /// The disk for the engine to write to.
    package let disk: any Disk
    /// Who is told how far records have come; nil where nobody asks.
    package let observer: (any StageObserver)?
    private let latencies: LatencyRecorder?

    package init(_ measurement: WorkerConfiguration.Measurement, counters: EngineCounters) {
        self.measurement = measurement
        counted = CountedDisk(PosixDisk())
        disk = measurement.logReplicas > 1 ? ReplicatedLogDisk(counted, copies: measurement.logReplicas) : counted
        latencies = measurement.schedule.map { LatencyRecorder($0, counters: counters) }
        before = ProcessUse.own()
        observer =
            measurement.plantedSlowdown > 0
            ? PlantedSlowdown(measurement.plantedSlowdown, telling: latencies) : latencies
    }

    /// Writes the report.
    package func finish() throws {
        let now = ProcessUse.own()
        let use = counted.engineUse
        let report = TrialReport(
            processorSeconds: now.userSeconds + now.systemSeconds - before.userSeconds - before.systemSeconds,
            peakResidentBytes: now.peakResidentBytes, fsyncs: use.fileSyncs + use.directorySyncs,
            writeCalls: use.writeCalls, bytesWrittenLogical: use.bytesWritten,
            bytesWrittenPhysical: now.bytesToStorage - before.bytesToStorage, latencies: latencies?.figures ?? [:])
        try PosixDisk().write(Array(JSONEncoder().encode(report)), to: measurement.reportPath)
    }
}
