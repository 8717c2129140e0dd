// A long command's folder while it runs: it has each step that is over, and what was interrupted is gone on with from there.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Kafka
internal import Rendering
internal import Results
internal import World

/// Which interrupted command is gone on with.
struct ResumeOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Go on with this command where it was interrupted: the folder that it left. 'kbench again DIR' does so too.",
            valueName: "DIR"))
    var resume: String?
}

/// What a command has come to so far.
struct UnfinishedRun {
    /// The folder.
    let folder: String
    /// The steps that are over.
    let journal: StepJournal

    /// Begins a folder below `base`, which is made with the first step that is over, or goes on with one.
    ///
    /// - Parameters:
    ///   - name: What the folder is called besides the time.
    ///   - base: The folder for results; its ending is cut off when the command is through.
    ///   - resume: The folder of an interrupted command; nil: a new one.
    ///   - settings: Everything that decides over the steps, in words.
    ///   - files: The files that decide, with their texts.
    /// - Throws: ``Diagnosis`` where `resume` names something else.
    init(
        _ name: String, in base: String, resume: String?, settings: String, files: [String: String] = [:]
    ) throws {
        let now = Date()
        try self.init(
            in: resume ?? ResultsFolder.unfinished(name, at: now, in: base), at: now, isNew: resume == nil,
            settings: settings, files: files)
    }

    /// As ``init(_:in:resume:settings:files:)``, in this very folder.
    init(
        in folder: String, at time: Date = Date(), isNew: Bool, settings: String, files: [String: String] = [:]
    ) throws {
        self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        let path = "\(self.folder)/\(ResultsFolder.stepsFile)"
        let header = StepJournal.Header(
            version: Kbench.version, settings: settings, files: files, command: Keeping.command,
            startedAt: time.formatted(.iso8601))
        let words = "kbench again \(CommandWords.quoted(self.folder)) goes on"
        guard !isNew else {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw Diagnosis(
                    cause: "\(self.folder): a command was interrupted here, and its steps are kept",
                    fix: "\(words); to begin anew, remove \(path)", exitCode: .usage)
            }
            journal = StepJournal(beginning: path, header, begun: { Leftovers.shared.keep(words) })
            return
        }
        guard FileManager.default.fileExists(atPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: self.folder)
            throw Diagnosis(
                cause: "--resume \(folder): "
                    + (isThere ? "the folder has no steps of an interrupted command" : "there is no such folder"),
                fix: "kbench list shows what was interrupted", exitCode: .usage)
        }
        journal = try StepJournal(resuming: path, header)
        Leftovers.shared.keep(words)
    }

    /// Keeps what the command came to, in place of the steps.
    ///
    /// - Returns: the folder; nil where no step was noted, and there is none.
    /// - Throws: `ResultsError`.
    func finish(_ result: some Presentable, files: [String: String]) throws -> ResultsFolder? {
        guard FileManager.default.fileExists(atPath: journal.path) else { return nil }
        let kept = try ResultsFolder.finish(folder, result, command: journal.header.command, files: files)
        Leftovers.shared.keep(nil)
        return kept
    }

    /// Removes the steps of what is kept otherwise.
    func forget() {
        try? FileManager.default.removeItem(atPath: journal.path)
        Leftovers.shared.keep(nil)
    }
}

extension Keeping {
    /// What a result is made with here, as JSON; the folder for results may still have to be made.
    static func host(in base: String) throws -> String {
        let folder = FileManager.default.fileExists(atPath: base) ? base : "."
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let host = try HostInfo.here(version: Kbench.version, folder: folder)
        return String(decoding: try encoder.encode(host), as: UTF8.self) + "\n"
    }

    /// The texts of files that a command was given, by the names that their copies have beside its result.
    ///
    /// - Throws: ``Diagnosis`` for one that cannot be read.
    static func copies(of paths: String?...) throws -> [String: String] {
        var copies: [String: String] = [:]
        for path in paths.compactMap({ $0 }) {
            let name = URL(fileURLWithPath: path).lastPathComponent
            let isTaken = ResultsFolder.ownNames.contains(name) || copies[name] != nil
            copies[isTaken ? "given-\(name)" : name] = try NamedFile.text(path)
        }
        return copies
    }

    /// The command as it was typed, but for secrets.
    static var command: String {
        let words = CommandLine.arguments.dropFirst()
        var shown: [String] = []
        for word in words {
            let isProperty = shown.last == "-X" || shown.last == "--property" || word.hasPrefix("-X")
            shown.append(isProperty ? hidingSecret(of: word) : word)
        }
        return "kbench " + shown.map(CommandWords.quoted).joined(separator: " ")
    }

    private static func hidingSecret(of word: String) -> String {
        guard let equals = word.firstIndex(of: "=") else { return word }
        let name = word[..<equals]
        let value = String(word[word.index(after: equals)...])
        return "\(name)=\(KafkaProperty(name: String(name), value: value).displayedValue)"
    }
}
