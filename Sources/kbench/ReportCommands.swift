// `kbench report`, `list` and `again`: what can be done with results that have been kept.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Renders a kept result anew.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Print a kept result anew, in any form, from its JSON alone.",
        discussion: """
            The result may have been kept by an older kbench, and on another machine. Nothing is run, and the exit code \
            says only whether it could be read.
            """)

    @Argument(help: "The folder of a run, or a file that --format json has written.")
    var place: String

    @OptionGroup var output: VerdictOptions

    func run() async throws {
        let place = place
        let (path, result) = try await BlockingThread.run {
            let kept = try KeptResult(at: place)
            return (kept.path, try kept.result())
        }
        try output.writeAny(result, place: path)
    }
}

/// Shows what has been kept.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the results that have been kept, with what each came to.")

    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let base = out
        try output.write(try await BlockingThread.run { try ResultListResult.inside(base) })
    }
}

/// Repeats a kept result.
struct AgainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "again",
        abstract: "Run the command of a kept result once more.",
        discussion: """
            The command is the one that the result calls "again", seed included; it is shown on standard error. Names of \
            files in it are taken from the folder that kbench is in now; a scenario, pipeline, load or policy that is gone, or \
            another one by now, from its copy beside the result. A command that was interrupted is not begun anew: it \
            goes on from the steps in its folder.
            """)

    @Argument(help: "The folder of a run, or a file that --format json has written.")
    var place: String

    func run() async throws {
        let place = place
        if let words = try unfinished() {
            StandardStreams.writeErrorLine(
                "again: \((["kbench"] + words.map(CommandWords.quoted)).joined(separator: " "))")
            try Processes.become(try Processes.executablePath(), words)
        }
        let kept = try await BlockingThread.run { try KeptResult(at: place) }
        guard let command = kept.reproduce, var words = ShellWords.split(command), words.first == "kbench",
            words.count > 1, words[1] != "again"
        else {
            throw Diagnosis(
                cause: "\(kept.path): the result does not say how it was made",
                fix: "repeat the command by hand; kbench report \(place) shows what is known", exitCode: .usage)
        }
        let folder = URL(fileURLWithPath: kept.path).deletingLastPathComponent().path
        for (index, word) in words.enumerated().dropFirst() { words[index] = copy(of: word, in: folder) ?? word }
        StandardStreams.writeErrorLine("again: \(words.map(CommandWords.quoted).joined(separator: " "))")
        try Processes.become(try Processes.executablePath(), Array(words.dropFirst()))
    }

    /// The word with the copy of the file that it names, where that file is gone or is another one by now; nil where it names
    /// none that the folder has a copy of.
    private func copy(of word: String, in folder: String) -> String? {
        let equals = word.hasPrefix("--") ? word.firstIndex(of: "=").map(word.index(after:)) : nil
        let path = String(word[(equals ?? word.startIndex)...])
        let name = URL(fileURLWithPath: path).lastPathComponent
        let copy = "\(folder)/\(name)"
        guard !path.isEmpty, path.contains("."), !ResultsFolder.ownNames.contains(name),
            let text = FileManager.default.contents(atPath: copy), FileManager.default.contents(atPath: path) != text
        else { return nil }
        StandardStreams.writeErrorLine("\(path) is gone, or another one by now; this is its copy: \(copy)")
        return word[..<(equals ?? word.startIndex)] + copy
    }

    /// The words that go on with a command that was interrupted; nil where the place has no steps of one.
    private func unfinished() throws -> [String]? {
        let folder = place.count > 1 && place.hasSuffix("/") ? String(place.dropLast()) : place
        let path = "\(folder)/\(ResultsFolder.stepsFile)"
        guard PosixDisk().exists(path) else { return nil }
        let command = try StepJournal.header(of: path).command
        guard var words = ShellWords.split(command), words.first == "kbench", words.count > 1 else {
            throw Diagnosis(
                cause: "\(path): '\(command)' is no command of kbench",
                fix: "repeat the command by hand, with --resume \(folder)", exitCode: .usage)
        }
        words.removeFirst()
        while let old = words.firstIndex(where: { $0 == "--resume" || $0.hasPrefix("--resume=") }) {
            words.removeSubrange(old..<min(words.endIndex, words[old] == "--resume" ? old + 2 : old + 1))
        }
        words.insert(contentsOf: ["--resume", folder], at: words.firstIndex(of: "--") ?? words.endIndex)
        return words
    }
}

/// Words as a shell takes a line apart.
enum ShellWords {
    /// The words of a line, with single quotes and backslashes; nil where a quote has no end.
    static func split(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var isEscaped = false
        for character in line {
            switch (character, isQuoted, isEscaped) {
            case (_, false, true):
                word = (word ?? "") + String(character)
                isEscaped = false
            case ("'", _, _):
                isQuoted.toggle()
                word = word ?? ""
            case ("\\", false, _): isEscaped = true
            case (" ", false, _):
                if let whole = word { words.append(whole) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard !isQuoted, !isEscaped else { return nil }
        return words + (word.map { [$0] } ?? [])
    }
}
