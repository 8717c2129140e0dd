// A fresh folder for one run of the binary, and what a run may have left in it or running.
import Foundation
import Testing

/// A folder that lasts as long as its test.
final class Folder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("kbench-end-to-end-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
    }

    /// Everything below the folder, by its path from there.
    func contents() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: path).sorted() }

    /// What only a run under way may have: files and folders with hidden names.
    func temporaryFiles() throws -> [String] {
        try contents().filter { name in name.split(separator: "/").contains { $0.hasPrefix(".") } }
    }

    /// The finished results: one folder per run that came to its end.
    func results() throws -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/results")) ?? []
        return names.filter { $0 != "latest" && !$0.hasPrefix(".") }.sorted()
    }

    /// The processes that work in this folder, or were started with its path.
    func processes() throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).filter { process in
            // A process may end while it is looked at; then it has neither.
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
            return String(decoding: words, as: UTF8.self).contains(path) || place?.hasPrefix(path) == true
        }
    }

    /// The worker processes among them.
    func workers() throws -> [Int32] {
        try processes().filter { process in
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            return String(decoding: words, as: UTF8.self).split(separator: "\0").dropFirst().first == "worker"
        }
    }

    /// Expects that a run left no process and no temporary file.
    func expectNothingLeftBehind(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try processes() == [], "processes are left", sourceLocation: sourceLocation)
        #expect(try temporaryFiles() == [], "temporary files are left", sourceLocation: sourceLocation)
    }
}

/// Asks again and again until `condition` gives something; nil when it never does within a minute, which is far more
/// than any answer takes.
func eventually<Value>(_ condition: () async throws -> Value?) async throws -> Value? {
    for _ in 0..<12_000 {
        if let value = try await condition() { return value }
        try await Task.sleep(for: .milliseconds(5))
    }
    return nil
}
