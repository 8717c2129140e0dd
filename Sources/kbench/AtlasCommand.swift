// `kbench atlas`: every crash point, at every occurrence, with every state of the disk.
internal import ArgumentParser
internal import Engine
internal import Exploration
internal import Harness
internal import Posix
internal import Report
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
            the promise of a sound engine. With --depth 2 the recovery is crashed as well.

            A broken promise is written as a capsule, which 'kbench replay', 'shrink' and 'explain' read.

            Exit codes: 0 every promise is kept, 3 one is broken, 6 not all units were run (--budget).
            """)

    /// The forms of the result.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case markdown, json
    }

    @OptionGroup var load: ExplorationLoad

    @Option(help: ArgumentHelp("1: one crash; 2: a second one in the recovery, for a bounded choice.", valueName: "D"))
    var depth = 1

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

    @Option(help: "How to print the result: markdown or json.")
    var format: Format = .markdown

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        try OptionCheck.range(depth, 1...2, "--depth")
        let parts = shard.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2, parts[0] >= 1, parts[0] <= parts[1] else {
            throw Diagnosis(
                cause: "--shard: '\(shard)' is no part", fix: "write i/n with 1 <= i <= n, such as 2/4",
                exitCode: .usage)
        }
        var template = try load.template()
        template.depth = depth
        let units = AtlasUnit.all(
            strategies: try load.strategies(), sinks: try load.sinks(), template: template)
        guard !units.isEmpty else {
            throw Diagnosis(
                cause: "no strategy that was chosen can write to a sink that was chosen",
                fix: "direct-transactional goes with the sink transactional; raw keeps nothing", exitCode: .usage)
        }
        let options = AtlasOptions(
            units: units, shard: (parts[0], parts[1]), journal: resume,
            budgetSeconds: try budget.map { try OptionCheck.seconds($0, 0...31_536_000, "--budget") },
            capsules: capsules,
            version: Kbench.version)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        let merge = merge
        let result = try await BlockingThread.run {
            if let merge {
                return try AtlasRunner.merge(merge.split(separator: ",").map(String.init), options: options)
            }
            return try AtlasRunner(options) { fraction, label in bar.show(fraction, label) }.run()
        }
        bar.finish()
        switch format {
        case .markdown:
            try StandardStreams.writeOutput(result.markdown())
            if result.seconds > 0 { StandardStreams.writeErrorLine(result.speed) }
        case .json: try StandardStreams.writeOutput(result.json())
        }
        if !result.violations.isEmpty { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
        if !result.isComplete, parts[1] == 1 { throw ExitCode(ExitStatus.inconclusive.rawValue) }
    }
}
