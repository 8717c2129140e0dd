// `kbench doctor`: what this machine, a folder and a broker are good for.
internal import ArgumentParser
internal import Bench
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Looks at what runs would use.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at this machine, the folder for results and a broker, and say what each means for results.",
        discussion: """
            It takes some three seconds. On the broker, the one that is named or the embedded one, a topic and a group \
            are made, used and removed, so that each right that runs need is tried.

            Exit codes: 0 in order, or with warnings; 5 some runs cannot be made, or would show nothing; 64 usage, 69 \
            broker unreachable.
            """)

    @OptionGroup var broker: BrokerOptions

    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("The folder for results, whose disk is looked at.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let options = try broker.runOptions(in: out, topics: topics)
        let doctor = Doctor(folder: out, options: options)
        let result = try await BlockingThread.run { try doctor.examine() }
        try output.write(result)
        if result.isBrokerGone { throw ExitCode(ExitStatus.brokerUnreachable.rawValue) }
        if result.standing == .failure { throw ExitCode(ExitStatus.invalidRun.rawValue) }
    }
}
