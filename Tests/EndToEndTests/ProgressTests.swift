// The progress bar: for eyes only.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct ProgressTests {
        private static let terminal = "/usr/bin/script"
        private static let command = ["scenario", "idle-crash", "--records", "1000", "--strategy", "direct"]

        @Test func whereNobodyWatchesNothingIsDrawn() async throws {
            let outcome = try await Kbench.run(Self.command, in: Folder())
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.errors == "")
            #expect(!outcome.output.contains("\r"))
        }

        @Test(
            .enabled(
                if: FileManager.default.isExecutableFile(atPath: terminal), "needs script(1) of util-linux"),
            arguments: [(["--quiet"], false), ([], true)])
        func aTerminalSeesABarUnlessItIsAskedNotTo(options: [String], isDrawn: Bool) async throws {
            let line = ([Kbench.path] + Self.command + options).joined(separator: " ")
            let outcome = try await Kbench.runProgram(Self.terminal, ["-qec", line, "/dev/null"], in: Folder())
            #expect(outcome.status == .exited(0), "\(outcome)")
            // A terminal's own line ends are CR LF; the bar returns to the start of its line without one.
            let overwritten = outcome.output.replacing("\r\n", with: "\n").contains("\r")
            #expect(overwritten == isDrawn, "\(outcome)")
            #expect(outcome.output.contains("PASS idle-crash"), "\(outcome)")
        }
    }
}
