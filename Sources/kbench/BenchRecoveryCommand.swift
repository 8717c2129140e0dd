// `kbench bench recovery`: what a restart costs, and what reading again from the broker would.
internal import ArgumentParser
internal import Bench
internal import Engine
internal import Harness
internal import Ingestion
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Measures recoveries against the size of the log.
struct BenchRecoveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery",
        abstract: "Measure reading back from log and broker, and restarts, against the size of the log.",
        discussion: """
            receiver-wal is killed with all records in its log and none processed. The log is then read back, with its pages \
            in memory and dropped from it, and the same records again from the broker, in rounds of shuffled order; then the \
            worker is started again and drains.

            Exit codes: 0 every record came back and out once, 3 otherwise, 5 something could not be observed.
            """)

    @Option(help: ArgumentHelp("Sizes of the log, in million bytes of records, joined by commas.", valueName: "MB,MB"))
    var sizes = "16,64,128"

    @Option(help: ArgumentHelp("Bytes of each record's value.", valueName: "B"))
    var recordBytes = 200

    @Option(help: ArgumentHelp("Partitions.", valueName: "P"))
    var partitions = 8

    @Option(help: ArgumentHelp("Rounds.", valueName: "K"))
    var pairs = 7

    @Option(help: ArgumentHelp("zstd level of the log, 0 for none.", valueName: "L"))
    var zstdLevel = 0

    @Option(help: ArgumentHelp("The seed of payloads and of the order.", valueName: "S"))
    var seed = 1

    @OptionGroup var client: ClientOption

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @OptionGroup var log: LogOptions

    @OptionGroup var keeping: KeepOptions

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        var settings = BenchSettings(strategies: [.receiverWal], sinks: [.counting])
        try OptionCheck.range(recordBytes, ScenarioLimits.recordBytes, "--record-bytes")
        try settings.set(.recordBytes, checked: recordBytes)
        try settings.set(.partitions, checked: partitions)
        try settings.set(.zstdLevel, checked: zstdLevel)
        try OptionCheck.range(pairs, 1...1_000, "--pairs")
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        if let kind = try client.kind() { settings.clients = [kind] }
        settings.pairs = pairs
        settings.seed = UInt64(seed)
        let megabytes = try OptionCheck.words(sizes, "--sizes").map { word in
            guard let size = Int(word), (1...100_000).contains(size) else {
                throw Diagnosis(
                    cause: "--sizes: '\(word)' is not within 1 to 100000",
                    fix: "give whole numbers of million bytes, joined by commas", exitCode: .usage)
            }
            return size
        }
        let folder = keeping.out
        let work = RecoveryRunner.work(settings, megabytes: megabytes)
        let forecast = Forecast(work, in: folder, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        try OutputCheck.folder(folder, "--out")
        WorkFolder.removeAbandoned(in: folder)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        var runOptions = try broker.runOptions(in: folder, reproduce: reproduce, topics: topics)
        try log.apply(to: &runOptions)
        let unfinished = try UnfinishedRun("bench-recovery", in: folder, resume: resuming.resume, settings: reproduce)
        runOptions.journal = unfinished.journal
        let runner = RecoveryRunner(
            settings: settings, megabytes: megabytes,
            options: runOptions
        ) { fraction, label in bar.show(fraction, label) }
        defer { bar.finish() }
        let result = try await Interruptible.run { try await runner.run() }
        bar.finish()
        let pace = try forecast.files(isResumed: resuming.resume != nil)
        try output.write(result, keptAs: "bench-recovery", in: keeping.out, with: pace, from: unfinished)
        if !result.isValid { throw ExitCode(ExitStatus.invalidRun.rawValue) }
        if !result.holds { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
    }

    private var reproduce: String {
        (["kbench", "bench", "recovery", "--sizes", sizes, "--record-bytes", "\(recordBytes)"]
            + ["--partitions", "\(partitions)", "--pairs", "\(pairs)", "--zstd-level", "\(zstdLevel)"]
            + ["--seed", "\(seed)"] + client.arguments + broker.arguments + topics.arguments + log.arguments).joined(
                separator: " ")
    }
}
