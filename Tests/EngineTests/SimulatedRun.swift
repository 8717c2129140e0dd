// Runs an engine in the simulated world: produces records, crashes where told, restarts, judges.
import Simulation
import World

@testable import Engine

/// Thrown by an armed crash switch in place of SIGKILL.
struct Killed: Error {}

/// One topic, one disk, one run folder, and as many lives of an engine as are asked for.
final class SimulatedRun {
    let disk = SimulatedDisk()
    let clock = SimulatedClock()
    let broker: SimulatedBroker
    let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)
    var configuration: EngineConfiguration
    let shape: LoadShape

    init(strategy: Strategy, sink: SinkKind, shape: LoadShape, fidelity: Fidelity = .sound) {
        self.shape = shape
        broker = SimulatedBroker(topic: "orders", partitions: shape.partitions)
        for sequence in 0..<shape.records {
            var value = [UInt8](repeating: 0, count: 24)
            value.withUnsafeMutableBytes {
                RecordFormat.write(.init(producer: 0, sequence: UInt64(sequence)), seed: 7, into: $0)
            }
            broker.produce(to: Partition(sequence % shape.partitions), value: value)
        }
        configuration = EngineConfiguration(
            strategy: strategy, sink: sink, directory: "/run", group: "kbench",
            starts: Array(repeating: 0, count: shape.partitions), ends: shape.recordsByPartition,
            cuts: .count(block: shape.blockRecords, batch: shape.batchRecords),
            groupCommitBlocks: shape.groupCommitBlocks, checkpointLagTasks: shape.checkpointLagTasks,
            fidelity: fidelity, autoCommitBlocks: shape.autoCommitBlocks, chunkRecords: shape.chunkRecords)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
    }

    deinit { storage.deallocate() }

    var counters: EngineCounters { EngineCounters(storage: storage) }

    /// One life, until the input is processed or the crash fires; true when it fired.
    @discardableResult
    func live(crash: ArmedCrash? = nil) throws -> Bool {
        // Time passes between two lives, as it does between two processes.
        clock.sleep(1_000_000_000)
        var fired = false
        let crashSwitch = crash.map { armed in
            CrashSwitch(armed: armed) { _, _ in
                fired = true
                throw Killed()
            }
        }
        let seams = Seams(broker: broker, disk: disk, clock: clock, crash: crashSwitch ?? CrashSwitch())
        do {
            try IngestionEngine(configuration: configuration, seams: seams, counters: counters).run()
        } catch is Killed {}
        return fired
    }

    /// A life that is watched: the points it passes, in order.
    func trace() throws -> [CrashPoint] {
        var points: [CrashPoint] = []
        let observing = CrashSwitch(observing: { point, _ in points.append(point) })
        let seams = Seams(broker: broker, disk: disk, clock: clock, crash: observing)
        try IngestionEngine(configuration: configuration, seams: seams, counters: counters).run()
        return points
    }

    func verdict() throws -> Verdict {
        try Verdict(
            produced: shape.records, sink: configuration.sink, runDirectory: configuration.directory, disk: disk)
    }
}

extension LoadShape {
    /// A small load; what a test does not care about has a default.
    static func small(
        records: Int = 60, partitions: Int = 3, block: Int = 5, batch: Int = 20, group: Int = 1, lag: Int = 0,
        autoCommit: Int = 3, chunk: Int = 1000
    ) -> LoadShape {
        LoadShape(
            records: records, partitions: partitions, blockRecords: block, batchRecords: batch,
            groupCommitBlocks: group, checkpointLagTasks: lag, autoCommitBlocks: autoCommit, chunkRecords: chunk)
    }
}
