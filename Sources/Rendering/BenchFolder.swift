// Keeps a benchmark: three files in a folder of the caller's choice.
internal import Foundation
package import Results
internal import World

/// Writes `bench.csv`, `bench.md`, `bench.html` and `bench.json`.
package enum BenchFolder {
    private static let files: [(name: String, format: OutputFormat)] = [
        ("bench.csv", .csv), ("bench.md", .markdown), ("bench.html", .html), ("bench.json", .json),
    ]

    /// Checks that the files would replace nothing but those of an earlier benchmark.
    ///
    /// - Throws: ``ResultsError`` naming the file that is something else.
    package static func check(_ folder: String) throws(ResultsError) {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let present = files.map(\.name).filter {
            FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
        }
        guard let first = present.first else { return }
        let data = (try? Data(contentsOf: root.appendingPathComponent("bench.json"))) ?? Data()
        guard (try? BenchResult(json: data)) == nil else { return }
        throw ResultsError(
            .notAllowed, "\(first) is there, and no result of kbench bench that may be replaced",
            fix: "move it away, or choose another folder with --out", at: folder)
    }

    /// Writes the files to `folder`, which is made when absent; each appears whole or not at all.
    ///
    /// - Throws: ``ResultsError``.
    package static func write(_ result: BenchResult, in folder: String) throws(ResultsError) {
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
