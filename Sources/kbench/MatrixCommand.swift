// `kbench matrix`: every strategy, sink and crash point, measured beside expected.
public import ArgumentParser
internal import Engine
internal import Evidence
internal import Harness
internal import Ingestion
internal import Posix
internal import Rendering
internal import Results
internal import Scenarios
internal import World

/// Runs a matrix.
struct MatrixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Crash every strategy and sink at every point, and compare each count with its closed form.",
        discussion: """
            Each cell is a run of its own: a life that dies late in a load of eight batches, as a rule half way into the \
            seventh, and one that drains the input. 'real' starts worker processes and kills them with SIGKILL; \
            'simulated' runs the same engine in memory; 'real' does so too and compares the two. The exit code is 0 only if \
            every crash fired, every cell is as expected and the worlds agree; 5 if a crash did not fire.
            """)

    @Option(help: ArgumentHelp("The strategies, or all.", valueName: "A,B"))
    var strategy = "all"

    @Option(help: ArgumentHelp("The sinks, or all.", valueName: "A,B"))
    var sink = "all"

    @Option(help: ArgumentHelp("The crash points, or all; see 'kbench crash-points'.", valueName: "NAMES"))
    var point = "all"

    @Option(help: ArgumentHelp("sound, spark, or deviations joined by +.", valueName: "FIDELITY"))
    var fidelity = "sound"

    @Option(help: ArgumentHelp("Partitions of the topic.", valueName: "p"))
    var partitions = 4

    @Option(help: ArgumentHelp("Records of a receiver's block.", valueName: "n"))
    var blockRecords = 100

    @Option(help: ArgumentHelp("Records of a batch.", valueName: "N"))
    var batchRecords = 1000

    @Option(help: ArgumentHelp("The seed of the payloads.", valueName: "S"))
    var seed = 1

    @Option(
        help: ArgumentHelp("A file with the key 'load', as in a scenario: the shape of the load.", valueName: "FILE"))
    var load: String?

    @Option(help: "Where the cells run: real or simulated.")
    var world: Worlds = .real

    @Option(
        help: ArgumentHelp(
            "Instead of cells: the rows of another engine's measurements, beside what kbench shows; spark-3.5.7.",
            valueName: "NAME"))
    var against: String?

    @OptionGroup var client: ClientOption

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var resuming: ResumeOption

    @OptionGroup var parts: PartOptions

    @OptionGroup var output: VerdictOptions

    @OptionGroup var dry: DryRunOption

    @Flag(help: "No progress bar.")
    var quiet = false

    private func runOptions() throws -> RunOptions {
        var options = try broker.runOptions(in: out, topics: topics)
        options.client = try client.kind()
        return options
    }

    private func checkNumbers() throws {
        try OptionCheck.range(partitions, ScenarioLimits.partitions, "--partitions")
        try OptionCheck.range(blockRecords, ScenarioLimits.blockRecords, "--block-records")
        try OptionCheck.range(batchRecords, blockRecords...ScenarioLimits.blockRecords.upperBound, "--batch-records")
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
    }

    /// Refuses options that do nothing in the world, or beside the reference, that was chosen.
    private func refuseIdle() throws {
        if against != nil {
            try CommandWords.refuse(
                [
                    "--strategy", "--sink", "--point", "--fidelity", "--partitions", "--block-records",
                    "--batch-records", "--load", "--shard", "--journal", "--merge",
                ], because: "with --against each row brings its own run")
        }
        if world == .simulated {
            try CommandWords.refuse(
                [
                    "--brokers", "-X", "-F", "--replication-factor", "--topic-config", "--embedded-brokers", "--client",
                ],
                because: "--world simulated has no broker")
            try CommandWords.refuse(
                ["--resume", "--shard", "--journal", "--merge"],
                because: "--world simulated is too quick to be interrupted or divided")
        }
    }

    func run() async throws {
        try refuseIdle()
        try parts.refuseIdle()
        try checkNumbers()
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        if let against {
            // Each row brings its own load.
            let words = ["kbench", "matrix", "--against", against, "--seed", "\(seed)"]
            let settings = (words + client.arguments + broker.arguments + topics.arguments).joined(separator: " ")
            let runner = try ReferenceRunner(against, seed: UInt64(seed)) { bar.show($0, $1) }
            try await show(runner, runner.work(in: world), settings, bar, merge: nil) { _ in }
        } else {
            let load = try load.map { try LoadFile.read($0, partitions: partitions) }
            let all = reproduce(strategy: strategy, sink: sink, point: point)
            let cell = reproduce(strategy: "{strategy}", sink: "{sink}", point: "{point}")
            let plan = try plan(load)
            var runner = MatrixRunner(plan: plan, load: load) { bar.show($0, $1) }
            let part = try parts.part()
            try part.refuse(beyond: plan.cellCount, "cells", of: "the matrix")
            runner.shard = (part.number, part.count)
            let work = plan.work(in: world, shard: runner.shard)
            let kind = try client.kind()
            let whole = runner
            try await show(runner, work, all, bar, merge: { try whole.merge($0, client: kind) }) { result in
                (result.reproduce, result.reproduceCell) = (all, cell)
            }
        }
    }

    /// The command that repeats a part of this matrix.
    private func reproduce(strategy: String, sink: String, point: String) -> String {
        var parts = ["kbench", "matrix", "--strategy", strategy, "--sink", sink, "--point", point]
        parts += ["--fidelity", fidelity, "--partitions", "\(partitions)", "--block-records", "\(blockRecords)"]
        parts += ["--batch-records", "\(batchRecords)", "--seed", "\(seed)", "--world", world.rawValue]
        parts += load.map { ["--load", $0] } ?? []
        return (parts + client.arguments + broker.arguments + topics.arguments).joined(separator: " ")
    }

    private func plan(_ load: LoadSettings?) throws -> MatrixPlan {
        if load?.rate != nil {
            throw Diagnosis(
                cause: "--load: a matrix has all records before its runs, and the load has a rate",
                fix: "remove rate from the file", exitCode: .usage)
        }
        guard let chosen = Fidelity(named: fidelity) else {
            throw Diagnosis(cause: "--fidelity: '\(fidelity)' is no fidelity", fix: Fidelity.fix, exitCode: .usage)
        }
        let strategies = try OptionCheck.names(strategy, "--strategy", Strategy.allCases) { $0.rawValue }
        let sinks = try OptionCheck.names(sink, "--sink", SinkKind.keepingRows) { $0.rawValue }
        let points = try OptionCheck.names(point, "--point", CrashPoint.all) { $0.description }
        let plan = try MatrixPlan(
            strategies: strategies, sinks: sinks, points: point == "all" ? nil : points,
            fidelity: chosen, partitions: partitions, blockRecords: blockRecords, batchRecords: batchRecords,
            seed: UInt64(seed), pattern: load?.pattern ?? LoadPattern())
        let nothing = "no cell of the matrix comes of it"
        try OptionCheck.used(
            strategy, "--strategy", strategies, in: plan.strategies, { $0.rawValue }, as: nothing)
        try OptionCheck.used(sink, "--sink", sinks, in: plan.sinks, { $0.rawValue }, as: nothing)
        try OptionCheck.used(point, "--point", points, in: plan.points, { $0.description }, as: nothing)
        return plan
    }

    /// Runs a comparison in the world that was chosen, prints it, and exits by what it found; `settings` says what decides
    /// over it, and `complete` adds what only the command knows.
    private func show<Runner: ComparisonRunner>(
        _ runner: Runner, _ work: PlannedWork, _ settings: String, _ bar: SharedProgressBar,
        merge: ((StepJournal) throws -> Runner.Result)?,
        _ complete: (inout Runner.Result) -> Void
    ) async throws where Runner.Result: Judged {
        var result: Runner.Result
        let forecast = Forecast(work, in: out, isDry: dry.dryRun, isQuiet: quiet)
        if dry.dryRun { return try output.write(forecast.estimate) }
        try OutputCheck.folder(out, "--out")
        let name = against.map { "reference-\($0)" } ?? "matrix"
        let files = try Keeping.copies(of: load)
        var unfinished: UnfinishedRun?
        switch world {
        case .simulated:
            try topics.refuse(because: "the simulated world has no cluster")
            result = try runner.runSimulated()
        case .real:
            WorkFolder.removeAbandoned(in: out)
            if let merge, let merged = try parts.merged(settings: settings, files: files) {
                result = try merge(merged)
                break
            }
            var options = try runOptions()
            if let journal = try parts.begun(settings: settings, files: files) {
                options.journal = journal
            } else {
                let run = try UnfinishedRun(
                    name, in: out, resume: resuming.resume, settings: try parts.part().settings(settings), files: files)
                options.journal = run.journal
                unfinished = run
            }
            result = try await Interruptible.run { [options] in try await runner.runReal(options: options) }
        }
        bar.finish()
        complete(&result)
        let pace = try forecast.files(isResumed: resuming.resume != nil || parts.journal != nil || parts.merge != nil)
        try output.write(
            result, keptAs: name, in: out, with: files.merging(pace) { given, _ in given }, from: unfinished)
        if !result.isValid { throw ExitCode(ExitStatus.invalidRun.rawValue) }
        if !result.holds { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
    }
}

extension Worlds: ExpressibleByArgument {}
