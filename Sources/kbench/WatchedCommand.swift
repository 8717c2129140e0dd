// `kbench watched`: becomes a pipeline whose calls on files the judge is told of; started by the judge only.
internal import ArgumentParser
internal import Posix
internal import World

/// Becomes another program.
struct WatchedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: FileWatch.subcommand, abstract: "Become a watched program (started by kbench itself).",
        shouldDisplay: false)

    @Argument var watcher: String
    @Argument var kinds: UInt32
    @Argument(parsing: .postTerminator) var words: [String] = []

    func run() throws {
        do {
            try FileWatch.become(words, watchedBy: watcher, kinds: FileCallKinds(rawValue: kinds))
        } catch let error as SystemError {
            // In the place of the program's own words.
            StandardStreams.writeErrorLine("\(words.first ?? "") cannot \(error)")
            throw ExitCode(127)
        }
    }
}
