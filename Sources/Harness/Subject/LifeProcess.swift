// A process with a group of its own, from its start to its end, as one life of a subject.
internal import Posix
internal import Subprocess
internal import SystemPackage
internal import World

/// What is started for a life.
struct LifeProcess: Sendable {
    /// Printed text beyond this is forgotten, from its beginning on.
    static let mostOutput = 1 << 20

    /// How it ended.
    struct Ending<Errors: ErrorOutputProtocol> {
        var status: TerminationStatus
        var at: Nanoseconds
        var output: String
        var errors: Errors.OutputType

        /// The exit, with `diagnose` to say why where it is neither in order nor by SIGKILL.
        func exit(diagnose: () -> Diagnosis) -> LifeEnding.Exit {
            switch status {
            case .exited(0): .finished
            case .signaled(9): .killed
            default: .failed(diagnose())
            }
        }
    }

    var executable: Executable
    var arguments: [String]
    /// What its environment has beyond, or in place of, this process's own.
    var environment: [String: String] = [:]
    /// The folder it starts in; nil: this process's own.
    var folder: String?
    /// What it gets on standard input, which then stays open for as long as it lives; nil: its standard input ends at once.
    var input: [UInt8]?
    /// Whether it has a session of its own too, and whatever it has started is killed with it, wherever that has gone.
    var isSession = false

    /// Runs it to its end; `during` runs meanwhile.
    ///
    /// - Throws: what `during` throws but for cancellations, or an error of starting.
    func live<Errors: ErrorOutputProtocol>(
        errors: Errors, during: @escaping @Sendable (Life) async throws -> Void
    ) async throws -> Ending<Errors> {
        // One that is killed at once does not read its input.
        StandardStreams.tellBrokenPipesByErrors()
        // A process group of its own, so that Ctrl-C reaches the harness alone, which then ends the process.
        var options = PlatformOptions()
        if isSession {
            options.createSession = true
            options.teardownSequence = [
                .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
            ]
        } else {
            options.processGroupID = 0
        }
        let mark = isSession ? RunMark.next() : nil
        let marks = mark.map { [RunMark.variable: $0] } ?? [:]
        let variables = environment.merging(marks) { $1 }.map { (Environment.Key(stringLiteral: $0), Optional($1)) }
        let start = try Leftovers.shared.willStart()
        defer { start.isOver() }
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: folder.map { FilePath($0) }, platformOptions: options, input: .inputWriter,
            output: .sequence, error: errors
        ) { execution in
            let life = Life(process: Int32(execution.processIdentifier.value), mark: mark)
            try Leftovers.shared.begin(worker: life.process, mark: mark)
            start.isOver()
            defer { Leftovers.shared.finish(worker: life.process) }
            if let input {
                // A process that is gone already says so by its end.
                _ = try? await execution.standardInputWriter.write(input)
            } else {
                try? await execution.standardInputWriter.finish()
            }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await during(life)
                    } catch let error where !(error is CancellationError) {
                        life.kill()
                        throw error
                    }
                }
                if isSession { group.addTask { try await clear(behind: life) } }
                // Standard input stays open until the process is gone: its end tells a worker that the harness died.
                var text = ""
                for try await piece in execution.standardOutput.strings() {
                    text += piece
                    if text.utf8.count > 2 * LifeProcess.mostOutput {
                        text = String(text.suffix(LifeProcess.mostOutput))
                    }
                }
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) { throw error }
                }
                return (life, text)
            }
        }
        // What has its output elsewhere is left even now.
        if isSession { result.closureResult.0.kill() }
        return Ending(
            status: result.terminationStatus, at: MonotonicClock().now(), output: result.closureResult.1,
            errors: result.standardError)
    }

    /// Kills what a process leaves as soon as it has ended, however it did: it would hold its output open, and go on beside
    /// the next life.
    private func clear(behind life: Life) async throws {
        while Processes.isRunning(life.process) { try await Task.sleep(for: .milliseconds(2)) }
        life.kill()
    }
}
