// How a result is printed: one option with the same meaning for every command that has a result.
internal import ArgumentParser
internal import Foundation
internal import Posix
internal import Rendering

/// The form of the result.
struct OutputOptions: ParsableArguments {
    @Option(help: "How to print the result.")
    var format: OutputFormat = .text

    /// Prints a result; as text in the width of the terminal.
    ///
    /// - Throws: `DiskError`; `EncodingError` for a number that is not finite.
    func write(_ result: some Presentable) throws {
        let width = StandardStreams.columns(ofFileDescriptor: 1) ?? Document.standardWidth
        try StandardStreams.writeOutput(format.render(result, width: width))
    }

    /// Prints a result and keeps it below `base`.
    ///
    /// - Throws: as ``write(_:)``; `ResultsError`.
    func write(_ result: some Presentable, keptAs name: String, in base: String) throws {
        try write(result)
        try Keeping.keep(result, as: name, in: base, isText: format == .text)
    }
}

/// Where results are kept, for commands that need no other folder.
struct KeepOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"
}

/// Keeps results.
enum Keeping {
    /// Keeps a result that has been printed in a new folder below `base`, which is named where the result was text.
    ///
    /// - Throws: `ResultsError`; `DiskError`.
    static func keep(_ result: some Presentable, as name: String, in base: String, isText: Bool) throws {
        let command = "kbench " + CommandLine.arguments.dropFirst().map(CommandWords.quoted).joined(separator: " ")
        let folder = try ResultsFolder.keep(result, as: name, at: Date(), command: command, in: base)
        if isText { try StandardStreams.writeOutput("results: \(folder.path)\n") }
    }
}

extension OutputFormat: ExpressibleByArgument {}
