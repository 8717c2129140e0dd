// What a measured worker is told beyond its run, and the file it leaves at its end.
internal import Engine
package import Results
package import World

extension WorkerConfiguration {
    /// What is to be measured of a worker's one life.
    public struct Measurement: Codable, Equatable, Sendable {
        /// The file that gets a ``TrialReport`` at the end.
        package var reportPath: String
        /// Copies of the write-ahead log that are kept, at least 1: simulated replicas, all on this machine's disk.
        package var logReplicas = 1
        /// The schedule by which records are offered; nil where they were there before.
        package var schedule: OfferedSchedule?
        /// Processor time wasted on purpose, as a share of what is used.
        package var plantedSlowdown = 0.0

        /// Makes what is to be measured.
        package init(
            reportPath: String, logReplicas: Int = 1, schedule: OfferedSchedule? = nil, plantedSlowdown: Double = 0.0
        ) {
            self.reportPath = reportPath
            self.logReplicas = logReplicas
            self.schedule = schedule
            self.plantedSlowdown = plantedSlowdown
        }
    }
}

/// When each record of an open-loop load is offered: record i goes to partition i modulo p, i / rate after the start, which
/// the harness puts into the counter `offeredFrom`.
public struct OfferedSchedule: Codable, Equatable, Sendable {
    /// Records a second, over all partitions.
    package var recordsPerSecond: Double
    /// By partition, the offset of the first record offered.
    package var starts: [Offset]
    /// Records at the beginning whose latencies are not recorded: while they come, connections are opened.
    package var warmUpRecords = 0

    /// Makes a schedule.
    package init(recordsPerSecond: Double, starts: [Offset], warmUpRecords: Int = 0) {
        self.recordsPerSecond = recordsPerSecond
        self.starts = starts
        self.warmUpRecords = warmUpRecords
    }

    /// The place of a record in the schedule, from 0.
    package func index(_ partition: Partition, _ offset: Offset) -> Int {
        Int(offset - starts[Int(partition)]) * starts.count + Int(partition)
    }

    /// When record `index` is offered, in nanoseconds after the start.
    package func time(of index: Int) -> Nanoseconds { Nanoseconds(Double(index) / recordsPerSecond * 1e9) }
}

/// What a worker measured of itself from opening the engine to the end of its work.
package struct TrialReport: Codable, Equatable, Sendable {
    /// Processor seconds, user and system.
    package var processorSeconds: Double
    /// The most resident memory of the whole process, in bytes.
    package var peakResidentBytes: Int64
    /// Syncs of files and folders that the engine asked for.
    package var fsyncs: Int64
    /// Write calls of the engine's.
    package var writeCalls: Int64
    /// Bytes that the engine wrote; the evidence that the verdict needs is not among them.
    package var bytesWrittenLogical: Int64
    /// Bytes that the process caused to be sent to the storage device, evidence included.
    package var bytesWrittenPhysical: Int64
    /// Latencies by stage, in microseconds from the moment a record was to be offered; empty without a schedule.
    package var latencies: [String: LatencyFigures]
}

/// Percentiles of one stage's latencies, in microseconds.
package struct LatencyFigures: Codable, Equatable, Sendable {
    package var records: Int
    package var spectrum: LatencySpectrum
}
