// Text in a simulated topic, as any producer would put it there, and an engine that works on it for several lives.
import Engine
import Ingestion
import Simulation
import World

/// A topic of text, a disk, and as many lives of an engine as are asked for.
final class TextRun {
    private struct Killed: Error {}

    let disk = SimulatedDisk()
    let broker: SimulatedBroker
    var configuration: EngineConfiguration
    /// A program's own output operation for the next life.
    var output: (any OutputOperation)?
    private let clock = SimulatedClock()
    private let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)

    /// Puts line i into partition i modulo `partitions`; nil is a tombstone.
    init(
        _ lines: [String?], partitions: Int, strategy: Strategy, job: Job, block: Int = 2, batch: Int = 6,
        fidelity: Fidelity = .sound
    ) {
        broker = SimulatedBroker(topic: "text", partitions: partitions)
        for (index, line) in lines.enumerated() {
            broker.produce(to: Partition(index % partitions), value: line.map { Array($0.utf8) })
        }
        configuration = EngineConfiguration(
            strategy: strategy, sink: .append, directory: "/run", group: "kbench",
            starts: Array(repeating: 0, count: partitions),
            ends: (0..<partitions).map { Int64((lines.count + partitions - 1 - $0) / partitions) },
            cuts: .count(block: block, batch: batch), fidelity: fidelity, job: job)
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
    }

    deinit { storage.deallocate() }

    /// One life, until the input is processed or the crash fires; a failure that is armed lets it live on. Says whether
    /// it fired.
    @discardableResult
    func live(crash: ArmedCrash? = nil) throws -> Bool {
        clock.sleep(1_000_000_000)
        defer { disk.releaseLocks() }
        var fired = false
        let armed = crash.map {
            CrashSwitch(armed: $0) { point, _ in
                fired = true
                guard point.isDeath else { throw TaskFailure(at: point) }
                throw Killed()
            }
        }
        let seams = Seams(broker: broker, disk: disk, clock: clock, crash: armed ?? CrashSwitch(), output: output)
        do {
            try IngestionEngine(
                configuration: configuration, seams: seams, counters: EngineCounters(storage: storage)
            ).run()
        } catch is Killed {}
        return fired
    }

    /// The names of the job's state files.
    var states: [String] { disk.paths.filter { $0.hasPrefix("/run/job/") } }

    func state() throws -> JobState? { try JobState.newest(ofRunIn: "/run", disk: disk) }
}
