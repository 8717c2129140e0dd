// `kbench claims`: puts every claim to the test and prints what was measured.
internal import ArgumentParser
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import Scenarios
internal import World

/// Runs the scenarios named after claims.
struct ClaimsCommand: AsyncParsableCommand {

    static let configuration = CommandConfiguration(
        commandName: "claims",
        abstract: "Put what is claimed for direct and receiver-based ingestion to the test.",
        discussion: """
            Each claim has a scenario that measures it. The verdict is holds, holds-if (the line below it says for what), \
            does-not-hold, or not-measured.

            Exit codes: 0 every scenario came out as expected (whatever the claim's verdict), 3 one did not, 5 one was \
            invalid, or none was measured.
            """)

    @Option(help: ArgumentHelp("Only these claims, such as C3,C16.", valueName: "IDS"))
    var claim: String?

    @OptionGroup var client: ClientOption

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder for results: each scenario's are kept there.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        let ids = try claim.map { try OptionCheck.words($0, "--claim") } ?? []
        if dry.dryRun {
            let runner = try ClaimsRunner(ids: ids, options: try broker.runOptions(in: out, topics: topics))
            let forecast = Forecast(try runner.work(), in: out, isDry: true, isQuiet: quiet)
            return try output.write(forecast.estimate)
        }
        try OutputCheck.folder(out, "--out")
        WorkFolder.removeAbandoned(in: out)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        var options = try broker.runOptions(in: out, topics: topics)
        options.client = try client.kind()
        let unfinished = try UnfinishedRun("claims", in: out, resume: resuming.resume, settings: settings)
        options.journal = unfinished.journal
        let runner = try ClaimsRunner(ids: ids, options: options) { fraction, label in bar.show(fraction, label) }
        defer { bar.finish() }
        let forecast = Forecast(try runner.work(), in: out, isDry: false, isQuiet: quiet)
        let out = out
        let (claims, failures, verdicts) = try await Interruptible.run {
            var verdicts: [ScenarioResult.Standing] = []
            let (claims, failures) = try await runner.run { result, isNew in
                verdicts.append(result.verdict)
                if isNew {
                    let files = ScenarioLibrary.text(of: result.scenario).map { ["\(result.scenario).yaml": $0] }
                    _ = try ResultsFolder.write(result, files: files ?? [:], in: out)
                }
                for complaint in result.verdict == .pass ? [] : result.complaints {
                    StandardStreams.writeErrorLine("\(result.scenario): \(complaint)")
                }
            }
            return (claims, failures, verdicts)
        }
        bar.finish()
        let pace = try forecast.files(isResumed: resuming.resume != nil)
        try output.write(ClaimsResult(claims), keptAs: "claims", in: out, with: pace, from: unfinished)
        if let failure = failures.first { throw failure }
        if verdicts.contains(.fail) { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
        if verdicts.contains(.invalid) { throw ExitCode(ExitStatus.invalidRun.rawValue) }
        guard !verdicts.isEmpty else {
            throw Diagnosis(
                cause: "none of the claims was measured", fix: "give what the reasons above name", exitCode: .invalidRun
            )
        }
    }

    /// What decides over what is measured.
    private var settings: String {
        let words = ["kbench", "claims"] + (claim.map { ["--claim", $0] } ?? [])
        return (words + client.arguments + broker.arguments + topics.arguments).joined(separator: " ")
    }
}
