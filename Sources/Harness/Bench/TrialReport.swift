// What a measured worker is told beyond its run, and the file it leaves at its end.
internal import Engine
internal import World

extension WorkerConfiguration {
    /// What is to be measured of a worker's one life.
    public struct Measurement: Codable, Equatable, Sendable {
        /// The file that gets a ``TrialReport`` at the end.
        var reportPath: String
        /// Copies of the write-ahead log that are kept, at least 1: simulated replicas, all on this machine's disk.
        var logReplicas = 1
        /// The schedule by which records are offered; nil where they were there before.
        var schedule: OfferedSchedule?
        /// Processor time wasted on purpose, as a share of what is used.
        var plantedSlowdown = 0.0
    }
}

/// When each record of an open-loop load is offered: record i goes to partition i modulo p, i / rate after the start, which
/// the harness puts into the counter `offeredFrom`.
public struct OfferedSchedule: Codable, Equatable, Sendable {
    /// Records a second, over all partitions.
    var recordsPerSecond: Double
    /// By partition, the offset of the first record offered.
    var starts: [Offset]
    /// Records at the beginning whose latencies are not recorded: while they come, connections are opened.
    var warmUpRecords = 0

    /// The place of a record in the schedule, from 0.
    func index(_ partition: Partition, _ offset: Offset) -> Int {
        Int(offset - starts[Int(partition)]) * starts.count + Int(partition)
    }

    /// When record `index` is offered, in nanoseconds after the start.
    func time(of index: Int) -> Nanoseconds { Nanoseconds(Double(index) / recordsPerSecond * 1e9) }
}

/// What a worker measured of itself from opening the engine to the end of its work.
struct TrialReport: Codable, Equatable, Sendable {
    /// Processor seconds, user and system.
    var processorSeconds: Double
    /// The most resident memory of the whole process, in bytes.
    var peakResidentBytes: Int64
    /// Syncs of files and folders that the engine asked for.
    var fsyncs: Int64
    /// Write calls of the engine's.
    var writeCalls: Int64
    /// Bytes that the engine wrote; the evidence that the verdict needs is not among them.
    var bytesWrittenLogical: Int64
    /// Bytes that the process caused to be sent to the storage device, evidence included.
    var bytesWrittenPhysical: Int64
    /// Latencies by stage, in microseconds from the moment a record was to be offered; empty without a schedule.
    var latencies: [String: LatencyFigures]
}

/// Percentiles of one stage's latencies, in microseconds.
struct LatencyFigures: Codable, Equatable, Sendable {
    var records: Int
    var p50: UInt64
    var p99: UInt64
    var p999: UInt64
    var max: UInt64
}
