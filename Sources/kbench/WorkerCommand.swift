// `kbench worker`: one life of an engine in a process of its own; started by the harness only.
internal import ArgumentParser
internal import Harness
internal import World

/// Runs the worker that a configuration file describes.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run one worker (started by kbench itself).", shouldDisplay: false)

    @Argument var configurationPath: String

    func run() throws {
        throw ExitCode(Worker.run(configurationPath: configurationPath).rawValue)
    }
}
