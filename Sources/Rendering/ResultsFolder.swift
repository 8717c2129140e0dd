// Keeps a result: one folder per run that appears complete or not at all, and is never changed afterwards.
package import Foundation
package import Results
internal import World

/// The folder of one run: `run.json`, `summary.csv`, `report.md`, `report.html`, and what files an experiment adds.
package struct ResultsFolder: Equatable, Sendable {
    /// The folder, as given plus its name.
    package let path: String

    /// Writes `result`, and `files` as they are, to a new folder in `base`, which is made when absent, and points `latest` at
    /// it.
    ///
    /// The files are written to a folder with a temporary name, which is renamed when it is complete.
    ///
    /// - Throws: ``ResultsError``; nothing is left behind then.
    package static func write(
        _ result: ScenarioResult, files: [String: String] = [:], in base: String = "results"
    ) throws(ResultsError) -> ResultsFolder {
        try make(name(of: result), in: base) {
            let document = result.document
            return [
                ("run.json", try result.json().printable), ("summary.csv", document.csv.printable),
                ("report.md", document.markdown.printable), ("report.html", document.html.printable),
            ] + result.experiment.files.map { ($0.name, $0.content.text) }
                + files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    /// Keeps any other result the same way: `result.json`, `result.csv`, `report.md`, `report.html`, `files` as they are, and
    /// in `command` what was typed for it, where that is known. The folder's name is the time and `name`.
    ///
    /// - Throws: ``ResultsError``; nothing is left behind then.
    package static func keep(
        _ result: some Presentable, as name: String, at time: Date, command: String?, files: [String: String] = [:],
        in base: String
    ) throws(ResultsError) -> ResultsFolder {
        try make(self.name(name, at: time), in: base) {
            try self.files(of: result, command: command, files)
        }
    }

    private static func files(
        of result: some Presentable, command: String?, _ files: [String: String]
    ) throws -> [(name: String, text: String)] {
        let document = result.document
        return [
            ("result.json", try result.json().printable), ("result.csv", document.csv.printable),
            ("report.md", document.markdown.printable), ("report.html", document.html.printable),
        ] + (command.map { [("command", $0.printable + "\n")] } ?? [])
            + files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The names of files that kbench gives by itself: nothing else in a folder may have them.
    package static let ownNames: Set<String> = [
        "result.json", "result.csv", "run.json", "summary.csv", "batches.csv", "report.md", "report.html", "command",
        hostFile, stepsFile, paceFile,
    ]
    /// The file that says what machine and build a result is of.
    package static let hostFile = "host.json"
    /// The file that says how long a result's units took.
    package static let paceFile = "pace.json"
    /// What the name of a folder ends in whose command is not through, or was interrupted.
    package static let unfinishedEnding = ".unfinished"
    /// The file in it that has the steps that are over.
    package static let stepsFile = "steps.ndjson"

    /// A folder for a command that begins now, not made yet.
    package static func unfinished(_ name: String, at time: Date, in base: String) -> String {
        let whole = "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(self.name(name, at: time))"
        let names = (1...).lazy.map { ($0 == 1 ? whole : "\(whole)-\($0)") + unfinishedEnding }
        // There is always one more number.
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? whole + unfinishedEnding
    }

    /// As ``keep(_:as:at:command:files:in:)``, in the folder of a command that is through now: it loses its ending and its
    /// steps.
    ///
    /// - Throws: ``ResultsError``; the steps are still there then.
    package static func finish(
        _ folder: String, _ result: some Presentable, command: String?, files: [String: String] = [:]
    ) throws(ResultsError) -> ResultsFolder {
        let place = URL(fileURLWithPath: folder, isDirectory: true)
        let root = place.deletingLastPathComponent()
        do {
            for (file, text) in try self.files(of: result, command: command, files) {
                try Data(text.utf8).write(to: place.appendingPathComponent(file), options: .atomic)
            }
            try FileManager.default.removeItem(at: place.appendingPathComponent(stepsFile))
            let name = place.lastPathComponent
            let finalName =
                name.hasSuffix(unfinishedEnding)
                ? try publish(place, as: String(name.dropLast(unfinishedEnding.count)), in: root) : name
            pointLatest(at: finalName, in: root)
            let base = folder.lastIndex(of: "/").map { folder[...$0] } ?? ""
            return ResultsFolder(path: base + finalName)
        } catch {
            throw .explain(error, at: folder)
        }
    }

    private static func name(_ name: String, at time: Date) -> String { "\(stamp(time.formatted(.iso8601)))-\(name)" }

    /// Writes a folder that appears whole, and points `latest` at it.
    private static func make(
        _ name: String, in base: String, _ files: () throws -> [(name: String, text: String)]
    ) throws(ResultsError) -> ResultsFolder {
        try makeBase(base)
        let root = URL(fileURLWithPath: base, isDirectory: true)
        let process = ProcessInfo.processInfo.processIdentifier
        let draft = root.appendingPathComponent(".\(name).\(process).partial", isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: false)
            for (file, text) in try files() { try Data(text.utf8).write(to: draft.appendingPathComponent(file)) }
            let finalName = try publish(draft, as: name, in: root)
            pointLatest(at: finalName, in: root)
            return ResultsFolder(path: base.hasSuffix("/") ? base + finalName : "\(base)/\(finalName)")
        } catch {
            // Best effort: the first failure is the one to report.
            try? FileManager.default.removeItem(at: draft)
            throw .explain(error, at: base)
        }
    }

    /// `20261122T153000Z-crash-before-commit-1`: sorts by time, and needs no quotes in a shell.
    static func name(of result: ScenarioResult) -> String {
        "\(stamp(result.startedAt))-\(result.scenario)-\(result.seed)"
    }

    /// A time in UTC without what a name has no use for.
    private static func stamp(_ time: String) -> String { time.filter { $0 != "-" && $0 != ":" } }

    private static func makeBase(_ base: String) throws(ResultsError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: base, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw ResultsError(
                    .notAFolder, "a file has this name", fix: "choose another folder with --out", at: base)
            }
            return
        }
        do {
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        } catch {
            throw .explain(error, at: base)
        }
    }

    /// Renames the finished draft; two runs of the same second get `-2`, `-3` and so on.
    private static func publish(_ draft: URL, as name: String, in root: URL) throws -> String {
        for attempt in 1...1_000 {
            let candidate = attempt == 1 ? name : "\(name)-\(attempt)"
            let target = root.appendingPathComponent(candidate, isDirectory: true)
            if FileManager.default.fileExists(atPath: target.path) { continue }
            try FileManager.default.moveItem(at: draft, to: target)
            return candidate
        }
        throw ResultsError(
            .failed, "there are 1,000 results of this second already", fix: "remove old results", at: root.path)
    }

    /// Points `latest` at the newest result. The result is safe already, so failing here is not worth an error; and
    /// what is not a link was put there by a person and stays.
    private static func pointLatest(at name: String, in root: URL) {
        let link = root.appendingPathComponent("latest").path
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) != nil {
            try? FileManager.default.removeItem(atPath: link)
        }
        try? FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: name)
    }
}

extension ResultFile.Content {
    /// The file's whole text.
    fileprivate var text: String {
        switch self {
        case .text(let text): text
        case .table(let columns, let rows): CSV.text(columns, rows)
        }
    }
}
