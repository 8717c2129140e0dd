// Kept results: found again by folder or file, rendered as they were, and refused by name where that cannot be.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct KeptResultTests {
    private func inScratch(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-kept-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    /// A result as it is when it has been kept and read again.
    static func again<Result: Presentable>(_ result: Result) throws -> Result {
        try Result(json: Data(result.json().utf8))
    }

    @Test("every kind of result is the same in every form when it is read again", arguments: SamplePages.all)
    func again(name: String, result: any Presentable) throws {
        try inScratch { scratch in
            let file = scratch.appendingPathComponent("\(name).json")
            try Data(result.json().utf8).write(to: file)
            let read = try KeptResult(at: file.path).result()
            for format in OutputFormat.allCases { #expect(try format.render(read) == format.render(result)) }
        }
    }

    @Test func aFolderIsKnownByItsFile() throws {
        try inScratch { scratch in
            let folder = try ResultsFolder.write(Sample.passing, in: scratch.path)
            let kept = try KeptResult(at: folder.path)
            #expect(kept.schema == "kbench.scenario" && kept.reproduce == Sample.passing.reproduce)
            #expect(try kept.result().document == Sample.passing.document)
            let list = try ResultListResult.inside(scratch.path)
            #expect(list.results.map(\.folder) == [folder.path], "latest is a link")
            #expect(list.results.first?.verdict == Sample.passing.verdictLine && list.results.first?.canRepeat == true)
        }
    }

    @Test("any other result is kept in every form, with the command that was typed, which repeats it")
    func keeping() throws {
        try inScratch { scratch in
            var matrix = SamplePages.matrix
            matrix.reproduce = nil
            let time = try Date("2026-11-22T15:30:00Z", strategy: .iso8601)
            let folder = try ResultsFolder.keep(
                matrix, as: "matrix", at: time, command: "kbench matrix --seed 1", in: scratch.path)
            #expect(folder.path == scratch.path + "/20261122T153000Z-matrix")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                    == ["command", "report.html", "report.md", "result.csv", "result.json"])
            let kept = try KeptResult(at: scratch.path + "/latest")
            #expect(kept.schema == "kbench.matrix" && kept.reproduce == "kbench matrix --seed 1")
            #expect(try kept.result().document == matrix.document)
        }
    }

    @Test("what an older kbench kept names no schema, and is known by its file's name")
    func old() throws {
        try inScratch { scratch in
            for (name, result) in [("run.json", Sample.passing), ("bench.json", SampleBench.passing)]
                as [(String, any Presentable)]
            {
                let whole = try #require(
                    JSONSerialization.jsonObject(with: Data(result.json().utf8)) as? [String: Any])
                let old = whole.filter { !["schema", "version"].contains($0.key) }
                let file = scratch.appendingPathComponent(name)
                try JSONSerialization.data(withJSONObject: old).write(to: file)
                #expect(try KeptResult(at: file.path).result().document == result.document)
            }
        }
    }

    @Test(
        "what cannot be rendered is refused by name",
        arguments: [
            ("{\"schema\": \"kbench.capsule\", \"version\": 1}", "kbench.capsule is no result", "kbench explain"),
            ("{\"schema\": \"kbench.future\"}", "kbench.future is no result", "use the kbench that wrote it"),
            (
                "{\"schema\": \"kbench.matrix\", \"version\": 9}", "kbench.matrix, version 9, where kbench.matrix",
                "use the kbench that wrote it"
            ),
            ("{\"schema\": \"kbench.matrix\", \"version\": 1}", "world is missing", "use the kbench that wrote it"),
            ("{\"a\": 1}", "names no schema", "--format json"), ("[1]", "no JSON object", "--format json"),
            ("not json", "no JSON object", "--format json"),
        ])
    func refused(json: String, cause: String, fix: String) throws {
        try inScratch { scratch in
            let file = scratch.appendingPathComponent("x.json")
            try Data(json.utf8).write(to: file)
            let error = #expect(throws: ResultsError.self) { try KeptResult(at: file.path).result() }
            #expect(
                error?.message.contains(cause) == true && error?.fix.contains(fix) == true,
                "\(String(describing: error))")
            #expect(error?.location == file.path)
        }
    }

    @Test func aPlaceWithoutAResultIsRefused() throws {
        try inScratch { scratch in
            for place in [scratch.path, scratch.path + "/none"] {
                #expect(throws: ResultsError.self) { try KeptResult(at: place) }
            }
            #expect(throws: ResultsError.self) { try ResultListResult.inside(scratch.path + "/none") }
            try Data("{\"schema\":\"kbench.matrix\"}".utf8).write(to: scratch.appendingPathComponent("result.json"))
            let folder = scratch.appendingPathComponent("damaged")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("{\"schema\":\"kbench.matrix\"}".utf8).write(to: folder.appendingPathComponent("result.json"))
            let list = try ResultListResult.inside(scratch.path)
            #expect(list.results.count == 1 && list.results.first?.problem?.contains("world is missing") == true)
            #expect(list.document.text().contains("cannot be read"))
        }
    }
}
