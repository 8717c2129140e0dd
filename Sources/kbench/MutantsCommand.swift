// `kbench mutants`: does exploration find bugs that are known to be there?
internal import ArgumentParser
internal import Campaigns
internal import Exploration
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Hunts planted bugs.
struct MutantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants",
        abstract: "Plant known bugs in the engine, one at a time, and see how soon atlas or swarm finds each.",
        discussion: """
            A checker that never complains proves nothing. Each bug is planted in the simulated engine only; the atlas of a \
            small load is run up to the first broken promise, then random schedules. The same hunt runs on the engine as it \
            is, where whatever is found is a false alarm.

            Exit codes: 0 every bug is found and no false alarm, 3 otherwise.
            """,
        // The name that it had first.
        aliases: ["power"])

    @Option(help: ArgumentHelp("Only these bugs, joined by commas.", valueName: "NAMES"))
    var bug = "all"

    @Option(help: ArgumentHelp("Random schedules after the atlas.", valueName: "N"))
    var swarmSeeds = 20_000

    @Option(help: ArgumentHelp("The seed.", valueName: "S"))
    var seed = 1

    @Option(help: ArgumentHelp("The folder for capsules.", valueName: "DIR"))
    var capsules = "results/capsules"

    @OptionGroup var keeping: KeepOptions

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        try OptionCheck.range(swarmSeeds, 0...10_000_000, "--swarm-seeds")
        let bugs = try OptionCheck.names(bug, "--bug", PlantedBug.allCases) { $0.rawValue }
        let work = PlannedSearch.mutants(bugs, swarmSeeds: swarmSeeds)
        let forecast = Forecast(work, in: keeping.out, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        try OutputCheck.folder(capsules, "--capsules")
        try OutputCheck.folder(keeping.out, "--out")
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        let unfinished = try UnfinishedRun(
            "mutants", in: keeping.out, resume: resuming.resume,
            settings: "kbench mutants --bug \(bug) --swarm-seeds \(swarmSeeds) --seed \(seed)")
        let runner = MutantsRunner(
            bugs: bugs, seed: UInt64(seed), swarmSeeds: swarmSeeds, capsules: capsules, version: Kbench.version,
            journal: unfinished.journal
        ) { fraction, label in bar.show(fraction, label) }
        let result = try await BlockingThread.run { try runner.run() }
        bar.finish()
        try output.write(
            result, keptAs: "mutants", in: keeping.out, with: try forecast.files(isResumed: resuming.resume != nil),
            from: unfinished)
        if !result.holds { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
    }
}
