// A kept folder by itself: moved elsewhere, with what it was made from gone, it renders and repeats itself.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct KeptFolderTests {
        private static let scenario = """
            name: moved
            summary: A result that is moved to another place.
            records: 400
            partitions: 2
            record-bytes: 100
            block-records: 50
            batch-records: 100
            runs:
              - strategy: direct
                crash: sink.write.after@3
                expect: {append: {duplicates: 50, lost: 0}}
            """

        private static let formats = ["text", "json", "csv", "markdown", "html"]

        /// Moves a folder of results into another place, and has every form of it from there.
        private func reports(of kept: String, from folder: Folder, in other: Folder) async throws -> [String] {
            try FileManager.default.moveItem(atPath: "\(folder.path)/results/\(kept)", toPath: "\(other.path)/moved")
            var printed: [String] = []
            for format in Self.formats {
                let report = try await Kbench.run(["report", "moved", "--format", format], in: other)
                #expect(report.status == .exited(0) && report.errors == "", "\(report)")
                printed.append(report.output)
            }
            return printed
        }

        @Test func aScenarioOfAFileRepeatsItselfWithoutTheFile() async throws {
            let (folder, other) = (try Folder(), try Folder())
            let path = try folder.write(Self.scenario, to: "moved.yaml")
            let outcome = try await Kbench.run(["scenario", path, "--format", "json", "--quiet"], in: folder)
            let kept = try #require(try folder.results().first, "\(outcome)")
            #expect(try folder.text(of: "results/\(kept)/moved.yaml") == Self.scenario)
            try FileManager.default.removeItem(atPath: path)
            let files = ["run.json", "summary.csv", "report.md", "report.html"]
            let texts = try files.map { try folder.text(of: "results/\(kept)/\($0)") }
            let printed = try await reports(of: kept, from: folder, in: other)
            #expect(Array(printed.dropFirst()) == texts, "the folder's own files")
            #expect(printed[1] == outcome.output)
            let again = try await Kbench.run(["again", "moved"], in: other)
            #expect(again.errors.contains("moved.yaml is gone"), "\(again)")
            #expect(again.status == outcome.status && again.output.contains("moved: "), "\(again)")
            let second = try #require(try other.results().first)
            #expect(try other.text(of: "results/\(second)/moved.yaml") == Self.scenario)
        }

        @Test func aMatrixHoldsItsLoadAndItsHost() async throws {
            let (folder, other) = (try Folder(), try Folder())
            let load = "load:\n  weights: [9, 1]\n  keys: unique\n"
            try folder.write(load, to: "load.yaml")
            let command = [
                "matrix", "--world", "simulated", "--load", "load.yaml", "--strategy", "direct", "--sink", "append",
                "--point", "sink.write.after", "--partitions", "2", "--block-records", "10", "--batch-records", "40",
                "--format", "json",
            ]
            let outcome = try await Kbench.run(command, in: folder)
            let kept = try #require(try folder.results().first, "\(outcome)")
            try FileManager.default.removeItem(atPath: "\(folder.path)/load.yaml")
            let printed = try await reports(of: kept, from: folder, in: other)
            #expect(printed[1] == outcome.output)
            let host = try JSONDecoder().decode(Host.self, from: Data(try other.text(of: "moved/host.json").utf8))
            #expect(!host.kbench.isEmpty && !host.librdkafka.isEmpty && host.cores > 0)
            #expect(host.commit.wholeMatch(of: /unknown|[0-9a-f]{7,40}(-dirty)?/) != nil, "\(host.commit)")
            let again = try await Kbench.run(["again", "moved"], in: other)
            #expect(again.status == .exited(0) && again.output.contains("PASS matrix"), "\(again)")
            #expect(again.errors.contains("load.yaml is gone"), "\(again)")
        }

        private struct Host: Decodable {
            var kbench: String
            var commit: String
            var librdkafka: String
            var cores: Int
        }

        @Test func passwordsAreNotKept() async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(
                [
                    "matrix", "--strategy", "direct", "--sink", "append", "--point", "sink.write.after", "--partitions",
                    "2",
                    "--block-records", "10", "--batch-records", "40", "--quiet", "-X", "sasl.password=geheim",
                ], in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            let kept = try #require(try folder.results().first)
            for name in try folder.contents() where name.hasPrefix("results/\(kept)/") {
                #expect(try !folder.text(of: name).contains("geheim"), "\(name)")
            }
            #expect(try folder.text(of: "results/\(kept)/command").contains("sasl.password=(hidden)"))
        }
    }
}
