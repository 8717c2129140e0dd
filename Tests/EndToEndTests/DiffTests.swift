// `kbench diff`: two kept results side by side, its exit codes, and what it refuses.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct DiffTests {
        private static let matrix = [
            "matrix", "--world", "simulated", "--strategy", "receiver-wal", "--sink", "append", "--point",
            "receiver.offsets.commit.before,sink.write.after", "--partitions", "2", "--block-records", "10",
            "--format", "json", "--quiet",
        ]

        @Test func twoOfOneKindAreComparedAndOthersRefused() async throws {
            let folder = try Folder()
            for (name, options) in [("a", ["--batch-records", "40"]), ("b", ["--batch-records", "80"])] {
                let outcome = try await Kbench.run(Self.matrix + options, in: folder)
                #expect(outcome.status == .exited(0), "\(outcome)")
                try folder.write(outcome.output, to: "\(name).json")
            }
            try folder.write(
                try folder.text(of: "a.json").replacing("\"agrees\" : true", with: "\"agrees\" : false"), to: "c.json")
            let same = try await Kbench.run(["diff", "a.json", "a.json"], in: folder)
            #expect(same.status == .exited(0) && same.output.hasPrefix("SAME verdicts"), "\(same)")
            for format in ["text", "json", "csv", "markdown", "html"] {
                let outcome = try await Kbench.run(["diff", "a.json", "c.json", "--format", format], in: folder)
                #expect(outcome.status == .exited(3) && outcome.output.contains("failed"), "\(outcome)")
            }
            let kept = try #require(try folder.results().first)
            let list = try await Kbench.run(["list", "--format", "json"], in: folder)
            try folder.write(list.output, to: "list.json")
            let refused = try await Kbench.run(["diff", "results/\(kept)", "list.json"], in: folder)
            #expect(refused.status == .exited(64), "\(refused)")
            #expect(
                refused.errors.contains("results/\(kept) is a kbench.matrix, and list.json a kbench.list"), "\(refused)"
            )
            let other = try await Kbench.run(["diff", "results/\(kept)", "b.json"], in: folder)
            #expect(other.output.contains("Only in"), "cells of other crashes have other names: \(other)")
            #expect(other.status == .exited(3))
        }
    }
}
