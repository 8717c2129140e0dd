// `kbench scenario list` and `kbench scenario check FILE`.
internal import ArgumentParser
internal import Harness

/// Lists the built-in scenarios.
struct ScenarioListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the built-in scenarios.")

    func run() throws {
        let entries = try ScenarioLibrary.list()
        let width = entries.map(\.name.count).max() ?? 0
        for entry in entries {
            print("\(entry.name)\(String(repeating: " ", count: width - entry.name.count))  \(entry.summary)")
        }
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
        print("\(file): \(scenario.name) is a valid scenario with \(scenario.runs.count) runs")
    }
}
