// `kbench scenario`: run one, list them, check a file, begin one.
internal import ArgumentParser

/// The group of scenario commands; without a word of its own it runs the scenario named.
struct ScenarioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario",
        abstract: "Run a crash scenario and compare what it did to the records with what it must do.",
        subcommands: [
            ScenarioRunCommand.self, ScenarioListCommand.self, ScenarioCheckCommand.self, ScenarioNewCommand.self,
            ScenarioSchemaCommand.self,
        ],
        defaultSubcommand: ScenarioRunCommand.self)
}
