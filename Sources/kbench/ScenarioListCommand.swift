// `kbench scenario list` and `kbench scenario check FILE`.
internal import ArgumentParser
internal import Harness
internal import Posix

/// Lists the built-in scenarios.
struct ScenarioListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the built-in scenarios.")

    func run() throws {
        let entries = try ScenarioLibrary.list()
        let width = entries.map(\.name.count).max() ?? 0
        let lines = entries.map { entry in
            "\(entry.name)\(String(repeating: " ", count: width - entry.name.count))  \(entry.summary)\n"
        }
        try StandardStreams.writeOutput(lines.joined())
    }
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
