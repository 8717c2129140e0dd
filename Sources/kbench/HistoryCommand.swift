// `kbench history`: figures commit by commit, and where they changed.
internal import ArgumentParser
internal import Gate
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// The history of figures; without a word of its own it shows the changes.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Keep figures commit by commit, and find where they changed.",
        subcommands: [HistoryShowCommand.self, HistoryAppendCommand.self],
        defaultSubcommand: HistoryShowCommand.self)
}

/// Where the history lies.
struct HistoryFile: ParsableArguments {
    @Option(help: ArgumentHelp("The history: a line of JSON for each commit.", valueName: "FILE"))
    var file = "results/history.ndjson"

    /// Reads it, and says on standard error which lines are no entries.
    func read() -> History {
        let history = History(at: file)
        for complaint in history.complaints { StandardStreams.writeErrorLine("kbench: \(complaint)") }
        return history
    }
}

/// Shows changes.
struct HistoryShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show where figures changed (the default).",
        discussion: """
            Change points are found by E-divisive: a series is divided where its two sides differ most, if few random \
            orders of it differ as much. It needs three commits on either side, and some ten in all. This only notifies.

            Exit codes: 0 whatever changed, 5 the history has no entry.
            """)

    @OptionGroup var history: HistoryFile

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let history = history.read()
        guard history.isThere else {
            throw Diagnosis(
                cause: "\(self.history.file): there is no history",
                fix: "begin one with kbench history append, or name another file with --file", exitCode: .usage)
        }
        guard !history.entries.isEmpty else {
            throw Diagnosis(
                cause: "\(self.history.file): the history has no entry",
                fix: "add one with kbench history append, or name another file with --file", exitCode: .invalidRun)
        }
        try output.write(try await BlockingThread.run { history.result() })
    }
}

/// Appends an entry.
struct HistoryAppendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "Append this build's exact figures, and those of JSON files, as the figures of a commit.")

    @OptionGroup var history: HistoryFile

    @Option(help: ArgumentHelp("The commit; left out, git is asked.", valueName: "ID"))
    var commit: String?

    @Option(help: ArgumentHelp("Its date; left out, git is asked.", valueName: "DATE"))
    var date: String?

    @Option(help: ArgumentHelp("JSON whose numbers are figures too, such as that of kbench bench.", valueName: "A,B"))
    var figures: String?

    func run() async throws {
        try OutputCheck.file(self.history.file, "--file", makesFolders: true)
        let history = history.read()
        var (commit, date) = (commit ?? "", date ?? "")
        if commit.isEmpty || date.isEmpty {
            let newest = try await History.newestCommit()
            if commit.isEmpty { commit = newest.commit }
            if date.isEmpty { date = newest.date }
        }
        let files = try figures.map { try OptionCheck.words($0, "--figures") } ?? []
        let found = try await BlockingThread.run { try History.figures(files: files) }
        try history.append(HistoryEntry(commit: commit, date: date, figures: found, host: History.host(files: files)))
        try StandardStreams.writeOutput("\(self.history.file): \(commit), \(found.count) figures\n")
    }
}
