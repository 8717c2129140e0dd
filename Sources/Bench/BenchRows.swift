// From the trials of a row to its figures: pure arithmetic.
internal import Engine
internal import Harness
internal import Ingestion
internal import Results
internal import Statistics
internal import World

/// What was measured of one strategy and sink.
struct BenchRowTrials: Sendable {
    var cell: BenchCell
    /// One trial for each round.
    var rounds: [Trial] = []
    /// The open loop; nil where none was tried.
    var openLoop: Trial?
    /// The rate offered in it.
    var offeredRate = 0.0
    /// The killed run and its point; nil where none was tried.
    var crash: (run: RunResult, point: String)?

    /// Records a second of each round.
    var rates: [Double] { rounds.map(\.run.recordsPerSecond) }
    /// Bytes of logs written for each byte of keys and values, one copy. Of batches as they came a worker counts other
    /// bytes, those of the topic.
    private func walFactors(bytesPerRecord: Double) -> [Double] {
        rounds.map { trial in
            let bytes =
                cell.client == .native ? Double(trial.run.produced) * bytesPerRecord : Double(trial.bytesFetched)
            return bytes == 0 ? 0 : Double(trial.run.walBytesWritten) / bytes
        }
    }

    /// The row's figures beside those of `raw`'s rounds.
    func row(
        _ setting: String, raw: BenchRowTrials, diskBytesPerSecond: Double, bytesPerRecord: Double, copies: Int
    ) -> BenchRow {
        let rate = Median.of(rates)
        let records = Double(rounds.first?.run.produced ?? 0)
        let seconds = rate > 0 ? records / rate : 0
        let walFactor = Interval.ofMedian(walFactors(bytesPerRecord: bytesPerRecord).map { $0 * Double(copies) })
        let factor = walFactor.median
        let cpu = Interval.ofMedian(rounds.map { $0.report.processorSeconds / max(records, 1) * 1e6 })
        let hasLog = cell.strategy.traits.logsBlocks && bytesPerRecord > 0
        let mostTheDiskTakes = hasLog ? diskBytesPerSecond / (bytesPerRecord * max(factor, 1)) : .infinity
        let ceilings = raw.rates.map { min($0, mostTheDiskTakes) }
        let fsyncs = Int64(Median.of(rounds.map { Double($0.report.fsyncs) }))
        let all = rounds.map(\.run) + [openLoop?.run].compactMap { $0 }
        var row = BenchRow(
            setting: setting, strategy: cell.strategy.rawValue, sink: cell.sink?.rawValue ?? "none",
            guarantee: Guarantee.of(cell).rawValue, recordsPerSecond: rate,
            ratioToRaw: .ofRatios(rates, to: raw.rates), ratioToCeiling: Interval.ofRatios(rates, to: ceilings).median,
            cpuSecondsPerMillionRecords: cpu.median, cpu: cpu,
            peakResidentBytes: rounds.map(\.report.peakResidentBytes).max() ?? 0,
            latencyMicroseconds: percentiles[ObservedStage.sink.rawValue], latencyStages: percentiles,
            offered: offered(rate, copies: copies), fsyncs: fsyncs,
            fsyncsPerSecond: seconds > 0 ? Double(fsyncs) / seconds : 0,
            writeCalls: Int64(Median.of(rounds.map { Double($0.report.writeCalls) })),
            bytesWrittenLogical: Int64(Median.of(rounds.map { Double($0.report.bytesWrittenLogical) })),
            bytesWrittenPhysical: Int64(Median.of(rounds.map { Double($0.report.bytesWrittenPhysical) })),
            walBytesPerIngestedByte: factor, walFactor: walFactor,
            walBytesPeak: (rounds.map(\.walBytesPeak).max() ?? 0) * Int64(copies),
            checkpointBytes: Int64(Median.of(rounds.map { Double($0.checkpointBytes) })),
            walLiveBytes: (rounds.last?.samples ?? []).map {
                .init(milliseconds: Int($0.at / 1_000_000), bytes: $0.walLiveBytes * Int64(copies))
            },
            duplicates: all.reduce(0) { $0 + $1.duplicates }, lost: all.reduce(0) { $0 + $1.lost },
            corrupted: all.reduce(0) { $0 + $1.corrupted }, crash: price, measuredSeconds: seconds,
            client: cell.client.rawValue)
        row.latencySpectrum = openLoop?.report.latencies[ObservedStage.sink.rawValue]?.spectrum
        return row
    }

    private var percentiles: [String: BenchRow.Percentiles] {
        (openLoop?.report.latencies ?? [:]).mapValues {
            .init(p50: $0.spectrum.p50, p99: $0.spectrum.p99, p999: $0.spectrum.p999)
        }
    }

    private func offered(_ rate: Double, copies: Int) -> BenchRow.OfferedLoadFigures? {
        guard let openLoop, let report = openLoop.offered else { return nil }
        return .init(
            recordsPerSecond: offeredRate, shareOfMeasuredRate: rate > 0 ? offeredRate / rate : 0,
            records: openLoop.run.produced, generatorLatenessP99: report.latenessP99,
            generatorLatenessMax: report.latenessMax, walBytesPeak: openLoop.walBytesPeak * Int64(copies))
    }

    private var price: BenchRow.CrashPrice? {
        crash.map { run, point in
            .init(
                point: point, duplicates: run.duplicates, lost: run.lost,
                expectedDuplicates: run.expected.duplicates ?? 0, expectedLost: run.expected.lost,
                recoverySeconds: run.recoverySeconds, derivation: run.derivation)
        }
    }
}

extension Interval {
    /// The median of values, and all they spread over.
    static func ofMedian(_ values: [Double]) -> Interval {
        Interval(median: Median.of(values), low: values.min() ?? 0, high: values.max() ?? 0)
    }

    /// The median ratio of pairs, with its 95 % bootstrap interval; 0 where something took no time or gave nothing.
    static func ofRatios(_ values: [Double], to base: [Double]) -> Interval {
        guard let ratios = PairedRatios(base: base, new: values) else { return Interval(median: 0, low: 0, high: 0) }
        // Resampling is a calculation, not a measurement: one seed, so that one set of rounds has one interval.
        var random = SeededRandom(seed: 1)
        let bounds = ratios.interval(random: &random)
        return Interval(median: ratios.median, low: bounds.lowerBound, high: bounds.upperBound)
    }
}

/// The middle of some values, 0 where there are none.
enum Median {
    static func of(_ values: [Double]) -> Double { values.isEmpty ? 0 : Sample.median(values) }
}
