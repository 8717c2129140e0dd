// `kbench league FILES`: judges several pipelines, and sets what they claim beside what was seen.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Pipelines
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Judges several pipelines.
struct LeagueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "league",
        abstract: "Judge several pipelines, and set what they claim beside what was seen.",
        discussion: """
            Each file is judged as by 'kbench judge', one after the other. A pipeline whose program is not installed is left \
            out, with a message and a row that says so. A table is printed and kept as league.json, league.csv and league.md.

            Exit codes: 0 all that ran as claimed, 3 a claim or an expectation is broken, 5 a pipeline showed nothing, or \
            none is installed, 6 there was no time for all (--budget).
            """)

    @Argument(help: "The pipeline files.")
    var files: [String]

    @OptionGroup var kills: KillOptions

    @Option(
        help: ArgumentHelp(
            "Records of the run that measures each pipeline's speed, more where they take no second; 0 for none.",
            valueName: "N"))
    var speedRecords = 20_000

    @Option(
        help: ArgumentHelp("Remember runs in a folder, a file for each pipeline, and go on from it.", valueName: "DIR"))
    var resume: String?

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder that the result is kept in.", valueName: "DIR"))
    var out = "results/league"

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        let settings = try settings()
        let pipelines = try files.map { try PipelineFile.read($0) }
        let forecast = Forecast(settings.league(pipelines), in: out, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        if let resume { try OutputCheck.folder(resume, "--resume") }
        try OutputCheck.folder(out, "--out")
        try ResultForms.league.check(out)
        WorkFolder.removeAbandoned(in: out)
        let whole = URL(fileURLWithPath: out).standardizedFileURL.path
        let options = try broker.runOptions(in: whole, reproduce: reproduceOne, topics: topics)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        let runner = LeagueRunner(
            files, settings, journals: resume, options: options, reproduce: reproduce
        ) {
            StandardStreams.writeErrorLine($0)
        } progress: {
            bar.show($0, $1)
        }
        defer { bar.finish() }
        let result = try await Interruptible.run { try await runner.run() }
        bar.finish()
        try ResultForms.league.write(result, in: out)
        try output.write(result)
        if result.count(of: .invalid) > 0 || result.count(of: .skipped) == result.pipelines.count {
            throw ExitCode(ExitStatus.invalidRun.rawValue)
        }
        if result.count(of: .fail) > 0 { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
        if result.count(of: .unfinished) > 0 { throw ExitCode(ExitStatus.inconclusive.rawValue) }
    }

    private func settings() throws -> JudgeSettings {
        var settings = try kills.settings()
        try OptionCheck.range(speedRecords, 0...PipelineLimits.records.upperBound, "--speed-records")
        settings.speedRecords = speedRecords > 0 ? speedRecords : nil
        return settings
    }

    /// The command that repeats a run of one pipeline.
    private var reproduceOne: String {
        let words = ["kbench", "judge", LeagueRunner.filePlace, "--seed", "\(kills.seed)"]
        return (words + broker.arguments + topics.arguments + [JudgeRunner.pointsPlace]).joined(separator: " ")
    }

    private var reproduce: String {
        let words = ["kbench", "league"] + files + kills.arguments + ["--speed-records", "\(speedRecords)"]
        return (words + broker.arguments + topics.arguments).joined(separator: " ")
    }
}
