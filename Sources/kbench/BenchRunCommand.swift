// `kbench bench run`, the default: the price table.
internal import ArgumentParser
internal import Bench
internal import Engine
internal import Foundation
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Measures strategies and sinks on one load.
struct BenchRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Measure throughput, latency, disk, crash and recovery (the default).",
        discussion: """
            Loads a topic once, then measures every strategy and sink, raw, the disk and zstd in rounds of shuffled order, \
            each in a worker process of its own. Latency is then measured in an open loop, from the moment a record was to be \
            sent; and each row is killed once. Every trial is judged record by record.

            Exit codes: 0 nothing twice and nothing lost but for what the crash must do, 3 otherwise, 5 something could not \
            be observed.
            """)

    @OptionGroup var options: BenchOptions

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @OptionGroup var log: LogOptions

    @Option(
        help: ArgumentHelp(
            "Measure for each value of one setting: \(BenchSweep.Key.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "KEY=V1,V2"))
    var sweep: String?

    @Option(
        help: ArgumentHelp(
            "Keep bench.csv, bench.md, bench.html and bench.json in this very folder, not in a new one below results.",
            valueName: "DIR"))
    var out: String?

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        var sweep = BenchSweep(base: try options.settings())
        if let text = self.sweep {
            let (key, values) = try BenchSweep.parse(text)
            sweep.key = key
            sweep.values = values
            try CommandWords.refuse(["--\(key.rawValue)"], because: "--sweep sets it anew for each of its values")
        }
        try options.refuseIdle(sweep)
        if options.topic != nil, options.noLatency {
            try topics.refuse(because: "with --topic and --no-latency no topic is made")
        }
        let place = try place()
        let folder = place ?? "results"
        let forecast = Forecast(try sweep.work(), in: "results", isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        try OutputCheck.folder(folder, out == nil ? "" : "--out")
        if let place { try ResultForms.bench.check(place) }
        WorkFolder.removeAbandoned(in: folder)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        var runOptions = try broker.runOptions(in: folder, reproduce: reproduce(keptIn: place), topics: topics)
        try log.apply(to: &runOptions)
        let settings = reproduce(keptIn: nil)
        let files = try Keeping.copies(of: options.load)
        let isNew = resuming.resume == nil
        let unfinished =
            try place.map { try UnfinishedRun(in: $0, isNew: isNew, settings: settings, files: files) }
            ?? UnfinishedRun("bench", in: folder, resume: resuming.resume, settings: settings, files: files)
        runOptions.journal = unfinished.journal
        let runner = BenchRunner(
            options: runOptions
        ) { fraction, label in bar.show(fraction, label) }
        defer { bar.finish() }
        let result = try await Interruptible.run { [sweep] in try await runner.run(sweep) }
        bar.finish()
        if let place {
            try ResultForms.bench.write(result, in: place)
            unfinished.forget()
            try output.write(result)
        } else {
            let kept = files.merging(try forecast.files(isResumed: !isNew)) { given, _ in given }
            try output.write(result, keptAs: "bench", in: folder, with: kept, from: unfinished)
        }
        switch result.verdict {
        case .pass: return
        case .fail: throw ExitCode(ExitStatus.guaranteeBroken.rawValue)
        case .invalid: throw ExitCode(ExitStatus.invalidRun.rawValue)
        }
    }

    /// The very folder that has the result; nil where it is to get one of its own below `results`.
    private func place() throws -> String? {
        guard let resume = resuming.resume else { return out }
        guard let out else { return resume.hasSuffix(ResultsFolder.unfinishedEnding) ? nil : resume }
        func plain(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
        guard plain(out) == plain(resume) else {
            throw Diagnosis(
                cause: "--out \(out) has no effect: --resume goes on in \(resume)", fix: "leave out --out",
                exitCode: .usage)
        }
        return out
    }

    private func reproduce(keptIn place: String?) -> String {
        let words = ["kbench", "bench"] + options.arguments + broker.arguments + topics.arguments + log.arguments
        return (words + (sweep.map { ["--sweep", $0] } ?? []) + (place.map { ["--out", $0] } ?? []))
            .joined(separator: " ")
    }
}
