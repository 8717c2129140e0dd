// `kbench judge FILE`: judges a pipeline, prints what came of it, and exits by the verdict.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Pipelines
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Judges one pipeline.
struct JudgeRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Judge a pipeline (the default).",
        discussion: """
            The pipeline runs once without a kill, which has to lose and repeat nothing. Then it runs once for each chosen \
            point and occurrence: it is killed before that frame goes on, started again, and drained.

            Exit codes: 0 as claimed, 3 the claim, a limit or an expectation is broken, 5 the runs show nothing, 6 not all \
            runs were made (--budget).
            """)

    @Argument(help: "A pipeline file; without one, the command behind --.")
    var file: String?

    @Option(help: ArgumentHelp("The file that the command behind -- writes its rows to.", valueName: "F"))
    var outputFile: String?

    @OptionGroup var kills: KillOptions

    @Option(help: ArgumentHelp("What the pipeline claims, in place of what its file says.", valueName: "G"))
    var guarantee: String?

    @Option(help: ArgumentHelp("Records to produce.", valueName: "N"))
    var records: Int?

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "P"))
    var partitions: Int?

    @Flag(help: "Give the pipeline one batch of records at a time, so that a small load meets many points.")
    var trim = false

    @Flag(help: "Hold each answer with records until wire and output have been silent.")
    var lockstep = false

    @Option(help: ArgumentHelp("Remember runs in a file, and go on from it.", valueName: "FILE"))
    var resume: String?

    @Option(help: ArgumentHelp("Try a part of the kills: the i-th of n.", valueName: "i/n"))
    var shard = "1/1"

    @Option(help: ArgumentHelp("Instead of running: put the --resume files of shards together.", valueName: "A,B"))
    var merge: String?

    @Option(
        help: ArgumentHelp(
            "Leave what tells the lives of each run's records in a folder: see explain.", valueName: "DIR"))
    var evidence: String?

    @Option(help: ArgumentHelp("Records that a run may lose, in place of the claim.", valueName: "N"))
    var maxLost: Int?

    @Option(
        help: ArgumentHelp(
            "Rows that a run may have twice, in place of the claim: a number, or 'bound' for what can follow from its kill.",
            valueName: "N"))
    var maxDuplicates: String?

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    @Argument(parsing: .postTerminator, help: "The command of the pipeline, behind --.")
    var command: [String] = []

    func run() async throws {
        if merge != nil {
            try CommandWords.refuse(
                ["--shard", "--resume", "--budget", "--dry-run"], because: "--merge runs nothing and reads whole files")
        }
        let pipeline = try pipeline()
        let files = try Keeping.copies(of: file)
        var settings = try kills.settings()
        settings.trims = trim
        settings.isInLockstep = lockstep
        let part = try CommandPart(shard)
        settings.shard = (part.number, part.count)
        settings.limits = try limits()
        let forecast = Forecast(
            settings.work(pipeline), in: out, isDry: dry.dryRun, isQuiet: quiet || merge != nil)
        if dry.dryRun { return try output.write(forecast.estimate) }
        if let resume { try OutputCheck.file(resume, "--resume") }
        settings.journal = resume
        if let evidence { try OutputCheck.folder(evidence, "--evidence") }
        settings.evidence = evidence
        settings.merged = try merge.map { try OptionCheck.words($0, "--merge") }
        try OutputCheck.folder(out, "--out")
        // It holds the work folder, and nothing else of ours.
        let isOutThere = PosixDisk().exists(out)
        if !isOutThere { Leftovers.shared.note(emptyFolder: out) }
        defer { if !isOutThere { FileSystem.removeIfEmpty(out) } }
        WorkFolder.removeAbandoned(in: out)
        let whole = URL(fileURLWithPath: out).standardizedFileURL.path
        let options = try broker.runOptions(in: whole, reproduce: reproduce, topics: topics)
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        let runner = JudgeRunner(pipeline, settings, options: options) { bar.show($0, $1) }
        defer { bar.finish() }
        var result = try await Interruptible.run { try await runner.run() }
        result.file = file
        bar.finish()
        try output.write(result)
        let pace = try forecast.files(units: result.runs.count, isResumed: resume != nil || merge != nil)
        try Keeping.keep(
            result, as: "judge-\(pipeline.name.fileName)", in: out, with: files.merging(pace) { given, _ in given },
            isText: output.isText)
        switch result.verdict {
        case .pass where result.left > 0: throw ExitCode(ExitStatus.inconclusive.rawValue)
        case .pass: return
        case .fail: throw ExitCode(ExitStatus.guaranteeBroken.rawValue)
        case .invalid: throw ExitCode(ExitStatus.invalidRun.rawValue)
        }
    }

    private func pipeline() throws -> Pipeline {
        var pipeline: Pipeline
        if let file {
            guard command.isEmpty else { throw refusal("a file and a command behind --", "give one of the two") }
            guard outputFile == nil else {
                throw refusal("--output-file has no effect: the file says where its rows are", "leave it out")
            }
            guard PosixDisk().exists(file) else {
                // The words of commands too: whoever mistypes one of them is taken to name a file.
                let guess = Suggestion.closest(to: file, among: ["run", "check", "new"]).map { "did you mean \($0)? " }
                throw refusal(
                    "\(file): no such file",
                    "\(guess ?? "")name a pipeline file; kbench judge new NAME writes one to begin with")
            }
            pipeline = try PipelineFile.read(file)
        } else {
            guard let outputFile else {
                throw refusal(
                    "no pipeline is named", "give a pipeline file, or --output-file F -- and a command that writes F")
            }
            guard let program = command.first else {
                throw refusal("--output-file: no command is named", "give it behind --")
            }
            // A script's name says more than its interpreter's.
            let script = command.dropFirst().first { !$0.hasPrefix("-") && !$0.contains(" ") }
            pipeline = Pipeline(
                name: URL(fileURLWithPath: script ?? program).lastPathComponent,
                folder: FileManager.default.currentDirectoryPath, command: command)
            pipeline.output = .files(outputFile)
        }
        if let records {
            try OptionCheck.range(records, PipelineLimits.records, "--records")
            pipeline.load.records = records
        }
        if let partitions {
            try OptionCheck.range(partitions, ScenarioLimits.partitions, "--partitions")
            pipeline.load.partitions = partitions
        }
        if let guarantee {
            guard let claimed = PipelineGuarantee(rawValue: guarantee) else {
                let known = PipelineGuarantee.allCases.map(\.rawValue)
                throw refusal(
                    "--guarantee \(guarantee): there is no such guarantee", "use \(known.joined(separator: ", "))")
            }
            pipeline.guarantee = claimed
        }
        return pipeline
    }

    private func limits() throws -> JudgeResult.Limits {
        var limits = JudgeResult.Limits()
        if let maxLost { try OptionCheck.range(maxLost, 0...Int.max, "--max-lost") }
        limits.lost = maxLost
        if let maxDuplicates {
            let number = Int(maxDuplicates).flatMap { $0 >= 0 ? $0 : nil }
            guard maxDuplicates == "bound" || number != nil else {
                throw refusal(
                    "--max-duplicates \(maxDuplicates): it is neither 'bound' nor a number from 0 on",
                    "write 'bound', or a number")
            }
            limits.duplicates = number.map { .count($0) } ?? .bound
        }
        return limits
    }

    private func refusal(_ cause: String, _ fix: String) -> Diagnosis {
        Diagnosis(cause: cause, fix: fix, exitCode: .usage)
    }

    /// The command that repeats the runs; what chooses points goes where `{points}` stands.
    private var reproduce: String {
        var parts = ["kbench", "judge"] + (file.map { [$0] } ?? [])
        func add(_ option: String, _ value: String?) { if let value { parts += [option, value] } }
        add("--output-file", outputFile)
        add("--guarantee", guarantee)
        add("--records", records.map(String.init))
        add("--partitions", partitions.map(String.init))
        add("--seed", "\(kills.seed)")
        add("--max-lost", maxLost.map(String.init))
        add("--max-duplicates", maxDuplicates)
        if trim { parts.append("--trim") }
        if lockstep { parts.append("--lockstep") }
        parts += broker.arguments + topics.arguments + [JudgeRunner.pointsPlace]
        if !command.isEmpty { parts += ["--"] + command.map(CommandWords.quoted) }
        return parts.joined(separator: " ")
    }
}

extension String {
    /// What of a name can be a part of a folder's name.
    fileprivate var fileName: String {
        String(prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
    }
}
