// `kbench judge`: kills any pipeline at points of the wire, and judges what it does to the records.
internal import ArgumentParser
internal import Pipelines
internal import Posix

/// The group of commands of judged pipelines; without a word of its own it judges.
struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Kill any pipeline at exact protocol events, and count what it loses and repeats.",
        discussion: """
            A pipeline is a command in any language that reads a topic and writes rows:

            kbench judge my.yaml
            kbench judge --output-file rows.txt -- python3 consumer.py

            It finds broker, topic and group in KBENCH_BOOTSTRAP, KBENCH_TOPIC and KBENCH_GROUP.
            """,
        subcommands: [JudgeRunCommand.self, JudgeCheckCommand.self, JudgeNewCommand.self],
        defaultSubcommand: JudgeRunCommand.self)
}

/// Checks a pipeline file.
struct JudgeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a pipeline file without running it.")

    @Argument(help: "The pipeline file.")
    var file: String

    func run() throws {
        let pipeline = try PipelineFile.read(file)
        try StandardStreams.writeOutput("\(file): pipeline \(pipeline.name) is in order\n")
    }
}
