// `kbench replay`, `shrink` and `explain`: what can be done with a capsule.
internal import ArgumentParser
internal import Campaigns
internal import Exploration
internal import Posix
internal import World

/// Repeats a capsule.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Repeat the run of a capsule, event by event, and compare it with what the capsule says.",
        discussion: "Exit codes: 0 the same outcome and the same trace hash, 3 another one.")

    @Argument(help: "The capsule's file.")
    var capsule: String

    func run() async throws {
        let path = capsule
        let (capsule, outcome) = try await BlockingThread.run {
            let capsule = try CapsuleFile.read(path)
            return (capsule, capsule.schedule.run())
        }
        var text = "\(capsule.schedule.summary)\n"
        text += "produced \(outcome.produced), duplicates \(outcome.duplicates), lost \(outcome.lost), "
        text += "corrupted \(outcome.corrupted)\(outcome.failure.map { ", failure: \($0)" } ?? "")\n"
        text += "breaks \(capsule.breach?.rawValue ?? "nothing"), trace \(outcome.traceHash)\n"
        let isSame = outcome == capsule.outcome
        text += isSame ? "SAME as in the capsule\n" : "DIFFERS: the capsule has trace \(capsule.outcome.traceHash)\n"
        if capsule.version != Kbench.version { text += "the capsule was written by kbench \(capsule.version)\n" }
        try StandardStreams.writeOutput(text)
        if !isSame { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
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

    @Flag(help: "No progress.")
    var quiet = false

    func run() async throws {
        let (path, quiet) = (capsule, quiet)
        let text = try await BlockingThread.run {
            let files = try CapsuleFile.shrink(path, version: Kbench.version) { smaller in
                if !quiet { StandardStreams.writeErrorLine("\(smaller.eventCount) events: \(smaller.summary)") }
            }
            return """
                \(files.capsule.schedule.summary)
                \(files.capsule.schedule.eventCount) events, breaks \(files.capsule.breach?.rawValue ?? "nothing")
                capsule: \(files.capsulePath)
                test:    \(files.testPath)
                diagram: \(files.diagramPath)

                """
        }
        try StandardStreams.writeOutput(text)
    }
}

/// Tells the life of one record.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell the life of one record of a capsule, and name its point of no return.",
        discussion: """
            The point of no return is the first event after which every continuation loses or repeats the record: going \
            on, dying there, and a power failure there. Without --record, the first record that went wrong is told.
            """)

    @Argument(help: "The capsule's file.")
    var capsule: String

    @Option(help: ArgumentHelp("The record, such as simulated/0@17.", valueName: "TOPIC/P@OFFSET"))
    var record: String?

    @Flag(help: "Print a Mermaid sequence diagram.")
    var diagram = false

    func run() async throws {
        let (path, record) = (capsule, record)
        let life = try await BlockingThread.run { try CapsuleFile.explain(path, record: record) }
        try StandardStreams.writeOutput(diagram ? life.diagram : life.text)
    }
}
