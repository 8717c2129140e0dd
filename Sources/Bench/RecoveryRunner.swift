// Recovery against the size of the log: how long a restart takes, and how fast log and broker give records back.
internal import Engine
public import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
public import Results
internal import World

/// Measures recoveries of `receiver-wal` from logs of several sizes.
public struct RecoveryRunner: Sendable {
    private let settings: BenchSettings
    private let megabytes: [Int]
    private let options: RunOptions
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner for logs of about so many million bytes of records.
    public init(
        settings: BenchSettings, megabytes: [Int], options: RunOptions,
        progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.megabytes = megabytes
        self.options = options
        self.progress = progress
    }

    /// What is read in a round, in some order.
    private enum Pass: CaseIterable {
        case logCached
        case logUncached
        case broker
    }

    /// What a size came to.
    private struct Step: Codable {
        var row: RecoveryRow
        var broker: BrokerInfo
    }

    /// Measures every size; one that was measured before an interruption is taken as it was.
    ///
    /// - Throws: ``Diagnosis``; no worker, no topic and no file is left behind then.
    public func run() async throws -> RecoveryResult {
        try checkRoom()
        var rows: [RecoveryRow] = []
        var broker = BrokerInfo(kind: "embedded", address: "")
        for (index, size) in megabytes.enumerated() {
            let name = "\(index + 1): \(size) MB"
            if let known = try options.known(name, as: Step.self) {
                rows.append(known.row)
                broker = known.broker
                continue
            }
            var settings = settings
            settings.records = max(1, size * 1_000_000 / settings.recordBytes)
            let bench = try await BenchHost.open(settings, options: options) { [progress, megabytes] label in
                progress(Double(index) / Double(megabytes.count), "\(size) MB: \(label)")
            }
            broker = bench.stage.host.value.info
            do {
                progress((Double(index) + 0.5) / Double(megabytes.count), "\(size) MB")
                let row = try await measure(bench.stage)
                try await bench.close()
                try options.record(name, Step(row: row, broker: broker))
                rows.append(row)
            } catch {
                try? await bench.close()
                throw error is CancellationError ? error : Diagnosis(of: error)
            }
        }
        return RecoveryResult(
            rows: rows, pairs: settings.pairs, recordBytes: settings.recordBytes, seed: settings.seed, broker: broker,
            reproduce: options.reproduce, client: settings.clients[0].rawValue)
    }

    /// Refuses sizes for which there is no room: a size is held by the log and, where there is no other broker, by the
    /// embedded one in memory.
    private func checkRoom() throws {
        guard let largest = megabytes.max() else { return }
        let size = Int64(largest) * 1_000_000
        if options.brokers == nil {
            try BrokerHost.checkRoom(records: Int(size) / settings.recordBytes, recordBytes: settings.recordBytes)
        }
        try PosixDisk().makeDirectory(options.workDirectory)
        let free = try FileSystem.bytesFree(at: options.workDirectory)
        guard size < free else {
            try options.removeFolders()
            throw Diagnosis(
                cause:
                    "--sizes: a log of \(largest) MB does not fit into the \(free / 1_000_000) MB that are free here",
                fix: "give smaller --sizes, or run it in a folder on another file system", exitCode: .usage)
        }
    }

    private func measure(_ stage: BenchStage) async throws -> RecoveryRow {
        // One batch takes everything, and the worker dies before it is planned: all blocks wait in the log.
        let block = stage.settings.blockRecords ?? BenchSettings.usualBlockRecords
        let crash = ArmedCrash(CrashPoint(.batchPlan, .before), at: 1)
        var plan = stage.plan(BenchCell(strategy: .receiverWal, sink: .counting))
        plan.death = .points([crash])
        var executor = stage.executor(
            stage.host, cuts: .count(block: block, batch: stage.truth.records), topic: stage.topic,
            truth: stage.truth, client: settings.clients[0])
        // As in the price table: what keeps batches as they came has each of them once.
        executor.subject.cutsByBatch = true
        let run = StagedRun(executor: executor, plan: plan, directory: "\(options.workDirectory)/recovery")
        let first = try await run.live(crash: crash)
        if let diagnosis = first.diagnosis { throw diagnosis }
        var row = RecoveryRow(records: stage.truth.records, partitions: stage.truth.starts.count)
        guard first.ending == .killed, first.crashFired else {
            row.invalidReason = "the crash \(crash) never fired"
            return row
        }
        row.logBytes = try FileSystem.bytesUsed(under: "\(run.stateDirectory)/wal/.")
        try await read(run, stage, into: &row)
        let clock = MonotonicClock()
        let begin = clock.now()
        if let diagnosis = try await run.live().diagnosis { throw diagnosis }
        row.recoverySeconds = try seconds(from: Int(begin), until: run.count(.firstOutputAt))
        row.openSeconds = try seconds(from: run.count(.openedAt), until: run.count(.recoveredAt))
        row.drainSeconds = try seconds(from: run.count(.recoveredAt), until: run.count(.idleAt))
        let verdict = try await run.verdict()
        row.duplicates = verdict.duplicates
        row.lost = verdict.lost
        try await BlockingThread.run { try LogDirectory.removeRun(run.directory) }
        return row
    }

    private func seconds(from: Int, until: Int) -> Double { until > from ? Double(until - from) / 1e9 : 0 }

    /// Reads the records back in rounds of shuffled order.
    private func read(_ run: StagedRun, _ stage: BenchStage, into row: inout RecoveryRow) async throws {
        var speeds: [Pass: [Double]] = [:]
        var random = SeededRandom(seed: settings.seed)
        for _ in 0..<settings.pairs {
            for pass in Pass.allCases.shuffled(using: &random) {
                let state = run.stateDirectory
                let found = try await BlockingThread.run {
                    switch pass {
                    case .logCached:
                        // The log is written past the cache, so it is there only once it has been read.
                        _ = try ReplayPass.log(ofState: state)
                        return try ReplayPass.log(ofState: state)
                    case .logUncached:
                        try FileSystem.dropFromCache("\(state)/wal/blocks")
                        return try ReplayPass.log(ofState: state)
                    case .broker:
                        let kafka = stage.host.value.configuration
                        return try ReplayPass.broker(
                            kafka, topic: stage.topic, truth: stage.truth, client: settings.clients[0])
                    }
                }
                try Task.checkCancellation()
                if found.records != stage.truth.records {
                    row.invalidReason = "\(found.records) of \(stage.truth.records) records came back (\(pass))"
                }
                speeds[pass, default: []].append(found.bytesPerSecond)
            }
        }
        let cached = speeds[.logCached] ?? []
        let uncached = speeds[.logUncached] ?? []
        let broker = speeds[.broker] ?? []
        row.logCachedBytesPerSecond = .ofMedian(cached)
        row.logUncachedBytesPerSecond = .ofMedian(uncached)
        row.brokerBytesPerSecond = .ofMedian(broker)
        row.brokerToCachedLog = .ofRatios(broker, to: cached)
        row.brokerToUncachedLog = .ofRatios(broker, to: uncached)
    }
}
