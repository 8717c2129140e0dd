// Keeps a result: one folder per run that appears complete or not at all, and is never changed afterwards.
internal import Foundation
package import Results
internal import World

/// The folder of one run: `run.json`, `summary.csv`, `report.md`, `report.html`, and what files an experiment adds.
package struct ResultsFolder: Equatable, Sendable {
    /// The folder, as given plus its name.
    package let path: String

    /// Writes `result` to a new folder in `base`, which is made when absent, and points `latest` at it.
    ///
    /// The files are written to a folder with a temporary name, which is renamed when it is complete.
    ///
    /// - Throws: ``ResultsError``; nothing is left behind then.
    package static func write(
        _ result: ScenarioResult, in base: String = "results"
    ) throws(ResultsError) -> ResultsFolder {
        try makeBase(base)
        let root = URL(fileURLWithPath: base, isDirectory: true)
        let name = name(of: result)
        let process = ProcessInfo.processInfo.processIdentifier
        let draft = root.appendingPathComponent(".\(name).\(process).partial", isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: false)
            let document = result.document
            let files =
                [
                    ("run.json", try result.json().printable), ("summary.csv", document.csv.printable),
                    ("report.md", document.markdown.printable), ("report.html", document.html.printable),
                ] + result.experiment.files.map { ($0.name, $0.content.text) }
            for (file, text) in files { try Data(text.utf8).write(to: draft.appendingPathComponent(file)) }
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
        let time = result.startedAt.filter { $0 != "-" && $0 != ":" }
        return "\(time)-\(result.scenario)-\(result.seed)"
    }

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
