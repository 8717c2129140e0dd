// The commit of a build: known from the note beside it, or where it is installed, and unknown otherwise.
import Foundation
import Testing

@testable import Harness

@Suite struct BuildCommitTests {
    /// A program in a folder, and a note of its commit somewhere, which is so many seconds older or newer than it.
    private func commit(program: String, note: String?, at place: String, age: TimeInterval = 0) throws -> String {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-commit-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        let files = FileManager.default
        for path in [program, place] {
            let folder = root.appendingPathComponent(path).deletingLastPathComponent()
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        let (binary, file) = (root.appendingPathComponent(program).path, root.appendingPathComponent(place).path)
        try Data("program".utf8).write(to: URL(fileURLWithPath: binary))
        let built = Date(timeIntervalSince1970: 1_700_000_000)
        try files.setAttributes([.modificationDate: built], ofItemAtPath: binary)
        if let note {
            try Data(note.utf8).write(to: URL(fileURLWithPath: file))
            try files.setAttributes([.modificationDate: built.addingTimeInterval(-age)], ofItemAtPath: file)
        }
        return BuildCommit.of(binary)
    }

    @Test func aNoteIsFoundBesideABuildAndWhereItIsInstalled() throws {
        #expect(try commit(program: "kbench", note: "db3bcf84c1a3\n", at: "kbench.commit", age: -1) == "db3bcf84c1a3")
        let installed = try commit(program: "bin/kbench", note: "db3bcf84c1a3-dirty\n", at: "share/kbench/commit")
        #expect(installed == "db3bcf84c1a3-dirty")
        let packed = try commit(program: "lib/kbench/kbench", note: "db3bcf84c1a3", at: "share/kbench/commit")
        #expect(packed == "db3bcf84c1a3")
    }

    @Test func whatIsNotSureIsUnknown() throws {
        #expect(try commit(program: "kbench", note: nil, at: "kbench.commit") == "unknown")
        // Built anew since.
        #expect(try commit(program: "kbench", note: "db3bcf84c1a3", at: "kbench.commit", age: 1) == "unknown")
        #expect(try commit(program: "kbench", note: "not a commit", at: "kbench.commit") == "unknown")
        #expect(try commit(program: "kbench", note: "", at: "kbench.commit") == "unknown")
        #expect(BuildCommit.of("/none/kbench") == "unknown")
    }
}
