// One life of a worker, as the harness sees it: started, perhaps killed from outside, and how it ended.
internal import Engine
internal import Foundation
internal import Posix
internal import Subprocess
internal import SystemPackage
package import World

/// Starts workers and waits for them.
package struct WorkerProcess: Sendable {
    /// How a life ended.
    package enum Ending: Equatable, Sendable {
        /// It processed all input.
        case finished
        /// It died of SIGKILL.
        case killed
        /// It gave up and said why.
        case failed(Diagnosis)
    }

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
    ) async throws -> (ending: Ending, notes: [String]) {
        let (ending, _, output) = try await live(configuration, at: path, killAfter: nil, killWhen: nil)
        return (ending, (try? JSONDecoder().decode([String].self, from: Data(output.utf8))) ?? [])
    }

    /// Runs one life; `killAfter` sends SIGKILL from outside once that time has passed, `killWhen` once it returns. It is
    /// cancelled when the worker ends before.
    package func run(
        _ configuration: WorkerConfiguration, at path: String, killAfter: Duration? = nil,
        killWhen: (@Sendable () async throws -> Void)? = nil
    ) async throws -> (ending: Ending, endedAt: Nanoseconds) {
        let (ending, endedAt, _) = try await live(
            configuration, at: path, killAfter: killAfter, killWhen: killWhen)
        return (ending, endedAt)
    }

    private func live(
        _ configuration: WorkerConfiguration, at path: String, killAfter: Duration?,
        killWhen: (@Sendable () async throws -> Void)?
    ) async throws -> (ending: Ending, endedAt: Nanoseconds, output: String) {
        try configuration.write(to: path)
        Leftovers.shared.note(group: configuration.engine.group, at: configuration.bootstrap)
        let secrets = try configuration.lineOfProperties()
        // One that is killed at once does not read them.
        StandardStreams.tellBrokenPipesByErrors()
        // A process group of its own, so that Ctrl-C reaches the harness alone, which then ends the worker.
        var options = PlatformOptions()
        options.processGroupID = 0
        let result = try await Subprocess.run(
            .path(FilePath(executable)), arguments: ["worker", path], platformOptions: options,
            input: .inputWriter, output: .sequence, error: .string(limit: 64 * 1024)
        ) { execution in
            let process = Int32(execution.processIdentifier.value)
            try Leftovers.shared.begin(worker: process)
            defer { Leftovers.shared.finish(worker: process) }
            // A worker that is gone already says so by its end.
            _ = try? await execution.standardInputWriter.write(secrets)
            return try await withThrowingTaskGroup(of: String.self) { group in
                if let killAfter {
                    group.addTask {
                        try await Task.sleep(for: killAfter)
                        try? execution.send(signal: .kill)
                        return ""
                    }
                }
                if let killWhen {
                    group.addTask {
                        do {
                            try await killWhen()
                        } catch is CancellationError {
                            return ""
                        } catch {
                            try? execution.send(signal: .kill)
                            throw error
                        }
                        try? execution.send(signal: .kill)
                        return ""
                    }
                }
                // Standard input stays open until the worker is gone: its end tells the worker that the harness died.
                var text = ""
                for try await line in execution.standardOutput.strings() { text += line }
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) { throw error }
                }
                return text
            }
        }
        let endedAt = MonotonicClock().now()
        switch result.terminationStatus {
        case .exited(0): return (.finished, endedAt, result.closureResult)
        case .signaled(9): return (.killed, endedAt, "")
        default:
            if let told = try? JSONDecoder().decode(Diagnosis.self, from: Data(result.closureResult.utf8)) {
                return (.failed(told), endedAt, "")
            }
            let words = result.standardError.split(separator: "\n").last.map { ": \($0)" } ?? ""
            let cause = "a worker ended unexpectedly (\(result.terminationStatus))\(words)"
            return (
                .failed(
                    Diagnosis(
                        cause: cause, fix: "this is not expected: please report it with the command",
                        exitCode: .internalError)), endedAt, ""
            )
        }
    }
}
