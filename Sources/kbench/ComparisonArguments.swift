// The options of every command that compares two builds.
public import ArgumentParser
internal import Gate
internal import Harness
internal import World

/// What is measured of two builds, and how.
struct ComparisonArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Pairs, 7 or more.", valueName: "K"))
    var pairs = 10

    @Option(
        help: ArgumentHelp(
            "Runs of each build in a pair, by turns; the best counts, because other work only ever makes a run worse.",
            valueName: "R"))
    var bestOf = 3

    @Option(
        help: ArgumentHelp(
            "Figures of the command's JSON to compare, by name or the last part of it, or process/cpuSeconds and process/wallSeconds; joined by commas. For one that kbench does not know, NAME:higher or NAME:lower says which way is better.",
            valueName: "A,B"))
    var metric: String?

    @Option(help: ArgumentHelp("The practical margin, in per cent.", valueName: "PERCENT"))
    var margin = 2.0

    @Option(help: ArgumentHelp("0: exact figures; 1: measured ones; all.", valueName: "TIER"))
    var tier: ComparisonOptions.Tiers = .all

    @Option(help: ArgumentHelp("The seed of the runs' order and of the resampling.", valueName: "S"))
    var seed = 1

    @Option(
        help: ArgumentHelp(
            "Slow NEW down on purpose, to see whether that is noticed: bench wastes processor time, another command is stopped for this share of its running time.",
            valueName: "PERCENT"))
    var plantSlowdown = 0.0

    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp(
            "The command to measure instead of 'bench', such as: -- counts --format json", valueName: "command"))
    var command: [String] = []

    /// What the arguments ask for; without `makes` no folder is looked at, as nothing is to run.
    func options(base: String, new: String, makes: Bool = true) throws -> ComparisonOptions {
        try OptionCheck.range(pairs, ComparisonOptions.fewestPairs...1000, "--pairs")
        try OptionCheck.range(bestOf, 1...100, "--best-of")
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        try OptionCheck.percent(margin, 0...100, "--margin")
        try OptionCheck.percent(plantSlowdown, 0...1000, "--plant-slowdown")
        if tier == .exact {
            try CommandWords.refuse(
                ["--pairs", "--best-of", "--metric", "--margin", "--seed", "--plant-slowdown"],
                because: "--tier 0 compares exact figures and measures nothing")
            guard command.isEmpty else {
                throw Diagnosis(
                    cause: "'\(command.joined(separator: " "))' has no effect: --tier 0 runs `counts` only",
                    fix: "leave out the command behind --, or --tier 0", exitCode: .usage)
            }
        }
        let metrics = try metric.map { try OptionCheck.words($0, "--metric") } ?? []
        if makes {
            try OutputCheck.folder(out, "--out")
            WorkFolder.removeAbandoned(in: out)
        }
        return ComparisonOptions(
            base: base, new: new, command: command.isEmpty ? ComparisonOptions.standardCommand : command,
            metrics: metrics, pairs: pairs, bestOf: bestOf,
            seed: UInt64(seed),
            margin: margin / 100, tiers: tier, plantedSlowdown: plantSlowdown / 100,
            workDirectory: WorkFolder.path(in: out))
    }
}

extension ComparisonOptions.Tiers: ExpressibleByArgument {}

extension ComparisonArguments {
    /// The options that say how a comparison is made.
    static let optionNames = [
        "--pairs", "--best-of", "--metric", "--margin", "--tier", "--seed", "--plant-slowdown",
    ]
}
