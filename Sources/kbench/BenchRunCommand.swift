// `kbench bench run`, the default: the price table.
internal import ArgumentParser
internal import Bench
internal import Engine
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

    @Option(help: ArgumentHelp("Keep bench.csv, bench.md, bench.html and bench.json in this folder.", valueName: "DIR"))
    var out: String?

    @OptionGroup var output: OutputOptions

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
        let folder = out ?? "results"
        try OutputCheck.folder(folder, out == nil ? "" : "--out")
        if let out { try BenchFolder.check(out) }
        WorkFolder.removeAbandoned(in: folder)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        var runOptions = try broker.runOptions(in: folder, reproduce: reproduce, topics: topics)
        try log.apply(to: &runOptions)
        let runner = BenchRunner(
            options: runOptions
        ) { fraction, label in bar.show(fraction, label) }
        defer { bar.finish() }
        let result = try await Interruptible.run { [sweep] in try await runner.run(sweep) }
        bar.finish()
        if let out { try BenchFolder.write(result, in: out) }
        try output.write(result)
        switch result.verdict {
        case .pass: return
        case .fail: throw ExitCode(ExitStatus.guaranteeBroken.rawValue)
        case .invalid: throw ExitCode(ExitStatus.invalidRun.rawValue)
        }
    }

    private var reproduce: String {
        let words = ["kbench", "bench"] + options.arguments + broker.arguments + topics.arguments + log.arguments
        return (words + (sweep.map { ["--sweep", $0] } ?? []) + (out.map { ["--out", $0] } ?? []))
            .joined(separator: " ")
    }
}
