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

    @Option(
        help: ArgumentHelp(
            "Where to kill each, in place of what its file says; as for 'kbench judge'.", valueName: "P@K"))
    var points: String?

    @Option(help: ArgumentHelp("Which frames: first, middle, last, all or numbers.", valueName: "A,B"))
    var occurrences: String?

    @Option(
        help: ArgumentHelp("Kills of each at moments by chance, in place of points or beside them.", valueName: "N"))
    var timedKills: Int?

    @Option(help: ArgumentHelp("How often each kill is tried.", valueName: "N"))
    var `repeat` = 1

    @Option(help: ArgumentHelp("The seed of the payloads.", valueName: "S"))
    var seed = 1

    @Option(
        help: ArgumentHelp(
            "Records of the run that measures each pipeline's speed, and a plain consumer's beside it; 0 for none.",
            valueName: "N"))
    var speedRecords = 20_000

    @Option(help: ArgumentHelp("Begin no run after this time, such as 90s or 2h.", valueName: "TIME"))
    var budget: String?

    @Option(
        help: ArgumentHelp("Remember runs in a folder, a file for each pipeline, and go on from it.", valueName: "DIR"))
    var resume: String?

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder that the result is kept in.", valueName: "DIR"))
    var out = "results/league"

    @OptionGroup var output: VerdictOptions

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        let settings = try settings()
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
        var settings = JudgeSettings()
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        settings.seed = UInt64(seed)
        settings.points = try points.map { try OptionCheck.points($0, "--points") } ?? []
        settings.occurrences = try occurrences.map { try OptionCheck.occurrences($0, "--occurrences") }
        if let timedKills { try OptionCheck.range(timedKills, 1...1_000_000, "--timed-kills") }
        settings.timedKills = timedKills ?? 0
        try OptionCheck.range(`repeat`, 1...1_000_000, "--repeat")
        settings.times = `repeat`
        try OptionCheck.range(speedRecords, 0...PipelineLimits.records.upperBound, "--speed-records")
        settings.speedRecords = speedRecords > 0 ? speedRecords : nil
        settings.budgetSeconds = try budget.map { try OptionCheck.seconds($0, 0...31_536_000, "--budget") }
        return settings
    }

    /// The command that repeats a run of one pipeline.
    private var reproduceOne: String {
        let words = ["kbench", "judge", LeagueRunner.filePlace, "--seed", "\(seed)"]
        return (words + broker.arguments + topics.arguments + [JudgeRunner.pointsPlace]).joined(separator: " ")
    }

    private var reproduce: String {
        var parts = ["kbench", "league"] + files
        func add(_ option: String, _ value: String?) { if let value { parts += [option, value] } }
        add("--points", points.map { "'\($0)'" })
        add("--occurrences", occurrences)
        add("--timed-kills", timedKills.map(String.init))
        if `repeat` != 1 { add("--repeat", "\(`repeat`)") }
        add("--seed", "\(seed)")
        add("--speed-records", "\(speedRecords)")
        return (parts + broker.arguments + topics.arguments).joined(separator: " ")
    }
}
