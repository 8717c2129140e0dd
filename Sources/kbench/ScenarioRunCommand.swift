// `kbench scenario NAME`: runs a scenario, keeps its results, prints them, and exits by its verdict.
internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Harness
internal import Judgement
internal import Kafka
internal import Posix
internal import Rendering
internal import Results
internal import Scenarios
internal import World

/// Runs one scenario.
struct ScenarioRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a scenario (the default).",
        discussion: """
            Produces the scenario's records once, runs every strategy and sink on them, kills each worker at its crash \
            point, restarts it, lets it drain, and compares the sink with what was produced.

            Results are kept in a new folder below --out: run.json, summary.csv, report.md and report.html.
            """)

    @Argument(help: "A built-in scenario (see 'kbench scenario list') or a scenario file.")
    var name: String

    @Option(help: ArgumentHelp("Only these strategies.", valueName: "A,B"))
    var strategy: String?

    @Option(help: ArgumentHelp("Only these sinks.", valueName: "A,B"))
    var sink: String?

    @Option(help: ArgumentHelp("Records to produce.", valueName: "N"))
    var records: Int?

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "P"))
    var partitions: Int?

    @Option(help: ArgumentHelp("Bytes of each record's value.", valueName: "B"))
    var recordBytes: Int?

    @Option(help: ArgumentHelp("The seed of payloads and of crashes '@seeded'.", valueName: "S"))
    var seed: Int?

    @Option(
        help: ArgumentHelp(
            "Crash there instead: a point of 'kbench crash-points' and its occurrence, 'seeded' or 'last'; joined by commas, one for each life.",
            valueName: "POINT@K"))
    var crash: String?

    @OptionGroup var client: ClientOption

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @Option(
        help: ArgumentHelp(
            "A ZooKeeper for runs that keep their offsets there; without one, a private server is started.",
            valueName: "HOST:PORT"))
    var zookeeper: String?

    @OptionGroup var log: LogOptions

    @Option(
        help: ArgumentHelp(
            "Run this command of the shell between each death of a worker and its next life.", valueName: "COMMAND"))
    var betweenLives: String?

    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var output: VerdictOptions

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        let overrides = ScenarioOverrides(
            strategies: try words(strategy, "--strategy"), sinks: try words(sink, "--sink"), records: records,
            partitions: partitions,
            recordBytes: recordBytes, seed: seed, crash: crash)
        let scenario = try overrides.apply(to: ScenarioLibrary.find(name)) { strategy, point in
            CrashPointGuide.strategies(of: point.effect).contains(strategy)
        }
        if !scenario.needsZooKeeper {
            try CommandWords.refuse(["--zookeeper"], because: "no run of \(scenario.name) keeps its offsets there")
        }
        if let idle = scenario.experiment?.idleOptions {
            try CommandWords.refuse(idle.options, because: "\(idle.reason) in \(scenario.name)")
        }
        try OutputCheck.folder(out, "--out")
        let files = try ScenarioLibrary.text(of: name).map { ["\(name).yaml": $0] } ?? Keeping.copies(of: name)
        let result: ScenarioResult
        do {
            result = try await execute(scenario)
        } catch let unfinished as UnfinishedScenario {
            // What had come out by then is worth keeping.
            try show(unfinished.result, files)
            throw unfinished.diagnosis
        }
        try show(result, files)
        switch result.verdict {
        case .pass: return
        case .fail: throw ExitCode(ExitStatus.guaranteeBroken.rawValue)
        case .invalid: throw ExitCode(ExitStatus.invalidRun.rawValue)
        }
    }

    private func show(_ result: ScenarioResult, _ files: [String: String]) throws {
        var result = result
        result.file = ScenarioLibrary.isFile(name) ? name : nil
        let folder = try ResultsFolder.write(result, files: files, in: out)
        try output.write(result)
        if output.isText { try StandardStreams.writeOutput("results: \(folder.path)\n") }
    }

    /// Runs the scenario in a task that Ctrl-C cancels, which ends the worker and removes its files.
    private func execute(_ scenario: Scenario) async throws -> ScenarioResult {
        WorkFolder.removeAbandoned(in: out)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        var options = try broker.runOptions(in: out, reproduce: reproduce(scenario), topics: topics)
        options.zookeeper = zookeeper
        options.betweenLives = betweenLives
        try log.apply(to: &options)
        options.client = try client.kind()
        let runner = ScenarioRunner(options: options) { fraction, label in bar.show(fraction, label) }
        defer { bar.finish() }
        return try await Interruptible.run { try await runner.run(scenario) }
    }

    private func words(_ list: String?, _ option: String) throws -> [String] {
        try list.map { try OptionCheck.words($0, option) } ?? []
    }

    /// The command that repeats this run, whatever the seed was drawn from.
    private func reproduce(_ scenario: Scenario) -> String {
        var parts = ["kbench", "scenario", name]
        func add(_ option: String, _ value: String?) { if let value { parts += [option, value] } }
        add("--strategy", strategy)
        add("--sink", sink)
        add("--records", records.map(String.init))
        add("--partitions", partitions.map(String.init))
        add("--record-bytes", recordBytes.map(String.init))
        add("--seed", "\(scenario.seed)")
        add("--crash", crash)
        parts += client.arguments + broker.arguments + topics.arguments
        add("--zookeeper", zookeeper)
        parts += log.arguments
        add("--between-lives", betweenLives.map(CommandWords.quoted))
        return parts.joined(separator: " ")
    }
}
