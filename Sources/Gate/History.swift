// The history of a project's figures: a line of JSON for each commit, appended and never rewritten.
internal import Foundation
public import Harness
public import Results
internal import Statistics
internal import World

/// One line of the history.
public struct HistoryEntry: Codable, Equatable, Sendable {
    /// The commit.
    public var commit: String
    /// When it was made, in any form that sorts.
    public var date: String
    /// The figures by name.
    public var figures: [String: Double]
    /// The machine that they were measured on; nil where nobody said it.
    public var host: HostInfo?

    /// Makes an entry.
    public init(commit: String, date: String, figures: [String: Double], host: HostInfo? = nil) {
        self.commit = commit
        self.date = date
        self.figures = figures
        self.host = host
    }
}

/// A history file.
public struct History: Sendable {
    /// The entries, in the order of the file.
    public private(set) var entries: [HistoryEntry] = []
    /// The numbers of the lines that hold no entry, from 1. They stay in the file.
    public private(set) var damagedLines: [Int] = []
    /// Whether there is such a file that can be read.
    public let isThere: Bool
    private let path: String

    /// Reads the file at `path`; without one, the history is empty.
    public init(at path: String) {
        let data = try? Data(contentsOf: URL(fileURLWithPath: path))
        self.init(text: String(decoding: data ?? Data(), as: UTF8.self), path: path, isThere: data != nil)
    }

    /// Reads `text`, the content of the file at `path`.
    public init(text: String, path: String, isThere: Bool = true) {
        self.path = path
        self.isThere = isThere
        // A line end of Windows is one character to Swift, and another one than a line feed.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            if line.allSatisfy(\.isWhitespace) { continue }
            if let entry = try? JSONDecoder().decode(HistoryEntry.self, from: Data(line.utf8)) {
                entries.append(entry)
            } else {
                damagedLines.append(index + 1)
            }
        }
    }

    /// What a person has to know of lines that hold no entry.
    public var complaints: [String] {
        damagedLines.map { "\(path):\($0): no entry of a history; left out, and left where it is" }
    }

    /// Appends an entry; what is in the file stays as it is, to the byte.
    ///
    /// - Throws: ``Diagnosis`` when the commit is there already, or the file cannot be written.
    public func append(_ entry: HistoryEntry) throws(Diagnosis) {
        guard !entries.contains(where: { $0.commit == entry.commit }) else {
            throw Diagnosis(
                cause: "\(path): the commit \(entry.commit) is there already",
                fix: "give another --commit, or take its line out first", exitCode: .usage)
        }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            var line = String(decoding: try encoder.encode(entry), as: UTF8.self) + "\n"
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: path) {
                try Data().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            }
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            defer { try? file.close() }
            let end = try file.seekToEnd()
            if end > 0 {
                // Whatever cut the last line short, the new one begins on its own.
                try file.seek(toOffset: end - 1)
                if try file.read(upToCount: 1) != Data("\n".utf8) { line = "\n" + line }
            }
            try file.seekToEnd()
            try file.write(contentsOf: Data(line.utf8))
            try file.synchronize()
        } catch {
            throw Diagnosis(
                cause: "\(path): the history cannot be written", fix: "choose a file that can be written with --file",
                exitCode: .usage)
        }
    }

    /// Each figure from commit to commit, by name, with where it began to come out differently. Figures of fewer commits than
    /// a change needs on both sides have none.
    public func series(seed: UInt64 = 1) -> [HistorySeries] {
        let names = Set(entries.flatMap { $0.figures.keys }).sorted()
        return names.enumerated().map { place, name in
            let points = entries.compactMap { entry in
                entry.figures[name].map { HistorySeries.Point(commit: entry.commit, date: entry.date, value: $0) }
            }
            var random = SeededRandom(seed: seed, stream: UInt64(place) + 1)
            return HistorySeries(
                figure: name, points: points, changes: ChangePoints().find(in: points.map(\.value), random: &random))
        }
    }

    /// Where each figure began to come out differently, by name and then by commit.
    public func changes(seed: UInt64 = 1) -> [HistoryChange] { History.changes(of: series(seed: seed)) }

    private static func changes(of series: [HistorySeries]) -> [HistoryChange] {
        series.flatMap { series in
            let medians = series.medians
            return series.changes.map { start in
                HistoryChange(
                    figure: series.figure, commit: series.points[start].commit, date: series.points[start].date,
                    before: medians[start - 1], after: medians[start])
            }
        }
    }

    /// What a report of the history says.
    public func result() -> HistoryResult {
        let all = series()
        return HistoryResult(
            commits: entries.count, damagedLines: damagedLines, changes: History.changes(of: all),
            series: HistorySeries.telling(all, most: HistoryResult.mostSeries))
    }

    /// What git says of the newest commit here.
    ///
    /// - Throws: ``Diagnosis`` where there is no git or no commit.
    public static func newestCommit() async throws -> (commit: String, date: String) {
        let git = Program(.name("git"), ["show", "--no-patch", "--format=%H %cI", "HEAD"])
        let ending = try? await git.run()
        let words = ending?.output.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
        guard ending?.exitCode == 0, words.count == 2 else {
            throw Diagnosis(
                cause: "git names no commit here", fix: "give --commit and --date", exitCode: .usage)
        }
        return (words[0], words[1])
    }

    private struct Hosted: Decodable { var host: HostInfo }

    /// The machine that the first of `files` names; nil where none does.
    public static func host(files: [String]) -> HostInfo? {
        files.lazy.compactMap { FileManager.default.contents(atPath: $0) }
            .compactMap { try? JSONDecoder().decode(Hosted.self, from: $0).host }.first
    }

    /// Whether a figure is known only by its place in a list: the points of a series are no figures of their own.
    private static func isOfSeries(_ name: String) -> Bool { name.split(separator: "/").contains { Int($0) != nil } }

    /// The figures of an entry: the sums of this build's exact figures, and those of the JSON files in `files`.
    ///
    /// - Throws: ``Diagnosis`` for a file without figures, and what the engine throws of itself.
    public static func figures(files: [String]) throws -> [String: Double] {
        var figures: [String: Double] = [:]
        for (name, value) in try ExactCounter().count().totals { figures["counts/\(name)"] = Double(value) }
        for file in files {
            let data = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
            let found = FigureTree.figures(in: String(decoding: data, as: UTF8.self))
            guard !found.isEmpty else {
                throw Diagnosis(
                    cause: "--figures: \(file) has no figures",
                    fix: "name a file of JSON, such as that of kbench bench",
                    exitCode: .usage)
            }
            figures.merge(found.filter { !isOfSeries($0.key) }) { _, new in new }
        }
        return figures
    }
}
