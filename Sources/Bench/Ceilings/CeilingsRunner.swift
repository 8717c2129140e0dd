// Measures what bounds kbench, and what its own parts reach of it, one after the other in one run.
internal import Engine
internal import Foundation
public import Harness
internal import Ingestion
internal import Kafka
internal import Posix
public import Results
internal import World

/// Measures the ceilings.
public struct CeilingsRunner: Sendable {
    /// What is measured.
    public struct Settings: Sendable {
        /// Records of the topic that is polled, of 200 bytes.
        public var records: Int
        /// Its partitions.
        public var partitions: Int
        /// Rounds in which `raw` and the loop in C take turns.
        public var pairs: Int
        /// The most records the verdict is measured on.
        public var verdictRecords: Int
        /// Records of a block of the log.
        public var blockRecords: Int

        /// Makes settings.
        public init(records: Int, partitions: Int, pairs: Int, verdictRecords: Int, blockRecords: Int) {
            self.records = records
            self.partitions = partitions
            self.pairs = pairs
            self.verdictRecords = verdictRecords
            self.blockRecords = blockRecords
        }
    }

    private let settings: Settings
    private let options: RunOptions
    private let progress: @Sendable (Double, String) -> Void

    /// Makes a runner that reports progress as it goes.
    public init(
        _ settings: Settings, options: RunOptions, progress: @escaping @Sendable (Double, String) -> Void
    ) {
        self.settings = settings
        self.options = options
        self.progress = progress
    }

    /// Measures everything.
    ///
    /// - Throws: ``Diagnosis``; nothing is left behind then.
    public func run() async throws -> CeilingsResult {
        let directory = options.workDirectory
        try PosixDisk().makeDirectory(directory)
        defer { try? FileSystem.removeTree(directory) }
        do {
            progress(0, "polling")
            // Rounds take turns within one sitting, so that polling is begun anew where it was interrupted.
            let poll = try await options.step("polling") { try await self.poll() }
            let settings = settings
            let blockBytes = settings.blockRecords * 200
            progress(0.5, "disk and zstd")
            let disk = try await options.step("disk") {
                try await BlockingThread.run { try DiskCeiling.measure(in: directory, blockBytes: blockBytes) }
            }
            let zstd = try await options.step("zstd") {
                try await BlockingThread.run { CompressionCeiling.measure(level: 1, blockBytes: blockBytes) }
            }
            progress(0.6, "log")
            let logs = try await options.step("log") {
                try await BlockingThread.run {
                    try [1, 4].map {
                        try LogCeiling.measure(
                            in: directory, blocks: max(4, 64_000_000 / blockBytes),
                            blockRecords: settings.blockRecords, partitions: settings.partitions, groupCommitBlocks: $0)
                    }
                }
            }
            progress(0.7, "verdict")
            let verdicts = try await options.step("verdicts") {
                try await BlockingThread.run {
                    try VerdictCeiling.measure(in: directory, most: settings.verdictRecords)
                }
            }
            return CeilingsResult(
                poll: poll, blockBytes: blockBytes, diskBytesPerSecond: disk, zstdBytesPerSecond: zstd, logs: logs,
                verdicts: verdicts, fileSystem: try FileSystem.kind(at: directory))
        } catch {
            throw error is CancellationError ? error : Diagnosis(of: error)
        }
    }

    /// `raw` and the loop in C by turns, each in a process of its own.
    private func poll() async throws -> CeilingsResult.Poll {
        if options.brokers == nil { try BrokerHost.checkRoom(records: settings.records, recordBytes: 200) }
        let (settings, options) = (settings, options)
        let host = try await BlockingThread.run {
            Handed(try BrokerHost(options))
        }
        do {
            let topic = "kbench-ceilings-\(Processes.processID)-\(MonotonicClock().now() / 1000)"
            let truth = try await BlockingThread.run {
                try host.value.createTopic(topic, partitions: settings.partitions)
                let scenario = Scenario(
                    name: "ceilings", summary: "", explanation: "", records: settings.records,
                    partitions: settings.partitions, recordBytes: 200, cuts: .count(block: 1, batch: 1),
                    groupCommitBlocks: 1, walCompressionLevel: nil, checkpointLagTasks: 0, fidelity: .sound, seed: 1,
                    runs: [])
                return try LoadGenerator.produce(
                    scenario: scenario, topic: topic, configuration: host.value.configuration, progress: { _ in })
            }
            let poll = try await PollLoops(
                records: truth.records, told: { [self] in told(topic, truth, host.value) },
                directory: options.workDirectory, executable: options.workerExecutable
            ).measure(pairs: settings.pairs, partitions: settings.partitions, isBareOpen: isBareOpen) {
                progress(0.5 * $0, $1)
            }
            try await BlockingThread.run { host.value.close() }
            return poll
        } catch {
            try? await BlockingThread.run { host.value.close() }
            throw error
        }
    }

    /// What tells both children what to read.
    private func told(_ topic: String, _ truth: GroundTruth, _ host: BrokerHost) -> WorkerConfiguration {
        try? FileSystem.removeTree("\(options.workDirectory)/counters")
        let engine = EngineConfiguration(
            strategy: .raw, sink: .append, directory: "\(options.workDirectory)/state", group: topic,
            starts: truth.starts, ends: truth.ends, cuts: .count(block: 1, batch: 1))
        return WorkerConfiguration(
            engine: engine, bootstrap: host.configuration.bootstrap, properties: host.properties, topic: topic,
            crash: nil, countersPath: "\(options.workDirectory)/counters")
    }

    /// Whether a socket that knows neither TLS nor passwords gets anywhere.
    private var isBareOpen: Bool {
        options.embeddedBrokers == 1
            && options.properties.allSatisfy { $0.name != "security.protocol" || $0.value.lowercased() == "plaintext" }
            && (try? ClientKind.native.check(options.properties)) != nil
    }
}
