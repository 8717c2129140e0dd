// Every kind of result that can be kept, from a fixed one in `Golden/kinds`, in every form; also of older kbenches.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct GoldenKindTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/kinds")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    private static let endings: [OutputFormat: String] = [
        .text: "txt", .json: "json", .csv: "csv", .markdown: "md", .html: "html",
    ]

    /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter GoldenKindTests` writes the files anew; read the difference afterwards.
    @Test(arguments: names)
    func everyFormIsAsItWasAgreed(name: String) throws {
        let place = Self.folder.appendingPathComponent(name)
        let result = try KeptResult(at: place.path).result()
        for format in OutputFormat.allCases {
            let rendered = try format.render(result)
            let file = place.appendingPathComponent("golden.\(try #require(Self.endings[format]))")
            if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
                try Data(rendered.utf8).write(to: file)
            }
            #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self), "\(format)")
        }
        // What is kept of it is the same result again.
        let again = try KeptResult(at: place.appendingPathComponent("golden.json").path).result()
        #expect(again.document == result.document)
    }

    @Test("there is one of each kind, and some of a kbench that named no schema")
    func everyKind() throws {
        let kept = try Self.names.map { try KeptResult(at: Self.folder.appendingPathComponent($0).path) }
        #expect(Set(kept.map(\.schema)) == Set(KeptResult.types.keys))
        #expect(Self.names.filter { $0.hasSuffix("-of-old") }.count >= 3)
    }

    @Test("a run of old lost what it lost silently, and expected no refusal")
    func completed() throws {
        let old = try KeptResult(at: Self.folder.appendingPathComponent("scenario-before-events").path).result()
        let runs = try #require(old as? ScenarioResult).runs
        #expect(!runs.isEmpty && runs.contains { $0.lost > 0 || $0.duplicates > 0 })
        for run in runs {
            #expect(run.lostSilently + run.lostLoudly == run.lost && !run.expected.refused && run.events.isEmpty)
        }
    }

    @Test("what differs between two of each kind is found by columns that it has", arguments: names)
    func identity(name: String) throws {
        let result = try KeptResult(at: Self.folder.appendingPathComponent(name).path).result()
        let columns = result.document.programTable?.columns.map(\.name) ?? []
        for column in DiffResult.identity[type(of: result).schema.name] ?? [] {
            #expect(columns.contains(column), "\(name) has \(columns)")
        }
        let same = DiffResult(result, named: "a", result, named: "b")
        #expect(same.holds && same.figures.isEmpty && same.words.isEmpty && same.onlyInFirst.isEmpty)
    }
}
