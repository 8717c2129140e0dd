// The worker process: runs one life of an engine against a real broker and a real disk, and dies where it is told.
internal import Engine
internal import Foundation
internal import Ingestion
internal import Kafka
internal import Posix
public import World

/// What `kbench worker FILE` does.
public enum Worker {
    /// Runs the engine that the file describes until its input is processed.
    ///
    /// A failure, or what it has to say of other drivers, is written to standard output as one line of JSON, for the
    /// harness to read. The worker dies with the
    /// process that started it: it watches for the end of its standard input.
    public static func run(configurationPath: String) -> ExitStatus {
        let startedAt = MonotonicClock().now()
        Processes.keepFreedMemory()
        do {
            let configuration = try WorkerConfiguration.received(from: configurationPath)
            try BlockingThread.start {
                StandardStreams.waitForEndOfInput()
                Processes.killSelf()
            }
            let notes = try run(configuration, startedAt: startedAt)
            if !notes.isEmpty {
                try StandardStreams.writeOutput(String(decoding: JSONEncoder().encode(notes), as: UTF8.self) + "\n")
            }
            return .asExpected
        } catch {
            let diagnosis = Diagnosis(of: error)
            let line = (try? JSONEncoder().encode(diagnosis)).map { String(decoding: $0, as: UTF8.self) }
            try? StandardStreams.writeOutput((line ?? diagnosis.cause) + "\n")
            return diagnosis.exitCode
        }
    }

    private static func run(_ configuration: WorkerConfiguration, startedAt: Nanoseconds) throws -> [String] {
        let counters = try MappedFile(path: configuration.countersPath, length: EngineCounters.byteCount)
        let engineCounters = EngineCounters(storage: counters.memory)
        engineCounters[.startedAt] = startedAt
        var kafka = try KafkaConfiguration(
            bootstrap: configuration.bootstrap,
            properties: KafkaConfiguration.properties(fromArguments: configuration.properties))
        // Whoever started this worker has seen the topic.
        kafka.topicTimeout = BrokerHost.topicTimeout
        let (broker, closeBroker) = try configuration.client.open(kafka, topic: configuration.topic)
        defer { closeBroker() }
        let trace = try configuration.tracePath.map { try EffectTrace(path: $0) }
        if configuration.stop != nil { try Interrupts.install() }
        let armed = configuration.crash.flatMap { ArmedCrash(parsing: $0) }.map { armed in
            CrashSwitch(armed: armed) { point, _ in
                engineCounters.add(.crashesFired, 1)
                if configuration.stop != nil { return Processes.askSelfToEnd() }
                guard point.isDeath else { throw TaskFailure(at: point) }
                engineCounters[.diedAt] = MonotonicClock().now()
                Processes.killSelf()
            }
        }
        let results = try configuration.results.map { try StoredResults($0, disk: PosixDisk()) }
        let meter = configuration.measurement.map { TrialMeter($0, counters: engineCounters) }
        var seams = Seams(
            broker: broker, offsets: try configuration.offsetStore.open(topic: configuration.topic),
            disk: meter?.disk ?? PosixDisk(),
            clock: MonotonicClock(),
            crash: armed ?? configuration.pause.flatMap(waiting) ?? trace?.crashSwitch ?? CrashSwitch(),
            openStore: ResultStore.opener(configuration.output, kafka, input: configuration.topic),
            driverName: "process \(Processes.processID)", output: results,
            threads: PlainThreads())
        // Where there is no room for samples the run goes on without them.
        let samples = configuration.samplesPath.flatMap { path in
            try? RunSamples(
                path, counters: engineCounters, starts: configuration.engine.starts, ends: configuration.engine.ends)
        }
        seams.observer = meter?.observer ?? samples
        seams.makeOpener = ClientKind.makeOpener
        seams.stop = { Interrupts.wasInterrupted ? configuration.stop : nil }
        // It waits for syncs and answers, again and again, beside threads that fetch; without output it does not.
        if configuration.engine.strategy.hasOutput { TimeSlice.shorten() }
        let engine = try IngestionEngine(configuration: configuration.engine, seams: seams, counters: engineCounters)
        try engine.run()
        try meter?.finish()
        try trace?.close()
        return engine.notes
    }

    /// A switch that waits where it is told until it is told to go on.
    private static func waiting(_ pause: WorkerConfiguration.Pause) -> CrashSwitch? {
        ArmedCrash(parsing: pause.at).map { armed in
            CrashSwitch(armed: armed) { _, _ in
                let disk = PosixDisk()
                try disk.write([], to: pause.reachedPath)
                while !disk.exists(pause.resumePath) { MonotonicClock().sleep(1_000_000) }
            }
        }
    }
}
