// `kbench crash-points`: every place a run can be made to die, and what it stands between.
public import ArgumentParser
internal import Harness
public import Ingestion
internal import Rendering

/// Lists crash points.
struct CrashPointsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crash-points",
        abstract: "List every crash point with what it stands between.",
        discussion: """
            A point is armed as NAME@OCCURRENCE, for example receiver.offsets.commit.before@7. The row is the one of the \
            semantics table that says what a crash there does to each strategy. After the points come the situations: rows that \
            take more than one point, with how to run them.
            """)

    @Option(help: "Only the points that this strategy reaches.")
    var strategy: Strategy?

    @OptionGroup var output: OutputOptions

    func run() throws { try output.write(CrashPointCatalogue.list(for: strategy)) }
}

extension Strategy: ExpressibleByArgument {}
