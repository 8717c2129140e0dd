// The worker process: runs one life of an engine against a real broker and a real disk, and dies where it is told.
internal import Engine
internal import Foundation
internal import Kafka
internal import Posix
public import World

/// What `kbench worker FILE` does.
public enum Worker {
    /// Runs the engine that the file describes until its input is processed.
    ///
    /// A failure is written to standard output as one line of JSON, for the harness to read. The worker dies with the
    /// process that started it: it watches for the end of its standard input.
    public static func run(configurationPath: String) -> ExitStatus {
        do {
            try BlockingThread.start {
                StandardStreams.waitForEndOfInput()
                Processes.killSelf()
            }
            let data = try Data(contentsOf: URL(fileURLWithPath: configurationPath))
            try run(JSONDecoder().decode(WorkerConfiguration.self, from: data))
            return .asExpected
        } catch {
            let diagnosis = Diagnosis(of: error)
            let line = (try? JSONEncoder().encode(diagnosis)).map { String(decoding: $0, as: UTF8.self) }
            try? StandardStreams.writeOutput((line ?? diagnosis.cause) + "\n")
            return diagnosis.exitCode
        }
    }

    private static func run(_ configuration: WorkerConfiguration) throws {
        let counters = try MappedFile(path: configuration.countersPath, length: EngineCounters.byteCount)
        let kafka = try KafkaConfiguration(
            bootstrap: configuration.bootstrap,
            properties: KafkaConfiguration.properties(fromArguments: configuration.properties))
        let broker = try KafkaBroker(kafka, topic: configuration.topic)
        defer { broker.close() }
        let engineCounters = EngineCounters(storage: counters.memory)
        let crash = configuration.crash.flatMap { ArmedCrash(parsing: $0) }.map { armed in
            CrashSwitch(armed: armed) { point, _ in
                engineCounters.add(.crashesFired, 1)
                guard point.isDeath else { throw TaskFailure(at: point) }
                Processes.killSelf()
            }
        }
        let seams = Seams(
            broker: broker, disk: PosixDisk(), clock: MonotonicClock(), crash: crash ?? CrashSwitch())
        try IngestionEngine(
            configuration: configuration.engine, seams: seams, counters: engineCounters
        ).run()
    }
}
