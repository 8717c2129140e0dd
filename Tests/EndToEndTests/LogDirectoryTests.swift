// A scenario whose logs lie in a folder of the user's, and whose user has a say between two lives.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct LogDirectoryTests {
        @Test func theLogLiesThereWhileTheRunsRunAndTheCommandIsCarriedOut() async throws {
            let folder = try Folder()
            try FileManager.default.createDirectory(atPath: "\(folder.path)/logs", withIntermediateDirectories: false)
            let outcome = try await Kbench.run(
                [
                    "scenario", "crash-before-commit", "--strategy", "receiver-wal", "--sink", "append",
                    "--log-directory", "logs", "--between-lives", "find -L logs/.running-* -type f -size +100k > seen",
                    "--format", "json",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let run = try #require(try outcome.report().run("receiver-wal", "append"))
            #expect(run.duplicates == 100 && run.expected.duplicates.value == 100)
            let seen = try folder.text(of: "seen")
            #expect(seen.contains("/blocks/"), "\(seen)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/logs") == [])
            try FileManager.default.removeItem(atPath: "\(folder.path)/seen")
            try FileManager.default.removeItem(atPath: "\(folder.path)/logs")
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: [
            (["--log-directory", "nowhere"], "--log-directory nowhere: there is no such folder"),
            (["--between-lives", "echo no brick >&2; false"], "no brick"),
        ])
        func whatCannotBeIsToldAndLeavesNothing(arguments: [String], said: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                ["scenario", "crash-before-commit", "--strategy", "receiver-wal", "--sink", "append"] + arguments,
                in: folder)
            #expect(outcome.status == .exited(64), "\(outcome)")
            #expect(outcome.errors.contains(said), "\(outcome)")
            #expect(try folder.workers() == [])
            #expect(try folder.temporaryFiles() == [])
        }
    }
}
