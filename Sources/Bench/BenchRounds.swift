// The rounds of one setting: every row, raw and the ceilings once each, in an order drawn anew for each round.
internal import Engine
internal import Harness
internal import Ingestion
internal import Posix
internal import Results
internal import World

/// Measures everything of one setting.
struct BenchRounds {
    let bench: BenchHost
    let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    private let stage: BenchStage
    private var options: RunOptions { stage.options }
    private var settings: BenchSettings { stage.settings }

    /// What a round measures, in some order.
    private enum Item {
        case row(Int)
        case disk
        case zstd
    }

    init(bench: BenchHost, stage: BenchStage, progress: @escaping @Sendable (Double, String) -> Void) {
        self.bench = bench
        self.stage = stage
        self.progress = progress
    }

    /// What the setting came to.
    struct Measured {
        var setting: BenchSetting
        var rows: [BenchRow]
        /// Records that raw polled.
        var records: Int
        var invalidReason: String?
    }

    /// What an open loop came to.
    private struct Latency: Codable {
        var trial: Trial?
        var rate = 0.0
        /// The fastest that the generator is still believed to manage, from now on; nil: no bound.
        var limit: Double?
        /// Why what was to be seen could not be.
        var invalidReason: String?
    }

    /// A run that was killed once.
    private struct Crash: Codable {
        var run: RunResult
        var point: String
    }

    func measure(name: String) async throws -> Measured {
        let cells = settings.rawCells + settings.cells
        let steps = Double(cells.count * (settings.pairs + 1 + (settings.measuresLatency ? 1 : 0)) + 1)
        var done = 0.0
        func step(_ label: String) {
            progress(done / steps, label)
            done += 1
        }
        step("warming up")
        // What no row shall be the first to pay for; it also says how many records, and bytes, there are to read.
        let warmUp = try await stage.closedLoop(cells[0], name: "warm-up")
        var invalid = warmUp.run.invalidReason
        let bytesPerRecord = Double(warmUp.bytesFetched) / Double(max(1, warmUp.run.delivered))
        var trials = cells.map { BenchRowTrials(cell: $0) }
        var disk: [Double] = []
        var zstd: [Double] = []
        var random = SeededRandom(seed: settings.seed)
        for round in 1...settings.pairs {
            var items = cells.indices.map { Item.row($0) } + [.disk, .zstd]
            items.shuffle(using: &random)
            for item in items {
                switch item {
                case .row(let index):
                    step("round \(round) of \(settings.pairs): \(cells[index].label)")
                    let name = "\(round)-\(cells[index].name)"
                    let trial = try await options.step(name) {
                        try await stage.closedLoop(cells[index], name: name)
                    }
                    invalid = invalid ?? trial.run.invalidReason
                    if cells[index].strategy == .raw, trial.run.delivered != warmUp.run.delivered {
                        invalid =
                            "raw polled \(trial.run.delivered) records after \(warmUp.run.delivered): somebody writes "
                            + "to the topic"
                    }
                    trials[index].rounds.append(trial)
                case .disk:
                    disk.append(try await options.step("\(round)-disk") { try await diskCeiling(bytesPerRecord) })
                case .zstd:
                    zstd.append(try await options.step("\(round)-zstd") { try await zstdCeiling(bytesPerRecord) })
                }
            }
        }
        if settings.measuresLatency {
            let own = Int(bytesPerRecord.rounded())
            let bytes = min(
                max(own, BenchSettings.recordBytesRange.lowerBound), BenchSettings.recordBytesRange.upperBound)
            invalid = try await measureLatencies(&trials, recordBytes: bytes) { step("latency: \($0)") } ?? invalid
        }
        for index in trials.indices where settings.measuresCrash {
            step("crash: \(trials[index].cell.label)")
            let cell = trials[index].cell
            let crash = try await options.step("crash-\(cell.name)") {
                try await stage.crash(cell, name: "crash-\(cell.name)").map { Crash(run: $0.run, point: $0.point) }
            }
            trials[index].crash = crash.map { ($0.run, $0.point) }
            invalid = invalid ?? trials[index].crash?.run.invalidReason
        }
        if let evicted = try await bench.evicted() { invalid = evicted }
        let ceilings = BenchCeilings(
            rawRecordsPerSecond: Median.of(trials[0].rates), diskBytesPerSecond: Median.of(disk),
            zstdBytesPerSecond: Median.of(zstd))
        let rows = trials.map {
            $0.row(
                name, raw: trials[0], diskBytesPerSecond: ceilings.diskBytesPerSecond, bytesPerRecord: bytesPerRecord,
                copies: settings.logReplicas)
        }
        return Measured(
            setting: setting(name, ceilings, records: warmUp.run.delivered, bytes: Int(warmUp.bytesFetched)),
            rows: rows,
            records: warmUp.run.delivered, invalidReason: invalid)
    }

    private func setting(_ name: String, _ ceilings: BenchCeilings, records: Int, bytes: Int) -> BenchSetting {
        BenchSetting(
            name: name, records: records, bytes: bytes, partitions: stage.truth.starts.count,
            cuts: settings.cutsInWords, openLoopCuts: settings.openLoopCuts.words, logReplicas: settings.logReplicas,
            zstdLevel: settings.zstdLevel, ceilings: ceilings,
            batchIntervalMilliseconds: settings.batchInterval ?? BenchSettings.usualBatchInterval,
            blockIntervalMilliseconds: settings.blockInterval ?? BenchSettings.usualBlockInterval)
    }

    /// An open loop for each row.
    ///
    /// - Returns: why what was to be seen could not be; nil when it could.
    private func measureLatencies(
        _ trials: inout [BenchRowTrials], recordBytes: Int, _ step: (String) -> Void
    ) async throws -> String? {
        // The fastest that the generator is still believed to manage beside a worker.
        var limit: Double?
        for index in trials.indices {
            let cell = trials[index].cell
            step(cell.label)
            let rate =
                settings.rate ?? min(limit ?? .infinity, Median.of(trials[index].rates) * BenchSettings.latencyShare)
            let latency = try await options.step("latency-\(cell.name)") {
                try await self.latency(of: cell, rate: rate, limit: limit, recordBytes: recordBytes)
            }
            if let reason = latency.invalidReason { return reason }
            trials[index].openLoop = latency.trial
            trials[index].offeredRate = latency.rate
            limit = latency.limit
        }
        return nil
    }

    /// An open loop at a rate or, where the generator or the broker cannot, at half of it, and so on.
    private func latency(
        of cell: BenchCell, rate: Double, limit: Double?, recordBytes: Int
    ) async throws -> Latency {
        var latency = Latency(rate: rate, limit: limit)
        for attempt in 1... {
            // A rate that was asked for is not replaced by another one.
            let mayYield = settings.rate == nil && attempt < 5
            do {
                let trial = try await stage.openLoop(
                    cell, rate: latency.rate, seconds: settings.latencySeconds, recordBytes: recordBytes,
                    name: "open-\(attempt)-\(cell.name)")
                latency.invalidReason = trial.run.invalidReason
                if latency.invalidReason != nil { break }
                latency.trial = trial
                guard let offered = trial.offered, !offered.keptUp else { break }
                guard mayYield else {
                    latency.invalidReason =
                        "\(cell.label): the generator fell behind its schedule of \(Int(latency.rate)) records/s: one "
                        + "record in 100 was sent more than \(offered.latenessP99 / 1000) ms late"
                    break
                }
                latency.limit = latency.rate / 2
            } catch let lost as Diagnosis where lost.exitCode == .invalidRun && mayYield {
                // The broker dropped records before the worker came to them: it cannot take this rate.
            }
            latency.rate /= 2
        }
        return latency
    }

    /// The bytes of a block of the log.
    private func blockBytes(_ bytesPerRecord: Double) -> Int {
        max(4096, min(16 << 20, Int(Double(settings.blockRecords ?? BenchSettings.usualBlockRecords) * bytesPerRecord)))
    }

    private func diskCeiling(_ bytesPerRecord: Double) async throws -> Double {
        let bytes = blockBytes(bytesPerRecord)
        let directory = stage.options.workDirectory
        return try await BlockingThread.run { try DiskCeiling.measure(in: directory, blockBytes: bytes, seconds: 0.2) }
    }

    private func zstdCeiling(_ bytesPerRecord: Double) async throws -> Double {
        let bytes = blockBytes(bytesPerRecord)
        let level = settings.zstdLevel ?? 1
        return try await BlockingThread.run {
            CompressionCeiling.measure(level: level, blockBytes: bytes, seconds: 0.1)
        }
    }
}
