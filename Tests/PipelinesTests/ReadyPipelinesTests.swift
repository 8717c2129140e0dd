// The pipelines that are ready: each file can be read, and the programs that it starts are there.
import Foundation
import Testing

@testable import Pipelines

@Suite("Pipelines that are ready") struct ReadyPipelinesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("pipelines")

    /// Scenarios of kbench's engine that stand beside pipelines.
    private static let scenarios = ["kbench/inside.yaml", "spark/engine.yaml"]

    private static let files: [String] =
        ((try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") && !scenarios.contains($0) }.sorted()

    @Test("are found")
    func areFound() {
        #expect(Self.files.count > 30)
        #expect(Self.files.contains("faults/correct-file.yaml"))
    }

    @Test("are in order", arguments: files)
    func areInOrder(path: String) throws {
        let file = Self.root.appendingPathComponent(path)
        let pipeline = try PipelineFile.read(file.path)
        #expect(pipeline.name == file.deletingPathExtension().lastPathComponent)
        for word in pipeline.command where word.hasSuffix(".py") || word.hasSuffix(".sh") || word.hasSuffix(".conf") {
            #expect(FileManager.default.fileExists(atPath: "\(pipeline.folder)/\(word)"), "\(word) is not there")
        }
    }
}
