// `kbench ceilings`: what this machine allows, and how near kbench's own parts come to it.
internal import ArgumentParser
internal import Bench
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Measures the ceilings.
struct CeilingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceilings",
        abstract: "Measure what bounds a run here: polling, disk, zstd, the log by itself, and the verdict.",
        discussion: """
            raw with either client is polled by turns with a loop in C on the same librdkafka, with one on a bare socket, and with one that writes and syncs what a bare socket gives. The verdict is measured on topics that exist \
            as arithmetic only, so that they can be larger than any broker holds.

            Exit codes: 0 measured, 3 a verdict or a log was wrong, 64 usage, 69 broker unreachable.
            """)

    @Option(help: ArgumentHelp("Records to poll, of 200 bytes.", valueName: "N"))
    var records = 1_000_000

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "p"))
    var partitions = 64

    @Option(help: ArgumentHelp("Rounds in which raw and the loop in C take turns.", valueName: "K"))
    var pairs = 7

    @Option(help: ArgumentHelp("The most records of a verdict.", valueName: "N"))
    var verdictRecords = 100_000_000

    @Option(help: ArgumentHelp("Records of a block of the log.", valueName: "n"))
    var blockRecords = 4_000

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var output: OutputOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        try OptionCheck.range(records, ScenarioLimits.records, "--records")
        try OptionCheck.range(partitions, ScenarioLimits.partitions, "--partitions")
        try OptionCheck.range(pairs, 1...1_000, "--pairs")
        try OptionCheck.range(verdictRecords, 100_000...10_000_000_000, "--verdict-records")
        try OptionCheck.range(blockRecords, ScenarioLimits.blockRecords, "--block-records")
        let settings = CeilingsRunner.Settings(
            records: records, partitions: partitions, pairs: pairs, verdictRecords: verdictRecords,
            blockRecords: blockRecords)
        let forecast = Forecast(settings.work, in: out, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        try OutputCheck.folder(out, "--out")
        WorkFolder.removeAbandoned(in: out)
        let words = [
            "kbench", "ceilings", "--records", "\(records)", "--partitions", "\(partitions)", "--pairs", "\(pairs)",
            "--verdict-records", "\(verdictRecords)", "--block-records", "\(blockRecords)",
        ]
        let unfinished = try UnfinishedRun(
            "ceilings", in: out, resume: resuming.resume,
            settings: (words + broker.arguments + topics.arguments).joined(separator: " "))
        var options = try broker.runOptions(in: out, topics: topics)
        options.journal = unfinished.journal
        let runner = CeilingsRunner(settings, options: options) { bar.show($0, $1) }
        let result = try await Interruptible.run { try await runner.run() }
        bar.finish()
        let pace = try forecast.files(isResumed: resuming.resume != nil)
        try output.write(result, keptAs: "ceilings", in: out, with: pace, from: unfinished)
    }
}

/// The loop in C, in a process of its own; started by `kbench ceilings` only.
struct PlainLoopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plain-loop", abstract: "Poll and drop in C (started by kbench itself).", shouldDisplay: false)

    @Argument var configurationPath: String

    @Flag var bare = false

    @Option var log: String?

    func run() throws {
        let (rate, cpu) = try PlainLoopProcess.run(configurationPath: configurationPath, isBare: bare, log: log)
        try StandardStreams.writeOutput("\(rate) \(cpu)\n")
    }
}
