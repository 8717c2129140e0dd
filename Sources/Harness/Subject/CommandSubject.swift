// Any command as a subject: a process in a session of its own, whose output somebody else can read.
internal import Foundation
internal import Subprocess
internal import SystemPackage
internal import World

/// A pipeline that is started by a command and goes on, when it is started again, where it finds that it stopped.
package struct CommandSubject: Subject {
    /// The program, by its path or by its name in `PATH`, and its arguments.
    package let command: [String]
    /// What becomes the program when it is started with its words, if anything: the words that come before them.
    package var launcher: [String] = []
    /// What its environment has beyond, or in place of, this process's own.
    package var environment: [String: String]
    /// The folder it starts in; nil: this process's own.
    package var folder: String?
    /// What it has put out.
    package let output: LineDeliveries

    /// Makes a subject; nothing is started yet.
    package init(
        _ command: [String], environment: [String: String] = [:], folder: String? = nil, output: LineDeliveries
    ) {
        self.command = command
        self.environment = environment
        self.folder = folder
        self.output = output
    }

    /// Starts the command with what `variables` add to its environment, and waits for its end. What it has started itself
    /// is killed then.
    ///
    /// - Throws: ``Diagnosis`` when it cannot be started, or what `during` throws.
    package func live(
        _ variables: [String: String], during: @escaping @Sendable (Life) async throws -> Void
    ) async throws -> LifeEnding {
        let words = command.joined(separator: " ")
        guard !command.isEmpty else { throw CommandSubject.cannotStart("an empty command") }
        let all = launcher + command
        let program = all[0]
        let process = LifeProcess(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Array(all.dropFirst()), environment: environment.merging(variables) { $1 }, folder: folder,
            isSession: true)
        do {
            let ending = try await process.live(errors: .combinedWithOutput, during: during)
            let exit = ending.exit {
                let said = ending.output.split(separator: "\n").last.map { ": \($0)" } ?? ""
                return Diagnosis(
                    cause: "the command ended with \(ending.status)\(said)", fix: "run it by itself: \(words)",
                    exitCode: .invalidRun)
            }
            return LifeEnding(exit: exit, at: ending.at, output: ending.output)
        } catch is SubprocessError {
            throw CommandSubject.cannotStart(words)
        }
    }

    /// Counts the lines of the output.
    package func gauge(of variables: [String: String]) -> LineDeliveries.Gauge { output.gauge }

    private static func cannotStart(_ words: String) -> Diagnosis {
        Diagnosis(
            cause: "\(words) cannot be started", fix: "name a program that may be executed, and its arguments",
            exitCode: .usage)
    }
}
