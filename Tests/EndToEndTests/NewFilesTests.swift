// `kbench scenario new`, `judge new`: what they write is accepted and runs as it is; nothing is replaced unasked.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct NewFilesTests {
        @Test("a new scenario is accepted, and every run of it comes out as the file says")
        func scenario() async throws {
            let folder = try Folder()
            let new = try await Kbench.run(["scenario", "new", "my-crash"], in: folder)
            #expect(new.status == .exited(0) && new.output.contains("my-crash.yaml: written"), "\(new)")
            // As it says itself.
            for line in new.output.split(separator: "\n").dropFirst() {
                let words = line.split(separator: ": ")[1].split(separator: " ").dropFirst().map(String.init)
                let outcome = try await Kbench.run(words, in: folder)
                #expect(outcome.status == .exited(0), "\(outcome)")
            }
            #expect(try folder.results().count == 1)
        }

        @Test("each line of a new scenario that begins with a key can be put to use by itself")
        func everyKeyOfAScenario() async throws {
            let folder = try Folder()
            _ = try await Kbench.run(["scenario", "new", "my-crash"], in: folder)
            try await Self.expectEachLine(of: "my-crash.yaml", in: folder, check: ["scenario", "check"])
        }

        @Test("each line of a new pipeline that begins with a key can be put to use by itself")
        func everyKeyOfAPipeline() async throws {
            let folder = try Folder()
            _ = try await Kbench.run(["judge", "new", "my-pipe"], in: folder)
            try await Self.expectEachLine(of: "my-pipe.yaml", in: folder, check: ["judge", "check"])
        }

        private static func expectEachLine(of file: String, in folder: Folder, check: [String]) async throws {
            let lines = try folder.text(of: file).components(separatedBy: "\n")
            let keys = lines.indices.filter { lines[$0].contains(#/^ *# ([a-z-]+: |- \{)/#) }
            #expect(keys.count >= 8, "\(keys)")
            for key in keys {
                var changed = lines
                changed[key] = lines[key].replacing("# ", with: "", maxReplacements: 1)
                try folder.write(changed.joined(separator: "\n"), to: file)
                let outcome = try await Kbench.run(check + ["./\(file)"], in: folder)
                #expect(outcome.status == .exited(0), "\(changed[key])\n\(outcome)")
            }
        }

        /// A Python with confluent-kafka, which `scripts/test` installs.
        private static let python: String? = {
            let installed = DocumentedCommandsTests.root.appendingPathComponent(".build/python-clients/2.16.1/bin").path
            let given = ProcessInfo.processInfo.environment["KBENCH_TEST_PYTHON"]
            let folder = given.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? installed
            return FileManager.default.isExecutableFile(atPath: folder + "/python3") ? folder : nil
        }()

        @Test(
            "a new pipeline and its consumer are judged as they are, and pass",
            .enabled(if: python != nil, "needs the Python client that scripts/test installs"))
        func judge() async throws {
            let folder = try Folder()
            let new = try await Kbench.run(["judge", "new", "my-pipe"], in: folder)
            #expect(new.output.hasPrefix("my-pipe.yaml, my-pipe.py: written\n"), "\(new)")
            let path = try "\(#require(Self.python)):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            let outcome = try await Kbench.runProgram(
                "/usr/bin/env",
                ["PATH=\(path)", Kbench.path, "judge", "my-pipe.yaml", "--occurrences", "middle", "--quiet"]
                    + ["--points", "wire.offset-commit.request"], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.output.hasPrefix("PASS my-pipe: claimed at-least-once"), "\(outcome)")
        }

        @Test(
            "a file that is there is replaced only where that is asked for",
            arguments: [("scenario", "a.yaml"), ("judge", "a.yaml"), ("judge", "a.py")])
        func replaced(command: String, file: String) async throws {
            let folder = try Folder()
            try folder.write("mine\n", to: file)
            let refused = try await Kbench.run([command, "new", "a"], in: folder)
            try ErrorTests.expect(
                refused, exitCode: 64, cause: "\(file): there is such a file", fix: "--force", in: folder)
            #expect(try folder.text(of: file) == "mine\n" && folder.contents() == [file])
            let forced = try await Kbench.run([command, "new", "a", "--force"], in: folder)
            #expect(forced.status == .exited(0), "\(forced)")
            #expect(try folder.text(of: file).contains("kbench"))
        }

        @Test(
            "a name has a folder or none, and only signs that a name can have",
            arguments: ["My", "a b", "-", "sub/", "a.yml", "ä"])
        func names(name: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["scenario", "new", "--", name], in: folder)
            try ErrorTests.expect(outcome, exitCode: 64, cause: "is no name", fix: "small letters", in: folder)
            #expect(try folder.contents() == [])
        }

        @Test func aNameMayHaveAFolderThatIsThere() async throws {
            let folder = try Folder()
            let missing = try await Kbench.run(["judge", "new", "sub/my-pipe"], in: folder)
            try ErrorTests.expect(missing, exitCode: 64, cause: "there is no folder sub", fix: "make it", in: folder)
            try FileManager.default.createDirectory(atPath: "\(folder.path)/sub", withIntermediateDirectories: false)
            let made = try await Kbench.run(["judge", "new", "sub/my-pipe.yaml"], in: folder)
            #expect(made.status == .exited(0), "\(made)")
            #expect(try folder.contents() == ["sub", "sub/my-pipe.py", "sub/my-pipe.yaml"])
        }

        @Test(
            "a mistyped word of a command is told",
            arguments: [
                (["scenario", "lst"], "did you mean list?"), (["scenario", "nwe"], "did you mean new?"),
                (["judge", "chek"], "did you mean check?"), (["judge", "gone.yaml"], "kbench judge new NAME"),
                (["docter"], "did you mean doctor?"),
            ])
        func mistyped(words: [String], fix: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(words, in: folder)
            try ErrorTests.expect(outcome, exitCode: 64, cause: words[words.count - 1], fix: fix, in: folder)
        }
    }
}
