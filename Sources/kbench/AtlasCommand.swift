// `kbench atlas`: every crash point, at every occurrence, with every state of the disk.
internal import ArgumentParser
internal import Campaigns
internal import Engine
internal import Exploration
internal import Harness
internal import Ingestion
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Runs an atlas.
struct AtlasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atlas",
        abstract: "Try every crash of a small load in the simulated world, and prove what survives.",
        discussion: """
            The engine runs unchanged on a simulated broker and disk. At every crash point, each time it is passed, the \
            world is copied and crashed: the process dies, or the power fails and of what was not synced all, nothing, a \
            beginning or a random choice of sectors survives. Each copy recovers, drains its input and is judged against \
            the promise of a sound engine. With --depth 2 the recovery is crashed as well, with --depth 3 the recovery from \
            that: at each depth, of all that a crash left, --choices are crashed again, evenly spread.

            A broken promise is written as a capsule, which 'kbench replay', 'shrink' and 'explain' read.

            Exit codes: 0 every promise is kept, 3 one is broken, 6 not all units were run (--budget).
            """)

    @OptionGroup var load: ExplorationLoad

    @Option(
        help: ArgumentHelp("Crashes one after the other, 1 to 3, each in the recovery from the last.", valueName: "D"))
    var depth = 1

    @Option(
        help: ArgumentHelp("Of each strategy and sink, recoveries crashed again at each depth; 24.", valueName: "C"))
    var choices: Int?

    @Option(help: ArgumentHelp("Run every i-th of n parts of the atlas.", valueName: "i/n"))
    var shard = "1/1"

    @Option(help: ArgumentHelp("Write each result here as it comes, and leave out what is there.", valueName: "FILE"))
    var resume: String?

    @Option(help: ArgumentHelp("Instead of running: put the --resume files of shards together.", valueName: "A,B"))
    var merge: String?

    @Option(help: ArgumentHelp("Begin no further part after this time, such as 90s or 10m.", valueName: "TIME"))
    var budget: String?

    @Option(help: ArgumentHelp("The folder for capsules.", valueName: "DIR"))
    var capsules = "results/capsules"

    @OptionGroup var keeping: KeepOptions

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        try OptionCheck.range(depth, 1...3, "--depth")
        if let choices {
            try OptionCheck.range(choices, 1...10_000, "--choices")
            guard depth > 1 else {
                throw Diagnosis(
                    cause: "--choices says which recoveries are crashed again, and at --depth 1 none is",
                    fix: "leave out --choices, or give --depth 2 or 3", exitCode: .usage)
            }
        }
        if merge != nil {
            try CommandWords.refuse(
                ["--shard", "--resume", "--budget", "--dry-run"],
                because: "--merge runs nothing and reads whole journals")
        }
        let part = try CommandPart(shard)
        var template = try load.template()
        template.depth = depth
        template.secondCrashes = choices ?? template.secondCrashes
        let (strategies, sinks) = (try load.strategies(), try load.sinks())
        let units = AtlasUnit.all(strategies: strategies, sinks: sinks, template: template)
        guard !units.isEmpty else {
            throw Diagnosis(
                cause: "no strategy that was chosen can write to a sink that was chosen",
                fix: "direct-transactional goes with the sink transactional; raw keeps nothing", exitCode: .usage)
        }
        let nothing = "no part of the atlas comes of it"
        try OptionCheck.used(
            load.strategy, "--strategy", strategies, in: units.map(\.strategy), { $0.rawValue }, as: nothing)
        try OptionCheck.used(load.sink, "--sink", sinks, in: units.map(\.sink), { $0.rawValue }, as: nothing)
        try part.refuse(beyond: units.count, "units", of: "the atlas")
        let work = PlannedSearch.atlas(units, shard: (part.number, part.count))
        let forecast = Forecast(work, in: keeping.out, isDry: dry.dryRun, isQuiet: quiet || merge != nil)
        if dry.dryRun { return try output.write(forecast.estimate) }
        if let resume { try OutputCheck.file(resume, "--resume") }
        try OutputCheck.folder(capsules, "--capsules")
        try OutputCheck.folder(keeping.out, "--out")
        let journals = try merge.map { try OptionCheck.words($0, "--merge") }
        let options = AtlasOptions(
            units: units, shard: (part.number, part.count), journal: resume,
            budgetSeconds: try budget.map { try OptionCheck.seconds($0, 0...31_536_000, "--budget") },
            capsules: capsules,
            version: Kbench.version)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        let result = try await BlockingThread.run {
            if let journals { return try AtlasRunner.merge(journals, options: options) }
            return try AtlasRunner(options) { fraction, label in bar.show(fraction, label) }.run()
        }
        bar.finish()
        let isPart = !result.isComplete || resume != nil || merge != nil
        try output.write(
            result, keptAs: "atlas", in: keeping.out, with: try forecast.files(isResumed: isPart))
        if output.isText, result.seconds > 0 { StandardStreams.writeErrorLine(result.speed) }
        if !result.violations.isEmpty { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
        if !result.isComplete, part.count == 1 { throw ExitCode(ExitStatus.inconclusive.rawValue) }
    }
}
