// Every kind of result that judges, as JUnit and SARIF, against the schemas of these formats.
import Foundation
import Testing

@testable import Rendering

@Suite("JUnit and SARIF") struct ReportSchemaTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    /// `scripts/test` has it install the schemas.
    private static let checker = root.appendingPathComponent("scripts/check-reports").path
    private static let isInstalled = FileManager.default.fileExists(
        atPath: root.appendingPathComponent(".build/report-schemas").path)

    private static let kinds: [(name: String, result: any Judged)] =
        (SampleKinds.passing.map { ("\($0.name)-passing", $0.result) }
        + SampleKinds.failing.map { ("\($0.name)-failing", $0.result) }).compactMap { name, result in
            (result as? any Judged).map { (name, $0) }
        }

    @Test(
        "fit the schemas of Jenkins and OASIS, for every kind of result, as it must be and not",
        .enabled(if: isInstalled, "needs the schemas that scripts/check-reports installs"))
    func schemas() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-reports-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var files: [String] = []
        for (name, result) in Self.kinds {
            for (ending, text) in [("xml", result.junit), ("sarif", try result.sarif())] {
                let file = folder.appendingPathComponent("\(name).\(ending)")
                try Data(text.utf8).write(to: file)
                files.append(file.path)
            }
        }
        #expect(files.count == 4 * SampleKinds.passing.count)
        let done = try Self.check(files)
        #expect(done.isGood, "\(done.words)")
        // One that does not fit is told, or all of the above says nothing.
        let broken = folder.appendingPathComponent("broken.sarif")
        try Data(SampleKinds.text(of: "judge").replacing("\"error\"", with: "\"awful\"").utf8).write(to: broken)
        #expect(try !Self.check([broken.path]).isGood)
    }

    private static func check(_ files: [String]) throws -> (isGood: Bool, words: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: checker)
        process.arguments = files
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus == 0, String(decoding: text, as: UTF8.self))
    }

    @Test("name a file in each result of SARIF, without which code hosts take none; and tell cases apart")
    func places() throws {
        for (name, result) in Self.kinds {
            let log = try #require(
                JSONSerialization.jsonObject(with: Data(result.sarif(place: "kept/result.json").utf8))
                    as? [String: Any])
            let found = (log["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]] ?? []
            #expect(found.count == result.checks.count { $0.fault != nil }, "\(name)")
            #expect(found.isEmpty == name.hasSuffix("passing"), "\(name)")
            var marks: Set<String> = []
            for one in found {
                let location = (one["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
                let file = (location?["artifactLocation"] as? [String: Any])?["uri"] as? String
                #expect(file?.isEmpty == false && (location?["region"] as? [String: Int]) == ["startLine": 1])
                let print = (one["partialFingerprints"] as? [String: String])?["primaryLocationLineHash"] ?? ""
                #expect(marks.insert(print).inserted, "\(name): two cases have the same mark")
            }
        }
    }

    @Test(
        "name what was judged: the file of a pipeline or scenario, a capsule, or else where the result lies",
        arguments: [
            ("judge", "my%20pipeline.yaml"), ("scenario", "s.yaml"), ("league", "pipelines/confluent.yaml"),
            ("atlas", "results/capsules/direct-append-loss.capsule"),
            ("swarm", "results/capsules/swarm-71.capsule"), ("matrix", "kept/result.json"),
        ])
    func file(name: String, file: String) throws {
        let result = try #require(SampleKinds.failing.first { $0.name == name }?.result as? any Judged)
        #expect(try result.sarif(place: "kept/result.json").contains("\"uri\" : \"\(file)\""))
    }

    @Test func aPlaceIsAReferenceFromTheRootOfTheCheckoutOrTheMachine() {
        #expect(SARIF.uri(of: "./a b/c.yaml") == "a%20b/c.yaml")
        #expect(SARIF.uri(of: "/tmp/a b") == "file:///tmp/a%20b")
        #expect(SARIF.uri(of: "a:b") == "a%3Ab")
    }
}

extension SampleKinds {
    /// A failing result as SARIF.
    fileprivate static func text(of name: String) throws -> String {
        let result = try #require(failing.first { $0.name == name }?.result as? any Judged)
        return try result.sarif()
    }
}
