// Keeps a result in the forms that people, spreadsheets and programs read: four files of one name in a folder.
internal import Foundation
package import Results
internal import World

/// Writes `NAME.csv`, `NAME.md`, `NAME.html` and `NAME.json`.
package struct ResultForms<Result: Presentable>: Sendable {
    /// The files' name, which is the command's.
    private let name: String

    /// The forms of a result of the command `kbench NAME`.
    package init(_ name: String) { self.name = name }

    private var files: [(name: String, format: OutputFormat)] {
        [("\(name).csv", .csv), ("\(name).md", .markdown), ("\(name).html", .html), ("\(name).json", .json)]
    }

    /// Checks that the files would replace nothing but those of an earlier result.
    ///
    /// - Throws: ``ResultsError`` naming the file that is something else.
    package func check(_ folder: String) throws(ResultsError) {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let present = files.map(\.name).filter {
            FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
        }
        guard let first = present.first else { return }
        let data = (try? Data(contentsOf: root.appendingPathComponent("\(name).json"))) ?? Data()
        guard (try? Result(json: data)) == nil else { return }
        throw ResultsError(
            .notAllowed, "\(first) is there, and no result of kbench \(name) that may be replaced",
            fix: "move it away, or choose another folder with --out", at: folder)
    }

    /// Writes the files to `folder`, which is made when absent; each appears whole or not at all.
    ///
    /// - Throws: ``ResultsError``.
    package func write(_ result: Result, in folder: String) throws(ResultsError) {
        do {
            let root = URL(fileURLWithPath: folder, isDirectory: true)
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
            for (name, format) in files {
                let text = try format.render(result).printable
                try Data(text.utf8).write(to: root.appendingPathComponent(name), options: .atomic)
            }
        } catch {
            throw .explain(error, at: folder)
        }
    }
}

extension ResultForms<BenchResult> {
    /// A benchmark.
    package static var bench: ResultForms<BenchResult> { .init("bench") }
}

extension ResultForms<LeagueResult> {
    /// A league.
    package static var league: ResultForms<LeagueResult> { .init("league") }
}
