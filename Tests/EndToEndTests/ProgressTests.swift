// What only a terminal gets: the progress bar, and text in its width.
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

        @Test(
            .enabled(
                if: FileManager.default.isExecutableFile(atPath: terminal), "needs script(1) of util-linux"),
            arguments: [(80, true), (100, false), (200, false)])
        func textIsAsWideAsTheTerminal(width: Int, isDropped: Bool) async throws {
            let command = "matrix --world simulated --strategy direct --sink append --point sink.write.after --quiet"
            let line = "stty cols \(width); \(Kbench.path) \(command)"
            let outcome = try await Kbench.runProgram(Self.terminal, ["-qec", line, "/dev/null"], in: Folder())
            #expect(outcome.status == .exited(0), "\(outcome)")
            let lines = outcome.output.replacing("\r\n", with: "\n").split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= width }, "\(outcome)")
            #expect(outcome.sentences.contains("not shown in \(width) columns: ") == (width < 200), "\(outcome)")
            #expect(outcome.sentences.contains(", expected lost") == isDropped, "\(outcome)")
        }
    }
}
