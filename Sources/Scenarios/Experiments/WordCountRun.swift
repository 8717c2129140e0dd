// One strategy that counts words while they are typed: its lives, its deaths, and what it had counted in the end.
internal import Engine
internal import Foundation
internal import Harness
internal import Ingestion
internal import Kafka
internal import Posix
internal import World

/// A topic, its typist, and one worker after the other.
struct WordCountRun: Sendable {
    /// What came of it.
    struct Count: Sendable {
        /// The job's last state.
        var state: JobState?
        /// Records that tasks read, those that came again included.
        var recordsRead = 0
        /// The crashes that fired.
        var crashes: [String] = []
        /// Why nothing was shown; nil when something was.
        var invalidReason: String?
        /// What is not as it should be.
        var complaint: String?
    }

    /// Thrown when text stays uncounted.
    private struct Stuck: Error {
        var told: String
    }

    let stage: Stage
    let strategy: Strategy
    let directory: String

    /// The first life dies with a batch half done, or with a block announced and its offsets not committed; the second
    /// with a state written and its batch not complete.
    private var crashes: [String] {
        [strategy.isReceiver ? "receiver.offsets.commit.before@2" : "sink.write.after@2", "sink.sync.after@2"]
    }

    /// Lets the worker count `text`, part after part, until all of it is in the state; then kills it.
    ///
    /// - Throws: ``Diagnosis`` when a worker gives up or kcat fails.
    func count(_ text: [String], patience: Duration) async throws -> Count {
        let topic = try await stage.makeTopic(partitions: stage.scenario.partitions)
        let broker = try await BlockingThread.run {
            Handed(try KafkaBroker(stage.host.value.configuration, topic: topic))
        }
        let bootstrap = stage.host.value.configuration.bootstrap
        let typist = Typist(
            bootstrap: bootstrap, properties: stage.host.value.properties,
            propertiesPath: "\(directory)/kcat.properties")
        let pages = Pages(text)
        try PosixDisk().makeDirectory(directory)
        let counters = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
        let worker = WorkerProcess(executable: stage.options.workerExecutable)
        var count = Count()
        var fired: UInt64 = 0
        do {
            for crash in crashes.map(Optional.some) + [nil] {
                let path = "\(directory)/worker.json"
                let told = try configuration(topic: topic, bootstrap: bootstrap, crash: crash)
                let end = try await worker.run(told, at: path) { life in
                    while let page = await pages.next() {
                        // A task of its own, so that what is typed is typed whole when the worker dies meanwhile.
                        try await Task { try await typist.type(page, to: topic) }.value
                        try await untilCounted(broker, patience)
                    }
                    try await untilCounted(broker, patience)
                    // All is counted. Whoever was to die of a crash point gets some more time to come to it.
                    if crash != nil { try await Task.sleep(for: .seconds(5)) }
                    life.kill()
                }
                switch end.exit {
                case .finished: count.complaint = "the worker ended, and its input has no end"
                case .failed(let diagnosis): throw diagnosis
                case .killed:
                    let now = EngineCounters(storage: counters.memory)[.crashesFired]
                    if let crash {
                        if now == fired { count.invalidReason = "the crash \(crash) never fired" }
                        count.crashes.append(crash)
                    }
                    fired = now
                }
            }
        } catch let stuck as Stuck {
            count.complaint = stuck.told
        }
        count.recordsRead = Int(EngineCounters(storage: counters.memory)[.recordsRead])
        count.state = try await BlockingThread.run {
            broker.value.close()
            return try JobState.newest(ofRunIn: "\(directory)/state", disk: PosixDisk())
        }
        withExtendedLifetime(counters) {}
        return count
    }

    private func configuration(topic: String, bootstrap: String, crash: String?) throws -> WorkerConfiguration {
        guard case .time(let block, let batch) = stage.scenario.cuts else {
            // Our own bug: the experiment refuses cuts by count.
            preconditionFailure("word count with cuts by count")
        }
        let partitions = stage.scenario.partitions
        let engine = EngineConfiguration(
            strategy: strategy, sink: .append, directory: "\(directory)/state", group: topic,
            starts: Array(repeating: 0, count: partitions),
            ends: Array(repeating: EngineConfiguration.openEnd, count: partitions),
            cuts: .time(block: UInt64(block) * 1_000_000, batch: UInt64(batch) * 1_000_000),
            checkpointLagTasks: stage.scenario.checkpointLagTasks, fidelity: stage.scenario.fidelity, job: .wordCount)
        var worker = WorkerConfiguration(
            engine: engine, bootstrap: bootstrap, properties: stage.host.value.properties, topic: topic, crash: crash,
            countersPath: "\(directory)/counters")
        worker.client = stage.scenario.client
        return worker
    }

    /// Returns once the newest state reaches the end of every partition as it is now.
    private func untilCounted(_ broker: Handed<KafkaBroker>, _ patience: Duration) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        let partitions = stage.scenario.partitions
        let ends = try await BlockingThread.run {
            try (0..<partitions).map { try broker.value.watermarks(of: Partition($0)).high }
        }
        while true {
            try Task.checkCancellation()
            let next = try await BlockingThread.run {
                // A state can be removed between its listing and its reading; then the next look finds a newer one.
                (try? JobState.newest(ofRunIn: "\(directory)/state", disk: PosixDisk()))?.next ?? []
            }
            if next.count == ends.count, zip(next, ends).allSatisfy({ $0 >= $1 }) { return }
            guard clock.now < deadline else {
                throw Stuck(told: "offsets \(ends) were typed, and \(next) are counted after \(patience)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// The parts of a text, each handed out once.
private actor Pages {
    private var rest: [String]

    init(_ pages: [String]) { rest = pages }

    func next() -> String? { rest.isEmpty ? nil : rest.removeFirst() }
}
