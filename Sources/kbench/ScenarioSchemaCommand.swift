// `kbench scenario schema`: what editors check scenario files with.
internal import ArgumentParser
internal import Posix
internal import Scenarios

/// Prints the schema of scenario files.
struct ScenarioSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of scenario files, for editors.",
        discussion: """
            An editor that knows YAML checks and completes a scenario file whose first line is

              # yaml-language-server: $schema=schema.json

            with the path of what this command has printed.
            """)

    func run() throws { try StandardStreams.writeOutput(ScenarioSchema.text) }
}
