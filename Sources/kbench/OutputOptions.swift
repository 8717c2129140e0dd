// How a result is printed: one option with the same meaning for every command that has a result.
internal import ArgumentParser
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
}

extension OutputFormat: ExpressibleByArgument {}
