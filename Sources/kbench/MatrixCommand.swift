// `kbench matrix`: every strategy, sink and crash point, measured beside expected.
public import ArgumentParser
internal import Engine
public import Harness
internal import Posix
internal import Report
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

    /// The forms of the result.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case markdown, json
    }

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

    @OptionGroup var broker: BrokerOptions

    @Option(help: ArgumentHelp("The folder for the runs' files, which are removed afterwards.", valueName: "DIR"))
    var out = "results"

    @Option(help: "How to print the result: markdown or json.")
    var format: Format = .markdown

    @Flag(help: "No progress bar.")
    var quiet = false

    private func runOptions() throws -> RunOptions {
        try broker.runOptions(in: out)
    }

    private func checkNumbers() throws {
        try check(partitions, ScenarioLimits.partitions, "--partitions")
        try check(blockRecords, ScenarioLimits.blockRecords, "--block-records")
        try check(batchRecords, blockRecords...ScenarioLimits.blockRecords.upperBound, "--batch-records")
        try check(seed, ScenarioLimits.seed, "--seed")
    }

    func run() async throws {
        try checkNumbers()
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        if let against {
            // Each row brings its own load.
            try await show(ReferenceRunner(against, seed: UInt64(seed)) { bar.show($0, $1) }, bar)
        } else {
            let load = try load.map { try LoadFile.read($0, partitions: partitions) }
            try await show(MatrixRunner(plan: plan(load), load: load) { bar.show($0, $1) }, bar)
        }
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
        return try MatrixPlan(
            strategies: names(strategy, "--strategy", Strategy.allCases) { $0.rawValue },
            sinks: names(sink, "--sink", SinkKind.keepingRows) { $0.rawValue },
            points: point == "all" ? nil : names(point, "--point", CrashPoint.all) { $0.description },
            fidelity: chosen, partitions: partitions, blockRecords: blockRecords, batchRecords: batchRecords,
            seed: UInt64(seed), pattern: load?.pattern ?? LoadPattern())
    }

    /// Runs a comparison in the world that was chosen, prints it, and exits by what it found.
    private func show(_ runner: some ComparisonRunner, _ bar: SharedProgressBar) async throws {
        let result: any ComparisonResult
        switch world {
        case .simulated: result = try runner.runSimulated()
        case .real:
            WorkFolder.removeAbandoned(in: out)
            let options = try runOptions()
            result = try await Interruptible.run { try await runner.runReal(options: options) }
        }
        bar.finish()
        try StandardStreams.writeOutput(format == .json ? result.json() : result.markdown)
        if !result.isValid { throw ExitCode(ExitStatus.invalidRun.rawValue) }
        if !result.holds { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
    }

    private func check(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws {
        guard range.contains(value) else {
            throw Diagnosis(
                cause: "\(option): \(value) is not within \(range.lowerBound) to \(range.upperBound)",
                fix: "give \(option) a whole number from \(range.lowerBound) to \(range.upperBound)", exitCode: .usage)
        }
    }

    private func names<Value>(
        _ list: String, _ option: String, _ all: [Value], _ name: (Value) -> String
    ) throws -> [Value] {
        if list == "all" { return all }
        return try list.split(separator: ",").map { word in
            guard let value = all.first(where: { name($0) == word }) else {
                throw Diagnosis(
                    cause: "\(option): there is no '\(word)'",
                    fix: "choose all, or from \(all.prefix(12).map(name).joined(separator: ", "))"
                        + (all.count > 12 ? " and others" : ""), exitCode: .usage)
            }
            return value
        }
    }
}

extension Worlds: ExpressibleByArgument {}
