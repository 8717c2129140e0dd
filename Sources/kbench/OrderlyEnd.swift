// How every command ends on a signal: the first one tidies up and says so, a later one ends at once.
internal import Harness
internal import Posix
internal import World

/// The end that somebody asks for.
enum OrderlyEnd {
    /// How long tidying up may take.
    private static let limit = Duration.milliseconds(1_500)

    /// From now on SIGINT, SIGTERM and SIGHUP end the command with 130, whatever it is doing.
    static func prepare() throws {
        try Interrupts.handle(
            first: {
                let left = Leftovers.shared.tidy(within: limit)
                end("interrupted; " + (left.isEmpty ? "nothing is left behind" : words(left)) + kept)
            },
            second: {
                let left = Leftovers.shared.names
                end("interrupted twice; " + (left.isEmpty ? "nothing is left behind" : words(left)) + kept)
            })
    }

    private static func words(_ left: [String]) -> String { "left behind: \(Leftovers.list(left))" }

    /// What is kept on purpose.
    private static var kept: String { Leftovers.shared.kept.map { "; what was done is kept: \($0)" } ?? "" }

    private static func end(_ line: String) -> Never {
        // What a progress bar has drawn is overwritten.
        let begin = StandardStreams.isTerminal(2) ? "\r\u{1B}[K" : ""
        StandardStreams.writeErrorLine("\(begin)kbench: \(line)")
        Processes.exitAtOnce(ExitStatus.interrupted.rawValue)
    }
}
