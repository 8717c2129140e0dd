// Outputs are asked for before the work, and the question leaves nothing behind.
import Engine
import Foundation
import Harness
import Ingestion
import Testing
import World

@testable import Campaigns
@testable import Exploration

@Suite struct OutputCheckTests {
    /// A folder that is gone with the test.
    final class Place {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("outputs-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: url(name)) }
        func text(of name: String) throws -> String { String(decoding: try Data(contentsOf: url(name)), as: UTF8.self) }
        func names() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: path).sorted() }
        private func url(_ name: String) -> URL { URL(fileURLWithPath: "\(path)/\(name)") }
    }

    @Test(
        "S4: a folder that can be written passes, whether it is there or not", arguments: ["", "/new", "/new/below/it"])
    func aFolderThatCanBeWrittenPasses(name: String) throws {
        let place = try Place()
        try OutputCheck.folder(place.path + name, "--out")
        #expect(try place.names() == [])
    }

    @Test("parts that begin at once in a folder that is still to be made do not take it from each other")
    func manyAsk() async throws {
        let place = try Place()
        let path = "\(place.path)/new/below"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<40 { try OutputCheck.folder(path, "--out") } } }
            try await group.waitForAll()
        }
        // At most the folder stays that was asked for: who made it was not the last to ask.
        #expect(try Set(place.names()).isSubset(of: ["new", "new/below"]))
        // What somebody else has put there meanwhile stays.
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try place.write("mine", to: "new/below/file")
        try OutputCheck.folder(path, "--out")
        #expect(try place.text(of: "new/below/file") == "mine")
    }

    @Test("S4: a folder that cannot be written is named", arguments: ["taken", "taken/below", "/proc/kbench"])
    func aFolderThatCannotBeWrittenIsNamed(name: String) throws {
        let place = try Place()
        try place.write("mine", to: "taken")
        let path = name.hasPrefix("/") ? name : "\(place.path)/\(name)"
        let error = #expect(throws: Diagnosis.self) { try OutputCheck.folder(path, "--out") }
        #expect(
            error?.cause.hasPrefix("--out: ") == true && error?.cause.contains(path) == true, "\(error?.cause ?? "")")
        #expect(error?.fix.contains("--out") == true && error?.exitCode == .usage)
        #expect(try place.names() == ["taken"] && place.text(of: "taken") == "mine")
    }

    /// A file, whether its folders may be made, and what the refusal says; nil: it passes.
    static let files: [(name: String, makesFolders: Bool, cause: String?)] = [
        ("new", false, nil), ("taken", false, nil), ("folder", false, "Is a directory"),
        ("absent/new", false, "there is no folder"), ("absent/new", true, nil),
        ("taken/new", true, "a file has this name"),
        ("absent/", true, "it is a folder"),
    ]

    @Test("S4: a file is asked for, and keeps what it holds", arguments: files)
    func aFileIsAskedFor(name: String, makesFolders: Bool, cause: String?) throws {
        let place = try Place()
        try place.write("mine", to: "taken")
        try FileManager.default.createDirectory(
            atPath: "\(place.path)/folder", withIntermediateDirectories: false)
        var found: Diagnosis?
        do {
            try OutputCheck.file("\(place.path)/\(name)", "--resume", makesFolders: makesFolders)
        } catch let error as Diagnosis { found = error }
        #expect((found == nil) == (cause == nil), "\(found?.cause ?? "passed")")
        #expect(found?.cause.contains(cause ?? "") != false && found?.exitCode != .internalError)
        #expect(try place.names() == ["folder", "taken"] && place.text(of: "taken") == "mine")
    }

    @Test(
        "S4: a file of somebody else is not taken for a journal, and stays as it is",
        arguments: ["my notes", "a\nb\n", "{x"])
    func aStrangersFileIsNoJournal(text: String) throws {
        let place = try Place()
        try place.write(text, to: "notes")
        let path = "\(place.path)/notes"
        let options = AtlasOptions(
            units: [AtlasUnit(strategy: .direct, sink: .append, fidelity: .sound, shape: Hunter.shape, seed: 1)],
            journal: path, capsules: place.path, version: "test")
        let error = #expect(throws: Diagnosis.self) { try AtlasRunner(options).run() }
        #expect(error?.cause.hasPrefix("\(path): the file is of another atlas") == true, "\(error?.cause ?? "")")
        #expect(try place.text(of: "notes") == text)
        for merged in [path, "\(place.path)/nope"] {
            let refused = #expect(throws: Diagnosis.self) { try AtlasRunner.merge([merged], options: options) }
            #expect(refused?.cause.hasPrefix("\(merged): ") == true && refused?.exitCode == .usage)
        }
        #expect(try place.names() == ["notes"] && place.text(of: "notes") == text)
    }

    @Test("S4: shrinking replaces no file of somebody else", arguments: [".swift", ".mermaid", ".small.capsule"])
    func shrinkingReplacesNoStrangersFile(ending: String) throws {
        let place = try Place()
        let schedule = Schedule(strategy: .direct, sink: .append, shape: Hunter.shape)
        let path = try CapsuleFile.write(Capsule(of: schedule, version: "test"), in: place.path)
        let stem = String(path.dropLast(".capsule".count))
        try Data("mine".utf8).write(to: URL(fileURLWithPath: stem + ending))
        let error = #expect(throws: Diagnosis.self) { try CapsuleFile.shrink(path, version: "test") }
        #expect(error?.cause == "\(stem + ending): the file is there, and kbench shrink did not write it")
        #expect(error?.exitCode == .usage && FileManager.default.contents(atPath: stem + ending) == Data("mine".utf8))
    }
}
