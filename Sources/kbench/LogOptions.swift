// Where the logs of runs lie.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Posix
internal import World

/// The file system of the write-ahead logs.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep the write-ahead logs of runs in this folder, which may lie on another file system than the rest.",
            valueName: "DIR"))
    var logDirectory: String?

    /// The option as it was given.
    var arguments: [String] { logDirectory.map { ["--log-directory", $0] } ?? [] }

    /// Takes the option over, and removes what commands that were killed have left there.
    ///
    /// - Throws: `Diagnosis` where the folder is none, or cannot be written to.
    func apply(to options: inout RunOptions) throws {
        guard let logDirectory else { return }
        guard FileSystem.isDirectory(logDirectory) else {
            throw Diagnosis(
                cause: "--log-directory \(logDirectory): there is no such folder",
                fix: "make the folder, or mount the file system that it is to be on", exitCode: .usage)
        }
        try OutputCheck.folder(logDirectory, "--log-directory")
        WorkFolder.removeAbandoned(in: logDirectory)
        // Links lead there from other folders.
        options.logDirectory = WorkFolder.path(in: URL(fileURLWithPath: logDirectory).path)
    }
}
