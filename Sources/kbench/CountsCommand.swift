// `kbench counts`: the exact figures of this build.
internal import ArgumentParser
internal import Gate
internal import Posix
internal import Rendering
internal import Results

/// Counts what the engine does.
struct CountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counts",
        abstract: "Count exactly what this build does in the simulated world: no clock, the same on every machine.",
        discussion: """
            Every strategy and sink runs a fixed small load, sound and as Spark does: write calls, bytes, syncs, bytes of \
            logs and checkpoints, virtual time, bytes around a frame, and duplicates and losses of a crash at named points. \
            'kbench compare' holds two builds' counts against each other; results/counts.json is this source's.
            """)

    @OptionGroup var output: OutputOptions

    @Flag(help: "No progress bar.")
    var quiet = false

    func run() async throws {
        let bar = SharedProgressBar(isTerminal: !quiet && StandardStreams.isTerminal(2))
        defer { bar.finish() }
        let figures = try await BlockingThread.run { try ExactCounter().count { bar.show($0, $1) } }
        bar.finish()
        try output.write(figures)
    }
}
