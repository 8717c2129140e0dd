// Keeps a benchmark: three files in a folder of the caller's choice.
internal import Foundation

/// Writes `bench.csv`, `bench.md` and `bench.json`.
public enum BenchFolder {
    /// Writes the files to `folder`, which is made when absent; each appears whole or not at all.
    ///
    /// - Throws: ``ResultsError``.
    public static func write(_ result: BenchResult, in folder: String) throws(ResultsError) {
        do {
            let root = URL(fileURLWithPath: folder, isDirectory: true)
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
            for (name, format) in [("bench.csv", ResultFormat.csv), ("bench.md", .markdown), ("bench.json", .json)] {
                let text = try BenchReport.render(result, as: format)
                try Data(text.utf8).write(to: root.appendingPathComponent(name), options: .atomic)
            }
        } catch {
            throw .explain(error, at: folder)
        }
    }
}
