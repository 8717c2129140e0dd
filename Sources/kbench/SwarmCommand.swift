// `kbench swarm`: random schedules, each with a random subset of everything that can go wrong.
internal import ArgumentParser
internal import Campaigns
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Runs a swarm.
struct SwarmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swarm",
        abstract:
            "Run random schedules of crashes, power losses, faults and stage orders; stop at the first broken promise.",
        discussion: """
            Each seed decides a strategy, a sink, a load, the order in which the engine's stages go, and up to three lives, \
            each with a crash, a power loss, faults of disk and broker, or arrivals; each seed has only some kinds of \
            trouble switched on. The last life is left alone and judged.

            With a script, the first life of each seed has the faults that come to the same as its events; an event that \
            nothing in the simulated world is like is refused.

            Exit codes: 0 every promise is kept, 3 one is broken (its capsule is written), 5 an event of the script never \
            happened.
            """)

    @Option(help: ArgumentHelp("The first and the last seed.", valueName: "A..B"))
    var seeds = "1..10000"

    @Option(help: ArgumentHelp("The folder for the capsule.", valueName: "DIR"))
    var capsules = "results/capsules"

    @Option(
        help: ArgumentHelp("A broker's script, as of 'kbench broker': faults of each first life.", valueName: "FILE"))
    var script: String?

    @OptionGroup var keeping: KeepOptions

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var parts: PartOptions

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        try parts.refuseIdle()
        let part = try parts.part()
        let ends = seeds.separatedByDots
        guard ends.count == 2, ends[0] <= ends[1], ends[1] < 1 << 62 else {
            throw Diagnosis(
                cause: "--seeds: '\(seeds)' is no range of seeds", fix: "write A..B with A <= B, such as 1..10000",
                exitCode: .usage)
        }
        let events = try script.map { try YAMLValue.script(ofFile: $0) }
        let work = PlannedSearch.swarm(ends[0]...ends[1], isScripted: script != nil)
        let forecast = Forecast(work, in: keeping.out, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        try OutputCheck.folder(capsules, "--capsules")
        try OutputCheck.folder(keeping.out, "--out")
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        let files = try Keeping.copies(of: script)
        let settings = "kbench swarm --seeds \(ends[0])..\(ends[1])"
        let merged = try parts.merged(settings: settings, files: files)
        let journal = try merged ?? parts.begun(settings: settings, files: files)
        let unfinished =
            try journal == nil
            ? UnfinishedRun(
                "swarm", in: keeping.out, resume: resuming.resume, settings: part.settings(settings), files: files)
            : nil
        var runner = try SwarmRunner(
            seeds: ends[0]...ends[1], script: events, capsules: capsules, version: Kbench.version,
            journal: journal ?? unfinished?.journal
        ) { fraction, label in bar.show(fraction, label) }
        runner.shard = (part.number, part.count)
        try part.refuse(beyond: runner.mostParts, "ranges of seeds", of: "the swarm")
        let result = try await BlockingThread.run { [runner] in try merged.map { try runner.merge($0) } ?? runner.run()
        }
        bar.finish()
        let pace = try forecast.files(units: result.seeds, isResumed: resuming.resume != nil || journal != nil)
        try output.write(
            result, keptAs: "swarm", in: keeping.out, with: files.merging(pace) { given, _ in given }, from: unfinished)
        if output.isText { StandardStreams.writeErrorLine(result.speed) }
        if result.brokenSeed != nil { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
        if let unseen = result.script?.first(where: { $0.struck == 0 }) {
            throw Diagnosis(
                cause: "\(unseen.fault) of the script never struck: the runs say nothing about it",
                fix: "run more seeds, or let it happen at an earlier request", exitCode: .invalidRun)
        }
    }
}

extension String {
    /// The numbers of `A..B`; none when it is something else.
    fileprivate var separatedByDots: [UInt64] {
        let parts = split(separator: "..", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt64($0) }
        return numbers.count == parts.count ? numbers : []
    }
}
