// Compares two builds: exact figures first, then whole processes by turns on the same machine.
internal import Foundation
internal import Harness
internal import Posix
public import Results
internal import Statistics
internal import World

/// Runs a comparison.
public struct BuildComparer: Sendable {
    private let options: ComparisonOptions
    private let progress: @Sendable (Double, String) -> Void

    /// Makes a comparer that reports progress as it goes.
    public init(_ options: ComparisonOptions, progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }) {
        self.options = options
        self.progress = progress
    }

    /// Compares.
    ///
    /// - Throws: ``Diagnosis``; `CancellationError` when its task was cancelled. Nothing is left running, and no file.
    public func run() async throws -> BuildComparison {
        _ = try MetricDirection.parse(options.metrics)
        try PosixDisk().makeDirectory(options.workDirectory)
        // Best effort: what cannot be removed is removed by the next run there.
        defer { try? FileSystem.removeTree(options.workDirectory) }
        let base = MeasuredProgram(
            role: "BASE", path: try absolute(options.base, mayBeFigures: !options.tiers.hasMeasured))
        var new = MeasuredProgram(role: "NEW", path: try absolute(options.new))
        if options.plantedSlowdown > 0 {
            if options.command == ComparisonOptions.standardCommand {
                new.extraArguments = ["--plant-slowdown", "\(options.plantedSlowdown * 100)"]
            } else {
                new.slowdown = options.plantedSlowdown
            }
        }
        var exact = ExactFigures.Comparison.none
        if options.tiers.hasExact {
            progress(0, "exact figures")
            let before = try await exactFigures(of: base)
            exact = try await exactFigures(of: new).compared(withBase: before)
        }
        var measured: (metrics: [GateMetric], broken: [String]) = ([], [])
        if options.tiers.hasMeasured { measured = try await measure(base, new) }
        return BuildComparison(
            base: options.base, new: options.new, command: options.tiers.hasMeasured ? options.command : [],
            pairs: options.tiers.hasMeasured ? options.pairs : 0,
            bestOf: options.tiers.hasMeasured ? options.bestOf : nil, seed: options.seed,
            marginPercent: options.margin * 100,
            plantedSlowdownPercent: options.plantedSlowdown > 0 ? options.plantedSlowdown * 100 : nil,
            brokenGuarantees: exact.brokenGuarantees + measured.broken, differences: exact.differences,
            metrics: exact.metrics + measured.metrics)
    }

    private func measure(
        _ base: MeasuredProgram, _ new: MeasuredProgram
    ) async throws -> (metrics: [GateMetric], broken: [String]) {
        var random = SeededRandom(seed: options.seed)
        let wanted = try MetricDirection.parse(options.metrics)
        // The first runs find files and caches cold, and are not counted.
        for program in [base, new] {
            let figures = try await run(program, 0, "warming up")
            // Before the long measurement, not after it.
            for name in figures.keys.sorted() where wanted.names.contains(where: { RunPairs.matches(name, $0) }) {
                guard MetricDirection.better(name, stated: wanted.stated) != nil else {
                    throw MetricDirection.missing(name)
                }
            }
        }
        var first = RunPairs(directions: wanted.stated)
        try await add(to: &first, base, new, "", &random)
        let names = try first.names(wanted: wanted.names)
        var metrics = try first.metrics(named: names, seed: options.seed, margin: options.margin)
        let suspects = metrics.indices.filter { metrics[$0].needsConfirmation(margin: options.margin) }
        var broken = first.brokenGuarantees()
        if !suspects.isEmpty {
            var second = RunPairs(directions: wanted.stated)
            try await add(to: &second, base, new, " again", &random)
            let confirmed = try second.metrics(
                named: suspects.map { metrics[$0].name }, seed: options.seed &+ 1, margin: options.margin)
            for (index, metric) in zip(suspects, confirmed) {
                metrics[index].confirmation = .init(ratio: metric.ratio, pAdjusted: metric.pAdjusted)
                metrics[index].verdict = metrics[index].verdict(margin: options.margin)
            }
            broken += second.brokenGuarantees().filter { !broken.contains($0) }
        }
        return (metrics, broken)
    }

    /// What a pair came to: all of it is made in one sitting.
    private struct Step: Codable {
        var base: [String: Double]
        var new: [String: Double]
    }

    /// Makes pairs of runs by turns, the order of each turn drawn.
    private func add(
        to pairs: inout RunPairs, _ base: MeasuredProgram, _ new: MeasuredProgram, _ word: String,
        _ random: inout SeededRandom
    ) async throws {
        for number in 0..<options.pairs {
            let label = "pair \(number + 1) of \(options.pairs)\(word)"
            // The order is drawn whether the pair is still to be made or not, so that the next one's is the same.
            let baseIsFirst = (0..<options.bestOf).map { _ in Bool.random(using: &random) }
            let step = "\(options.stepPrefix)pair \(number + 1)\(word)"
            if let known = try options.journal?.value(of: step, as: Step.self) {
                pairs.pairs.append((known.base, known.new))
                continue
            }
            var turns: [RunPairs.Pair] = []
            for turn in 0..<options.bestOf {
                let share = (Double(number) + Double(turn) / Double(options.bestOf)) / Double(options.pairs)
                let baseIsFirst = baseIsFirst[turn]
                let one = try await run(baseIsFirst ? base : new, share, label)
                let other = try await run(baseIsFirst ? new : base, share, label)
                turns.append((baseIsFirst ? one : other, baseIsFirst ? other : one))
            }
            let made = Step(base: pairs.best(of: turns.map(\.base)), new: pairs.best(of: turns.map(\.new)))
            try options.journal?.record(step, made)
            pairs.pairs.append((made.base, made.new))
        }
    }

    /// One run in a folder of its own, so that no run finds what another has left.
    private func run(_ program: MeasuredProgram, _ share: Double, _ label: String) async throws -> [String: Double] {
        progress(share, label)
        let folder = options.workDirectory + "/run"
        try PosixDisk().makeDirectory(folder)
        defer { try? FileSystem.removeTree(folder) }
        return try await program.run(options.command + program.extraArguments, in: folder).figures
    }

    /// What the program counts now, or what is stored of it in a file.
    private func exactFigures(of program: MeasuredProgram) async throws -> ExactFigures {
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            let bytes = FileManager.default.contents(atPath: program.path) ?? Data()
            return try ExactFigures(checked: bytes) {
                Diagnosis(
                    cause: "\(program.role): \(program.path) has no exact figures\($0)",
                    fix: "write them with: kbench counts --format json > FILE", exitCode: .usage)
            }
        }
        var program = program
        // Nothing in them is measured by a clock, so nothing would come of slowing it down.
        program.slowdown = 0
        let output = try await program.run(["counts", "--format", "json"], in: options.workDirectory).output
        return try ExactFigures(checked: Data(output.utf8)) {
            Diagnosis(
                cause: "\(program.role): \(program.path) counts printed no figures\($0)",
                fix: "name a kbench that has the command counts, or compare only measured figures with --tier 1",
                exitCode: .usage)
        }
    }

    /// The path as it is from any folder, of a program or, where that will do, of a file with a build's figures.
    private func absolute(_ path: String, mayBeFigures: Bool = false) throws -> String {
        let path = URL(fileURLWithPath: path).path
        let files = FileManager.default
        guard files.isExecutableFile(atPath: path) || (mayBeFigures && files.isReadableFile(atPath: path)) else {
            throw Diagnosis(
                cause: "\(path) is no program", fix: "give BASE and NEW as the files of two kbench binaries",
                exitCode: .usage)
        }
        return path
    }
}

extension ExactFigures {
    /// So few rows, and such small figures, that their sums stay within 64 bits.
    private static let limits = (rows: 5000, figure: Int64(1) << 50)

    /// The figures in JSON from outside.
    ///
    /// - Throws: what `refusal` makes of the reason, which is empty where the bytes are no figures at all.
    fileprivate init(checked json: Data, refusal: (String) -> Diagnosis) throws(Diagnosis) {
        guard let figures = try? ExactFigures(json: json) else { throw refusal("") }
        guard figures.rows.count <= Self.limits.rows else { throw refusal(": \(figures.rows.count) rows are too many") }
        for row in figures.rows {
            let odd = row.figures.sorted { $0.key < $1.key }.first { !(0...Self.limits.figure).contains($0.value) }
            if let odd { throw refusal(": \(row.place): \(odd.key) is \(odd.value)") }
        }
        self = figures
    }
}

extension BuildComparer {
    /// Compares the base with itself `count` times, each time with the seed after the one before.
    ///
    /// - Throws: as ``run()``.
    public static func calibrate(
        _ options: ComparisonOptions, count: Int, progress: @escaping @Sendable (Double, String) -> Void
    ) async throws -> CalibrationResult {
        var calibration = CalibrationResult(base: options.base)
        for number in 0..<count {
            var options = options
            options.new = options.base
            options.tiers = .measured
            options.seed &+= UInt64(number)
            options.stepPrefix = "comparison \(number + 1), "
            let result = try await BuildComparer(options) { share, label in
                progress((Double(number) + share) / Double(count), "comparison \(number + 1) of \(count), \(label)")
            }.run()
            calibration.comparisons += 1
            if result.verdict == .slower { calibration.slower += 1 }
            if result.verdict == .inconclusive { calibration.inconclusive += 1 }
            for metric in result.metrics {
                calibration.minimumDetectableEffects[metric.name] = max(
                    metric.minimumDetectableEffect, calibration.minimumDetectableEffects[metric.name] ?? 0)
            }
        }
        return calibration
    }
}
