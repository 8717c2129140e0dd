// `kbench capacity`: how much each strategy sustains.
internal import ArgumentParser
internal import Bench
internal import Engine
internal import Harness
internal import Ingestion
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Searches the highest sustained rate.
struct CapacityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity",
        abstract: "Find the highest rate that each strategy sustains.",
        discussion: """
            Offers records at one rate after the other, in an open loop: doubling until a rate is refused, then halving the \
            bracket until its ends are within a tenth. A rate is sustained when the 99th percentile of the latency to the sink \
            is at most --p99 and the lag does not grow. Every probe is told on standard error and listed in the result.

            Exit codes: 0 every strategy has an answer, 3 something came twice or not at all, 5 a strategy sustains nothing.
            """)

    @Option(help: ArgumentHelp("The strategies, joined by commas, or all.", valueName: "A,B"))
    var strategy = "receiver-wal,direct-log-first"

    @Option(help: ArgumentHelp("The sinks, joined by commas, or all.", valueName: "A,B"))
    var sink = "counting"

    @Option(
        help: ArgumentHelp(
            "The clients that workers read with, joined by commas: librdkafka, and native, which is kbench's own.",
            valueName: "A,B"))
    var client = ClientKind.librdkafka.rawValue

    @Option(help: ArgumentHelp("The bound on the 99th percentile, in milliseconds.", valueName: "MS"))
    var p99 = 500.0

    @Option(help: ArgumentHelp("The first rate, in records a second.", valueName: "R"))
    var from = 10_000.0

    @Option(help: ArgumentHelp("How long each rate is offered, such as 3s.", valueName: "TIME"))
    var probeTime = "3s"

    @Option(help: ArgumentHelp("Bytes of each record's value.", valueName: "B"))
    var recordBytes = 200

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "P"))
    var partitions = 32

    @Option(help: ArgumentHelp("Milliseconds between two blocks.", valueName: "MS"))
    var blockInterval: Int?

    @Option(help: ArgumentHelp("Milliseconds between two batches.", valueName: "MS"))
    var batchInterval: Int?

    @Option(help: ArgumentHelp("The seed of payloads.", valueName: "S"))
    var seed = 1

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @OptionGroup var keeping: KeepOptions

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "Do not tell of probes.")
    var quiet = false

    func run() async throws {
        var settings = BenchSettings(
            strategies: try OptionCheck.names(strategy, "--strategy", Strategy.allCases) { $0.rawValue },
            sinks: try OptionCheck.names(sink, "--sink", SinkKind.allCases) { $0.rawValue })
        settings.clients = try OptionCheck.names(client, "--client", ClientKind.allCases) { $0.rawValue }
        let numbers: [(BenchSweep.Key, Int?)] = [
            (.recordBytes, recordBytes), (.partitions, partitions), (.blockInterval, blockInterval),
            (.batchInterval, batchInterval),
        ]
        for (key, value) in numbers { if let value { try settings.set(key, checked: value) } }
        try settings.checkChoice(strategy: strategy, sink: sink)
        guard !settings.measuredStrategies.isEmpty, settings.strategies.allSatisfy(\.hasOutput) || strategy == "all"
        else {
            throw Diagnosis(
                cause: "--strategy: raw has no sink, so there is no latency to bound",
                fix: "choose strategies with a sink, such as direct-log-first", exitCode: .usage)
        }
        if !settings.measuredStrategies.contains(where: \.isReceiver) {
            try CommandWords.refuse(["--block-interval"], because: "no receiver is measured")
        }
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        try OptionCheck.range(p99, ScenarioLimits.p99Milliseconds, "--p99", "milliseconds")
        try OptionCheck.range(from, ScenarioLimits.recordsPerSecond, "--from", "records a second")
        settings.seed = UInt64(seed)
        settings.latencySeconds = try OptionCheck.seconds(probeTime, ScenarioLimits.offeredSeconds, "--probe-time")
        try CapacityRunner.check(probeSeconds: settings.latencySeconds, p99Milliseconds: p99, start: from)
        let folder = keeping.out
        let work = CapacityRunner.work(settings, start: from)
        let forecast = Forecast(work, in: folder, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        try OutputCheck.folder(folder, "--out")
        WorkFolder.removeAbandoned(in: folder)
        let isQuiet = quiet
        let unfinished = try UnfinishedRun("capacity", in: folder, resume: resuming.resume, settings: reproduce)
        var options = try broker.runOptions(in: folder, reproduce: reproduce, topics: topics)
        options.journal = unfinished.journal
        let runner = CapacityRunner(
            settings: settings, p99Milliseconds: p99, start: from, options: options
        ) { label, probe in if !isQuiet { StandardStreams.writeErrorLine("\(label): \(probe.words)") } }
        let result = try await Interruptible.run { try await runner.run() }
        let probes = result.rows.reduce(0) { $0 + $1.probes.count }
        let pace = try forecast.files(units: probes, isResumed: resuming.resume != nil)
        try output.write(result, keptAs: "capacity", in: keeping.out, with: pace, from: unfinished)
        if !result.holds { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
        if !result.isValid { throw ExitCode(ExitStatus.invalidRun.rawValue) }
    }

    private var reproduce: String {
        var words = [
            "kbench", "capacity", "--strategy", strategy, "--sink", sink, "--p99", OptionCheck.plain(p99),
            "--from", OptionCheck.plain(from),
            "--probe-time", probeTime, "--record-bytes", "\(recordBytes)", "--partitions", "\(partitions)",
        ]
        if client != ClientKind.librdkafka.rawValue { words += ["--client", client] }
        if let blockInterval { words += ["--block-interval", "\(blockInterval)"] }
        if let batchInterval { words += ["--batch-interval", "\(batchInterval)"] }
        return (words + ["--seed", "\(seed)"] + broker.arguments + topics.arguments).joined(separator: " ")
    }
}

extension BenchSettings {
    /// Sets one of the whole numbers to what an option says.
    ///
    /// - Throws: `Diagnosis` naming option and value.
    mutating func set(_ key: BenchSweep.Key, checked value: Int) throws {
        try OptionCheck.range(value, key.range, "--\(key.rawValue)")
        set(key, to: value)
    }
}
