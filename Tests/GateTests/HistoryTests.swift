// A history keeps every line that was ever written, and finds planted changes.
import Foundation
import Harness
import Results
import Testing

@testable import Gate

@Suite struct HistoryTests {
    /// A file that is gone with the test.
    final class File {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)").path
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var text: String {
            get throws { String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) }
        }
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    }

    static func entry(_ number: Int, _ figures: [String: Double]) -> HistoryEntry {
        HistoryEntry(commit: "commit-\(number)", date: "2026-01-\(10 + number)", figures: figures)
    }

    @Test func whatIsAppendedIsReadAgain() throws {
        let file = File()
        let entries = (0..<3).map { Self.entry($0, ["a": Double($0) + 0.5, "b": 7]) }
        for entry in entries { try History(at: file.path).append(entry) }
        #expect(History(at: file.path).entries == entries)
        #expect(try file.text.split(separator: "\n").count == 3)
    }

    @Test func theFiguresOfAFileAreThoseWithNamesAndNotThePointsOfASeries() throws {
        let file = File()
        try file.write(
            #"{"rows": [{"strategy": "direct", "rate": 3, "live": [{"at": 1, "bytes": 2}]}], "cores": 2}"#)
        let figures = try History.figures(files: [file.path]).filter { !$0.key.hasPrefix("counts/") }
        #expect(figures == ["rows/direct/rate": 3, "cores": 2])
    }

    @Test func aDamagedLineIsNamedAndKept() throws {
        let file = File()
        let good = #"{"commit":"a","date":"1","figures":{"x":1}}"#
        let before = "\(good)\n{\"commit\":\"b\",\"da\n\n[]\nnothing"
        try file.write(before)
        let history = History(at: file.path)
        #expect(history.entries.map(\.commit) == ["a"])
        #expect(history.damagedLines == [2, 4, 5])
        #expect(history.complaints.first == "\(file.path):2: no entry of a history; left out, and left where it is")
        try history.append(Self.entry(1, ["x": 2]))
        #expect(try file.text.hasPrefix(before + "\n"))
        #expect(History(at: file.path).entries.map(\.commit) == ["a", "commit-1"])
        #expect(History(at: file.path).damagedLines == [2, 4, 5])
    }

    @Test("S4: lines may end as on Windows")
    func linesMayEndAsOnWindows() throws {
        let file = File()
        let lines = ["a", "b"].map { #"{"commit":"\#($0)","date":"1","figures":{"x":1}}"# }
        try file.write(lines.map { $0 + "\r\n" }.joined())
        #expect(History(at: file.path).entries.map(\.commit) == ["a", "b"])
        #expect(History(at: file.path).damagedLines == [])
        try History(at: file.path).append(Self.entry(1, ["x": 2]))
        #expect(History(at: file.path).entries.map(\.commit) == ["a", "b", "commit-1"])
    }

    @Test func aCommitIsThereOnce() throws {
        let file = File()
        try History(at: file.path).append(Self.entry(1, ["x": 2]))
        let before = try file.text
        let error = #expect(throws: Diagnosis.self) { try History(at: file.path).append(Self.entry(1, ["x": 3])) }
        #expect(error?.cause.contains("commit-1") == true)
        #expect(try file.text == before)
    }

    @Test func aPlantedChangeIsFoundAtItsCommit() throws {
        let file = File()
        for number in 0..<20 {
            try History(at: file.path).append(
                Self.entry(number, ["counts/fileSyncs": number < 12 ? 100 : 103, "steady": 5]))
        }
        let changes = History(at: file.path).changes()
        #expect(changes.map(\.figure) == ["counts/fileSyncs"])
        let change = try #require(changes.first)
        #expect(change.commit == "commit-12" && change.before == 100 && change.after == 103)
        #expect(change.percent.map { ($0 - 3).magnitude < 1e-9 } == true)
    }

    @Test func noFileIsAnEmptyHistory() {
        let history = History(at: File().path)
        #expect(!history.isThere)
        #expect(history.entries.isEmpty && history.damagedLines.isEmpty && history.changes().isEmpty)
    }
}
