// Finds the highest rate that each strategy sustains, by offering one rate after the other.
internal import Engine
internal import Foundation
public import Harness
internal import Ingestion
internal import Kafka
internal import Posix
public import Results
internal import World

/// Searches capacities.
public struct CapacityRunner: Sendable {
    private let settings: BenchSettings
    private let options: RunOptions
    /// The bound on the 99th percentile of the latency to the sink, in milliseconds.
    private let p99Milliseconds: Double
    /// The first rate tried, in records a second.
    private let start: Double
    private let progress: @Sendable (String, CapacityProbe) -> Void

    /// Makes a runner that tells of each probe as it goes.
    public init(
        settings: BenchSettings, p99Milliseconds: Double, start: Double, options: RunOptions,
        progress: @escaping @Sendable (String, CapacityProbe) -> Void
    ) {
        // Nothing is read that is not offered, so the topic of the closed loop needs next to nothing.
        var settings = settings
        settings.records = settings.partitions
        self.settings = settings
        self.p99Milliseconds = p99Milliseconds
        self.start = start
        self.options = options
        self.progress = progress
    }

    /// A probe lasts at least so many times the bound of the latency: of a shorter one most records may still be under way
    /// when it ends, and whatever is offered looks sustained.
    private static let boundsPerProbe = 5.0

    /// Refuses a probe that is too short to show whether a rate is sustained, or that offers more than a run can have.
    ///
    /// - Throws: `NumberError` naming the option.
    public static func check(probeSeconds: Double, p99Milliseconds: Double, start: Double) throws {
        let least = boundsPerProbe * p99Milliseconds / 1000
        guard probeSeconds >= least else {
            throw NumberError(
                "--probe-time",
                "\(NumberCheck.plain(probeSeconds * 1000)) ms is less than \(NumberCheck.plain(boundsPerProbe)) times the "
                    + "bound of --p99, \(NumberCheck.plain(p99Milliseconds)) ms: it would show nothing",
                fix: "give --probe-time at least \(NumberCheck.plain((least * 1000).rounded(.up)))ms, or lower --p99")
        }
        try OfferedTotal.check(start, probeSeconds, "--from x --probe-time")
    }

    /// Searches for each strategy and sink.
    ///
    /// - Throws: ``Diagnosis``; no worker, no topic and no file is left behind then.
    public func run() async throws -> CapacityResult {
        let bench = try await BenchHost.open(settings, options: options) { _ in }
        do {
            var rows: [CapacityRow] = []
            for cell in settings.cells { rows.append(try await search(cell, on: bench.stage)) }
            let result = CapacityResult(
                rows: rows, p99BoundMilliseconds: p99Milliseconds, recordBytes: settings.recordBytes,
                partitions: settings.partitions, cuts: settings.openLoopCuts.words,
                probeSeconds: settings.latencySeconds, seed: settings.seed, broker: bench.stage.host.value.info,
                reproduce: options.reproduce)
            try await bench.close()
            return result
        } catch {
            try? await bench.close()
            throw error is CancellationError ? error : Diagnosis(of: error)
        }
    }

    private func search(_ cell: BenchCell, on stage: BenchStage) async throws -> CapacityRow {
        var search = RateSearch(
            start: start, highest: Double(ScenarioLimits.records.upperBound) / settings.latencySeconds)
        var row = CapacityRow(
            strategy: cell.strategy.rawValue, sink: cell.sink?.rawValue ?? "none", client: cell.client.rawValue)
        while let rate = search.next {
            let number = row.probes.count + 1
            // The search goes the same way again as far as it came: what it does next follows from what it found.
            let probe = try await options.step("\(cell.name) probe \(number)") {
                try await self.probe(cell, rate: rate, on: stage, number: number)
            }
            progress(cell.label, probe)
            row.probes.append(probe)
            search.note(rate, isSustained: probe.isSustained)
        }
        row.sustainedRecordsPerSecond = search.sustained
        row.refusedRecordsPerSecond = search.refused
        row.limitedBy = row.probes.filter { !$0.isSustained }.min { $0.recordsPerSecond < $1.recordsPerSecond }?.limit
        return row
    }

    private func probe(_ cell: BenchCell, rate: Double, on stage: BenchStage, number: Int) async throws -> CapacityProbe
    {
        var probe = CapacityProbe(recordsPerSecond: rate)
        do {
            let trial = try await stage.openLoop(
                cell, rate: rate, seconds: settings.latencySeconds, recordBytes: settings.recordBytes,
                name: "probe-\(number)-\(cell.name)")
            if let reason = trial.run.invalidReason {
                throw Diagnosis(
                    cause: reason, fix: "run it again with nothing else on the machine", exitCode: .invalidRun)
            }
            let lag = Lag.quarters(of: trial.samples, records: trial.run.produced)
            probe.p99Microseconds = trial.report.latencies[ObservedStage.sink.rawValue]?.spectrum.p99
            probe.lagEarly = lag?.early
            probe.lagLate = lag?.late
            probe.duplicates = trial.run.duplicates
            probe.lost = trial.run.lost
            if let offered = trial.offered, !offered.keptUp {
                probe.limit = .generator
            } else if Lag.isGrowing(trial.samples, records: trial.run.produced) {
                probe.limit = .lag
            } else if Double(probe.p99Microseconds ?? .max) > p99Milliseconds * 1000 {
                probe.limit = .latency
            }
        } catch let lost as Diagnosis where lost.exitCode == .invalidRun {
            // The lag grew past what the broker keeps.
            probe.limit = .evicted
        }
        return probe
    }
}
