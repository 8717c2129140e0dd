// `kbench scenario list` and `kbench scenario check FILE`.
internal import ArgumentParser
internal import Harness
internal import Posix
internal import Rendering
internal import Scenarios

/// Lists the built-in scenarios.
struct ScenarioListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the built-in scenarios.")

    @OptionGroup var output: OutputOptions

    func run() throws { try output.write(ScenarioLibrary.list()) }
}

/// Checks a scenario file without running it.
struct ScenarioCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a scenario file without running it.")

    @Argument(help: "The scenario file, or the name of a built-in scenario.")
    var file: String

    func run() throws {
        let scenario = try ScenarioLibrary.find(file)
        try ScenarioRunner.check(scenario)
        try StandardStreams.writeOutput(
            "\(file): \(scenario.name) is a valid scenario with \(scenario.runs.count) runs\n")
    }
}
