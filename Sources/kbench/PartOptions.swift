// The options of a command that many machines share: which part runs here, where its steps are written, and putting parts
// together.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import World

/// A part of a command.
struct PartOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Run a part: the i-th of n.", valueName: "i/n"))
    var shard = "1/1"

    @Option(
        help: ArgumentHelp(
            "Write each step that is over to this file, and go on from what is there.", valueName: "FILE"))
    var journal: String?

    @Option(help: ArgumentHelp("Instead of running: put the --journal files of parts together.", valueName: "A,B"))
    var merge: String?

    /// Which part it is, from 1, and of how many.
    ///
    /// - Throws: `Diagnosis` for what is no part.
    func part() throws -> CommandPart { try CommandPart(shard) }

    /// Refuses what says nothing beside the others.
    ///
    /// - Throws: `Diagnosis`.
    func refuseIdle() throws {
        if merge != nil {
            try CommandWords.refuse(
                ["--shard", "--journal", "--resume", "--dry-run"],
                because: "--merge runs nothing and reads whole files")
        }
        if journal != nil {
            try CommandWords.refuse(["--resume"], because: "--journal goes on from its own file")
        }
    }

    /// The steps of all parts.
    ///
    /// - Throws: `Diagnosis` for a file that is not there, or of something else.
    func merged(settings: String, files: [String: String]) throws -> StepJournal? {
        try merge.map { try StepJournal(merging: OptionCheck.words($0, "--merge"), header(settings, files)) }
    }

    /// The journal that was named, which is begun or gone on with; nil where none was.
    ///
    /// - Throws: `Diagnosis` for a file of something else; `DiskError`.
    func begun(settings: String, files: [String: String]) throws -> StepJournal? {
        guard let journal else { return nil }
        try OutputCheck.file(journal, "--journal")
        let isThere = (FileManager.default.contents(atPath: journal)?.contains(UInt8(ascii: "\n"))) ?? false
        let header = header(settings, files)
        return try isThere
            ? StepJournal(resuming: journal, header)
            : StepJournal(beginning: journal, header)
    }

    private func header(_ settings: String, _ files: [String: String]) -> StepJournal.Header {
        .init(
            version: Kbench.version, settings: settings, files: files, command: Keeping.command,
            startedAt: Date().formatted(.iso8601))
    }
}

/// Which part of a command runs here.
struct CommandPart {
    /// The part, from 1.
    let number: Int
    /// How many there are.
    let count: Int

    /// Reads `i/n`.
    ///
    /// - Throws: `Diagnosis` naming the value.
    init(_ shard: String) throws {
        let parts = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1, number <= count else {
            throw Diagnosis(
                cause: "--shard: '\(shard)' is no part", fix: "write i/n with 1 <= i <= n, such as 2/4",
                exitCode: .usage)
        }
        (self.number, self.count) = (number, count)
    }

    /// What decides over the steps of this part by itself.
    func settings(_ whole: String) -> String { count == 1 ? whole : "\(whole) --shard \(number)/\(count)" }

    /// Refuses a part that nothing falls into.
    ///
    /// - Throws: `Diagnosis`.
    func refuse(beyond most: Int, _ things: String, of whole: String) throws {
        guard number > most else { return }
        throw Diagnosis(
            cause: "--shard \(number)/\(count): \(whole) has \(most) \(things), and none of them falls into this part",
            fix: "divide it into at most \(most) parts", exitCode: .usage)
    }
}
