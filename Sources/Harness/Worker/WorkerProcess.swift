// One life of a worker, as the harness sees it: started, perhaps killed from outside, and how it ended.
internal import Engine
internal import Foundation
internal import Posix
internal import Subprocess
internal import SystemPackage
internal import World

/// Starts workers and waits for them.
package struct WorkerProcess: Sendable {
    /// The binary that has the `worker` command.
    package let executable: String

    /// Makes what starts workers from this binary.
    package init(executable: String) {
        self.executable = executable
    }

    /// Runs a life to its own end.
    ///
    /// - Returns: how it ended, and what it had to say of other drivers.
    package func drive(
        _ configuration: WorkerConfiguration, at path: String
    ) async throws -> (exit: LifeEnding.Exit, notes: [String]) {
        let end = try await run(configuration, at: path)
        let notes = end.exit == .finished ? try? JSONDecoder().decode([String].self, from: Data(end.output.utf8)) : nil
        return (end.exit, notes ?? [])
    }

    /// Runs one life; `during` runs meanwhile and is cancelled at its end.
    ///
    /// - Throws: what `during` throws; the worker is killed then.
    package func run(
        _ configuration: WorkerConfiguration, at path: String,
        during: @escaping @Sendable (Life) async throws -> Void = { _ in }
    ) async throws -> LifeEnding {
        try configuration.write(to: path)
        Leftovers.shared.note(group: configuration.engine.group, at: configuration.bootstrap)
        if let output = configuration.output {
            Leftovers.shared.note(group: output.group, at: configuration.bootstrap)
            Leftovers.shared.note(topic: output.name, at: configuration.bootstrap)
        }
        let process = LifeProcess(
            executable: .path(FilePath(executable)), arguments: ["worker", path],
            input: try configuration.lineOfProperties())
        let ending = try await process.live(errors: .string(limit: 64 * 1024), during: during)
        let exit = ending.exit {
            if let told = try? JSONDecoder().decode(Diagnosis.self, from: Data(ending.output.utf8)) { return told }
            let words = ending.errors.split(separator: "\n").last.map { ": \($0)" } ?? ""
            return Diagnosis(
                cause: "a worker ended unexpectedly (\(ending.status))\(words)",
                fix: "this is not expected: please report it with the command", exitCode: .internalError)
        }
        return LifeEnding(exit: exit, at: ending.at, output: ending.output)
    }
}
