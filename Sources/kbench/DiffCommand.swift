// `kbench diff A B`: two kept results of one kind side by side.
internal import ArgumentParser
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Sets two results side by side.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Set two kept results of one kind side by side: what was judged otherwise, then the numbers.",
        discussion: """
            Cases are matched by their names, and cells by what their rows are of. A ratio is of the second by the first. \
            Whether a number that differs means anything is not asked: 'kbench compare' does that for two builds.

            Exit codes: 0 every case was judged alike, 3 one was not, or only one of the two has it.
            """)

    @Argument(help: "The first: the folder of a run, or a file that --format json has written.")
    var first: String

    @Argument(help: "The second.")
    var second: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (first, second) = (first, second)
        let diff = try await BlockingThread.run {
            let (one, other) = (try KeptResult(at: first), try KeptResult(at: second))
            guard one.schema == other.schema else {
                throw Diagnosis(
                    cause: "\(first) is a \(one.schema), and \(second) a \(other.schema)",
                    fix: "name two results of one kind: kbench list shows of which kind each is", exitCode: .usage)
            }
            return DiffResult(try one.result(), named: first, try other.result(), named: second)
        }
        try output.write(diff)
        if !diff.holds { throw ExitCode(ExitStatus.guaranteeBroken.rawValue) }
    }
}
