// Runs a benchmark: rounds in shuffled order, then latencies, then one crash for each row.
internal import Engine
internal import Foundation
public import Harness
internal import Kafka
internal import Posix
public import Results
internal import World

/// Measures strategies and sinks against `raw`, interleaved.
public struct BenchRunner: Sendable {
    private let options: RunOptions
    private let progress: @Sendable (_ fraction: Double, _ label: String) -> Void

    /// Makes a runner that reports progress as it goes.
    public init(options: RunOptions, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }) {
        self.options = options
        self.progress = progress
    }

    /// Measures one setting, or each of a sweep.
    ///
    /// - Throws: ``Diagnosis``; no worker, no topic and no file is left behind then.
    public func run(_ sweep: BenchSweep) async throws -> BenchResult {
        let startedAt = options.journal?.header.startedAt ?? Date().formatted(.iso8601)
        let wasInterrupted = options.journal?.names.isEmpty == false
        var points: [Point] = []
        var noticed: [String] = []
        let all = try sweep.settings()
        for (index, (name, settings)) in all.enumerated() {
            var options = options
            options.stepPrefix = name.isEmpty ? "" : "\(name)/"
            let part = BenchRunner(options: options) { [progress] fraction, label in
                progress((Double(index) + fraction) / Double(all.count), (name.isEmpty ? "" : "\(name): ") + label)
            }
            let point = try await options.step("all") { try await part.point(settings, name: name) }
            points.append(point)
            noticed += point.notes
        }
        if wasInterrupted { noticed.append("it was interrupted: what it came to is of more than one sitting") }
        // Our own bug: a sweep has at least one setting.
        guard let first = points.first else { preconditionFailure("a sweep of nothing") }
        let invalid = points.compactMap(\.invalid).first
        return BenchResult(
            valid: invalid == nil, invalidReason: invalid, sweep: sweep.key?.rawValue,
            ceilings: first.setting.ceilings, settings: points.map(\.setting), rows: points.flatMap(\.rows),
            pairs: sweep.base.pairs, seed: sweep.base.seed, broker: first.broker,
            host: try .here(
                version: options.version, client: sweep.base.clients.map(\.rawValue).joined(separator: ", "),
                folder: runsFolder), reproduce: options.reproduce,
            startedAt: startedAt, notes: notes(sweep.base) + noticed)
    }

    /// What one setting came to.
    private struct Point: Codable {
        var setting: BenchSetting
        var rows: [BenchRow]
        var invalid: String?
        var broker: BrokerInfo
        var notes: [String]
    }

    /// Where the files of the runs lie, or will.
    private var runsFolder: String {
        let folder = options.workDirectory.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        return folder.isEmpty ? "." : folder
    }

    private func notes(_ settings: BenchSettings) -> [String] {
        var notes = [
            "every round measures all rows, raw and the ceilings once, in an order drawn by the seed; ratios are of one round",
            "0 duplicates and 0 losses without a crash are counted from the sink of every trial",
        ]
        if settings.plantedSlowdown > 0 {
            notes.append("the workers waste \(settings.plantedSlowdown * 100) % of processor time on purpose")
        }
        if settings.load != nil, settings.measuresLatency {
            notes.append("latency is of records that are all alike, have the load's mean size and are evenly spread")
        }
        if settings.measuresLatency {
            let share =
                settings.rate.map { "at \(Int($0)) records/s" }
                ?? "at \(Int(BenchSettings.latencyShare * 100)) % of the row's rate or, where the generator cannot, half of "
                + "that, and so on; the JSON says which"
            notes.append(
                "latency is of an open loop \(share), from the moment a record was to be sent; the first quarter is not counted"
            )
        }
        if settings.measuresCrash {
            notes.append("crash: one SIGKILL of a worker half way through the load, counted beside the closed form")
        }
        if settings.logReplicas > 1 {
            notes.append(
                "\(settings.logReplicas) simulated replicas of the log on one machine, written one after the other")
        }
        return notes
    }

    /// Measures one setting on a broker, and a topic, of its own.
    private func point(_ settings: BenchSettings, name: String) async throws -> Point {
        let bench = try await BenchHost.open(settings, options: options) { [progress] label in progress(0, label) }
        do {
            var stage = bench.stage
            var existing: Int?
            if settings.topic != nil {
                progress(0, "counting what there is")
                (stage, existing) = try await stage.surveyed()
            }
            var measured = try await BenchRounds(bench: bench, stage: stage, progress: progress).measure(name: name)
            if let existing, existing != measured.records {
                measured.invalidReason =
                    "raw polled \(measured.records) records where \(existing) were counted: somebody writes to the topic"
            }
            let notes = bench.stage.host.value.watch?.takeNotes() ?? []
            try await bench.close()
            return Point(
                setting: measured.setting, rows: measured.rows, invalid: measured.invalidReason,
                broker: bench.stage.host.value.info, notes: notes)
        } catch {
            try? await bench.close()
            throw error is CancellationError ? error : Diagnosis(of: error)
        }
    }
}
