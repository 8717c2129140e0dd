// The journal of a long command: cut anywhere it goes on with the steps that are whole, and it refuses what is not its own.
import Foundation
import Testing
import World

@testable import Harness

@Suite struct StepJournalTests {
    private struct Value: Codable, Equatable {
        var count: Int
        var rate: Double
        var words: String?
    }

    private static let values = [
        Value(count: 1, rate: 0.1, words: nil), Value(count: -2, rate: 1e300, words: "line\nbreak"),
        Value(count: 3, rate: 1.0 / 3, words: "ä\u{2028}"),
    ]

    private static func header(_ settings: String = "kbench matrix", files: [String: String] = [:])
        -> StepJournal.Header
    {
        StepJournal.Header(
            version: "1", settings: settings, files: files, command: "kbench matrix --quiet",
            startedAt: "2026-11-29T09:00:00Z")
    }

    private func inScratch(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-steps-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path + "/run")
    }

    @Test func nothingIsMadeBeforeAStepIsOver() throws {
        try inScratch { folder in
            let journal = StepJournal(beginning: "\(folder)/steps", Self.header())
            #expect(try journal.value(of: "1", as: Value.self) == nil)
            #expect(!FileManager.default.fileExists(atPath: folder))
            try journal.record("1", Self.values[0])
            #expect(StepJournal.count(in: "\(folder)/steps") == 1)
        }
    }

    @Test("cut at any byte, it goes on behind the last whole step, and a second time as well")
    func cuts() throws {
        try inScratch { folder in
            let path = "\(folder)/steps"
            let journal = StepJournal(beginning: path, Self.header())
            for (place, value) in Self.values.enumerated() { try journal.record("\(place)", value) }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
            #expect(ends.count == 4)
            for length in ends[0]...whole.count {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                let there = ends.count { $0 <= length } - 1
                let again = try StepJournal(resuming: path, Self.header())
                var carriedOut = 0
                for (place, value) in Self.values.enumerated() {
                    let found = try again.step("\(place)") {
                        carriedOut += 1
                        return value
                    }
                    #expect(found == value)
                }
                #expect(carriedOut == Self.values.count - there, "cut at \(length)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole)
            }
        }
    }

    @Test("a step that came to nothing is a step")
    func nothing() throws {
        try inScratch { folder in
            let path = "\(folder)/steps"
            try StepJournal(beginning: path, Self.header()).record("none", Value?.none)
            let again = try StepJournal(resuming: path, Self.header())
            #expect(try again.value(of: "none", as: Value?.self) == .some(nil))
        }
    }

    @Test func anEndThatWasAskedForAddsNothing() throws {
        try inScratch { folder in
            let journal = StepJournal(beginning: "\(folder)/steps", Self.header(), isEnding: { true })
            #expect(throws: CancellationError.self) { try journal.record("1", 1) }
            #expect(!FileManager.default.fileExists(atPath: folder))
        }
    }

    @Test(
        "what is of something else is refused, and says what is not the same",
        arguments: [
            (header("kbench claims"), "it is of 'kbench matrix', and this is 'kbench claims'"),
            (header(files: ["load.yaml": "a"]), "load.yaml is another one by now"),
        ])
    func strangers(header: StepJournal.Header, cause: String) throws {
        try inScratch { folder in
            let path = "\(folder)/steps"
            try StepJournal(beginning: path, Self.header()).record("1", 1)
            let error = #expect(throws: Diagnosis.self) { try StepJournal(resuming: path, header) }
            #expect(error?.cause.contains(cause) == true && error?.fix.contains("kbench matrix --quiet") == true)
            #expect(error?.exitCode == .usage)
        }
    }

    @Test("damage that no cut explains is refused")
    func damage() throws {
        try inScratch { folder in
            let path = "\(folder)/steps"
            try StepJournal(beginning: path, Self.header()).record("1", 1)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for (damaged, cause) in [
                (text + "{}\n", "no step"), ("x" + text, "does not say"), ("", "does not say"),
            ] {
                try Data(damaged.utf8).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: Diagnosis.self) { try StepJournal(resuming: path, Self.header()) }
                #expect(error?.cause.contains(cause) == true, "\(String(describing: error))")
            }
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let journal = try StepJournal(resuming: path, Self.header())
            #expect(throws: Diagnosis.self) { try journal.value(of: "1", as: Value.self) }
        }
    }
}
