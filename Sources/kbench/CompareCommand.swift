// `kbench compare`: is a new build slower than the one before it?
internal import ArgumentParser
internal import Foundation
internal import Gate
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Compares two builds.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two builds of kbench on this machine: exact figures, then measured ones by turns.",
        discussion: """
            Exact figures ('kbench counts') are compared one by one. Then both binaries run the same command as whole \
            processes by turns, in a drawn order, the best of three runs of each making a pair. A metric is slower when its median is worse by more than the margin \
            and a permutation test over all metrics says that it is not by chance, twice: a second set of pairs confirms it. \
            It is the same when the interval's bound stays within the margin, else inconclusive.

            Measured is 'kbench bench' unless another command follows --; its figures are picked by --metric.

            Exit codes: 0 the same or better, 2 slower, 3 a guarantee is broken, 6 inconclusive.
            """)

    @Argument(help: "The binary to compare with.")
    var base: String

    @Argument(help: "The new binary; left out with --calibrate.")
    var new: String?

    @Option(help: ArgumentHelp("Compare BASE with itself so often, and count how often it is slower.", valueName: "N"))
    var calibrate: Int?

    @OptionGroup var comparison: ComparisonArguments

    @OptionGroup var output: VerdictOptions

    func run() async throws {
        if let calibrate {
            try OptionCheck.range(calibrate, 1...1000, "--calibrate")
            if let new {
                throw Diagnosis(
                    cause: "\(new) has no effect: --calibrate compares \(base) with itself", fix: "leave it out",
                    exitCode: .usage)
            }
            try CommandWords.refuse(
                ["--tier", "--plant-slowdown"], because: "--calibrate compares measured figures of one build")
            return try await self.calibrate(calibrate)
        }
        guard let new else {
            throw Diagnosis(
                cause: "there is nothing to compare \(base) with", fix: "name a second binary, or give --calibrate 20",
                exitCode: .usage)
        }
        let forecast = try comparison.forecast(base, new)
        if comparison.dry.dryRun { return try output.write(forecast.estimate) }
        let (result, unfinished) = try await comparison.compare(base, new, as: "compare")
        let pace = try forecast.files(isResumed: comparison.resuming.resume != nil)
        try output.write(result, keptAs: "compare", in: comparison.out, with: pace, from: unfinished)
        if result.verdict != .same { throw ExitCode(result.verdict.exitCode.rawValue) }
    }

    private func calibrate(_ count: Int) async throws {
        let forecast = try comparison.forecast(base, base, comparisons: count)
        if comparison.dry.dryRun { return try output.write(forecast.estimate) }
        var options = try comparison.options(base: base, new: base)
        let unfinished = try comparison.unfinished(options, as: "calibration", "--calibrate \(count)")
        options.journal = unfinished.journal
        let bar = SharedProgressBar(isTerminal: !comparison.quiet && StandardStreams.isTerminal(2))
        defer { bar.finish() }
        let result = try await Interruptible.run { [options] in
            try await BuildComparer.calibrate(options, count: count) { bar.show($0, $1) }
        }
        bar.finish()
        try output.write(result, keptAs: "calibration", in: comparison.out, from: unfinished)
        if !result.holds { throw ExitCode(ExitStatus.regression.rawValue) }
    }
}

extension ComparisonArguments {
    /// What would run, and how long it takes.
    func forecast(_ base: String, _ new: String, comparisons: Int? = nil) throws -> Forecast {
        var options = try options(base: base, new: new, makes: false)
        if comparisons != nil { options.tiers = .measured }
        return Forecast(options.work(comparisons: comparisons ?? 1), in: out, isDry: dry.dryRun, isQuiet: quiet)
    }

    /// Compares with a progress bar, in a task that Ctrl-C cancels, and notes each pair that is over in a folder whose name
    /// ends in `name`.
    func compare(
        _ base: String, _ new: String, as name: String
    ) async throws -> (result: BuildComparison, unfinished: UnfinishedRun) {
        var options = try options(base: base, new: new)
        let unfinished = try unfinished(options, as: name)
        options.journal = unfinished.journal
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        defer { bar.finish() }
        let result = try await Interruptible.run { [options] in
            try await BuildComparer(options) { bar.show($0, $1) }.run()
        }
        return (result, unfinished)
    }

    /// What is kept of a comparison while it goes on; `more` decides over its pairs besides the options.
    func unfinished(_ options: ComparisonOptions, as name: String, _ more: String = "") throws -> UnfinishedRun {
        let words = [
            "kbench compare", Self.identity(of: options.base), Self.identity(of: options.new),
            "--pairs \(options.pairs) --best-of \(options.bestOf) --tier \(options.tiers.rawValue)",
            "--seed \(options.seed) --metric \(options.metrics.joined(separator: ","))",
            "--plant-slowdown \(options.plantedSlowdown) \(more) --", options.command.joined(separator: " "),
        ]
        return try UnfinishedRun(
            name, in: out, resume: resuming.resume, settings: words.joined(separator: " "))
    }

    /// A program by its path, its size and when it was built: pairs of another build are no pairs of this one.
    private static func identity(of path: String) -> String {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        let built = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(path) (\(facts?[.size] as? Int ?? 0) bytes, \(Int(built)))"
    }
}
