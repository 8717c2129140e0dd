// Another program, run to its end for what it prints.
internal import Subprocess
internal import SystemPackage

/// A program that is not a life of a run.
package struct Program: Sendable {
    /// Where it is found.
    package enum File: Sendable {
        case path(String)
        /// By its name, in the folders of `PATH`.
        case name(String)

        fileprivate var executable: Executable {
            switch self {
            case .path(let path): .path(FilePath(path))
            case .name(let name): .name(name)
            }
        }
    }

    /// How it ended, and what it printed.
    package struct Ending: Sendable {
        package var output: String
        package var errors: String
        /// Nil where a signal ended it.
        package var exitCode: Int32?
        /// The end in words.
        package var status: String
    }

    private let file: File
    private let arguments: [String]
    /// The bytes of its standard input.
    package var input: [UInt8] = []
    /// Nil: this process's own.
    package var folder: String?
    /// The most bytes that it may print.
    package var outputLimit = 4096
    /// Whether it has a process group of its own, so that Ctrl-C reaches this process alone, which then ends the program
    /// in order.
    package var isEndedInOrder = false

    /// Makes a program; nothing is started yet.
    package init(_ file: File, _ arguments: [String]) {
        self.file = file
        self.arguments = arguments
    }

    /// Whether its file is there.
    package var isThere: Bool {
        get async { (try? await file.executable.resolveExecutablePath(in: .inherit)) != nil }
    }

    /// Runs it to its end; `begun` is told its number.
    ///
    /// - Throws: an error that ``couldNotRun(_:)`` tells from others where it could not be started.
    package func run(begun: @Sendable (Int32) async -> Void = { _ in }) async throws -> Ending {
        var options = PlatformOptions()
        if isEndedInOrder {
            options.processGroupID = 0
            options.teardownSequence = [.send(signal: .interrupt, allowedDurationToNextStep: .seconds(10))]
        }
        let result = try await Subprocess.run(
            file.executable, arguments: Arguments(arguments), workingDirectory: folder.map { FilePath($0) },
            platformOptions: options, input: .array(input), output: .string(limit: outputLimit),
            error: .string(limit: 1 << 20)
        ) { execution in
            await begun(Int32(execution.processIdentifier.value))
        }
        var exitCode: Int32?
        if case .exited(let code) = result.terminationStatus { exitCode = code }
        return Ending(
            output: result.standardOutput, errors: result.standardError, exitCode: exitCode,
            status: "\(result.terminationStatus)")
    }

    /// Whether it is an error of starting a program, or of reading what it prints.
    package static func couldNotRun(_ error: any Error) -> Bool { error is SubprocessError }
}
