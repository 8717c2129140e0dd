// `kbench replay`, `shrink` and `explain`: what can be done with a capsule.
internal import ArgumentParser
internal import Campaigns
internal import Exploration
internal import Harness
internal import Pipelines
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Repeats a capsule.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Repeat the run of a capsule, event by event, and compare it with what the capsule says.",
        discussion: "Exit codes: 0 the same outcome and the same trace hash, 3 another one.")

    @Argument(help: "The capsule's file.")
    var capsule: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let path = capsule
        let (capsule, outcome) = try await BlockingThread.run {
            let capsule = try CapsuleFile.read(path)
            return (capsule, capsule.schedule.run())
        }
        let result = ReplayResult(outcome, of: capsule)
        try output.write(result)
        if capsule.version != Kbench.version {
            StandardStreams.writeErrorLine("the capsule was written by kbench \(capsule.version)")
        }
        if !result.isSame { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
    }
}

/// Makes a capsule small.
struct ShrinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrink",
        abstract: "Leave out of a capsule whatever its broken promise does not need.",
        discussion: """
            Writes, beside the capsule, a small capsule, a Swift test that fails as long as the promise is broken, and a \
            Mermaid sequence diagram of the first record that went wrong.
            """)

    @Argument(help: "The capsule's file.")
    var capsule: String

    @OptionGroup var output: OutputOptions

    @Flag(help: "No progress.")
    var quiet = false

    func run() async throws {
        let (path, quiet) = (capsule, quiet)
        let files = try await BlockingThread.run {
            try CapsuleFile.shrink(path, version: Kbench.version) { smaller in
                if !quiet { StandardStreams.writeErrorLine("\(smaller.eventCount) events: \(smaller.summary)") }
            }
        }
        try output.write(
            ShrinkResult(files.capsule, path: files.capsulePath, test: files.testPath, diagram: files.diagramPath))
    }
}

/// Tells the life of one record.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell the life of one record of a capsule, or of a judged run, and name its point of no return.",
        discussion: """
            The point of no return is the first event after which every continuation loses or repeats the record: going \
            on, dying there, and a power failure there. Without --record, the first record that went wrong is told. A run \
            that kbench judge --evidence has left is told by what was seen of it on the wire and in the output.
            """)

    @Argument(help: "The capsule's file.")
    var capsule: String

    @Option(help: ArgumentHelp("The record, such as simulated/0@17.", valueName: "TOPIC/P@OFFSET"))
    var record: String?

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print a Mermaid sequence diagram, in place of the result.")
    var diagram = false

    func run() async throws {
        if diagram, output.format != .text {
            throw Diagnosis(
                cause: "--format has no effect: --diagram prints a diagram in place of the result",
                fix: "leave one of them out", exitCode: .usage)
        }
        let (path, record) = (capsule, record)
        if let run = try await BlockingThread.run({ try Handed(RunEvidence.read(path)) }).value {
            guard !diagram else {
                throw Diagnosis(
                    cause: "--diagram has no effect: \(path) is a judged run, of which there is none",
                    fix: "leave out --diagram", exitCode: .usage)
            }
            return try output.write(run.life(of: record))
        }
        let life = try await BlockingThread.run { try CapsuleFile.explain(path, record: record) }
        if diagram {
            try StandardStreams.writeOutput(life.diagram)
        } else {
            try output.write(RecordLifeResult(life))
        }
    }
}
