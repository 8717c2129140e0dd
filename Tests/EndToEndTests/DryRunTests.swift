// --dry-run of every long command: it says what would run and how long it takes, runs nothing and leaves nothing.
import Foundation
import Testing

extension EndToEnd {
    @Suite("Dry runs") struct DryRunTests {
        /// What other tools rely on.
        private struct Estimate: Decodable {
            var schema: String
            var kind: String
            var unit: String
            var units: Int
            var names: [String]
            var seconds: Double
            var basis: String
        }

        /// A command, what its units are called, and how many there are; nil: as many as it has names of.
        static let commands: [(words: [String], kind: String, unit: String, units: Int?)] = [
            (
                ["bench", "--strategy", "direct", "--pairs", "2", "--sweep", "partitions=1,2"], "bench", "trial",
                2 * (1 + 2 * 2 + 2 + 1)
            ),
            (["bench", "recovery", "--sizes", "1,2", "--pairs", "3"], "bench-recovery", "round", 6),
            (["capacity"], "capacity", "probe", 20),
            (["ceilings", "--pairs", "2"], "ceilings", "part", 6),
            (["matrix", "--strategy", "direct", "--sink", "append", "--shard", "1/3"], "matrix", "cell", 11),
            (["matrix", "--against", "spark-3.5.7", "--world", "simulated"], "reference", "row", nil),
            (["atlas", "--strategy", "direct", "--sink", "append,batch-keyed"], "atlas", "unit", nil),
            (["swarm", "--seeds", "1..5"], "swarm", "seed", 5), (["mutants"], "mutants", "hunt", nil),
            (["claims", "--claim", "C3,C5"], "claims", "scenario", 2),
            (
                ["judge", "my.yaml", "--points", "wire.offset-commit.request@1,wire.fetch.response@2"], "judge", "run",
                3
            ),
            (["league", "my.yaml", "--speed-records", "0"], "league", "run", 27),
            (["compare", "A", "B", "--pairs", "7", "--best-of", "2"], "compare", "run", 32),
            (["gate", "--policy", "gate.yaml", "A", "B", "--tier", "0"], "compare", "run", 2),
        ]

        @Test(arguments: commands)
        func nothingIsRunAndNothingIsMade(words: [String], kind: String, unit: String, units: Int?) async throws {
            let folder = try Folder()
            try folder.write(
                "pipeline: mine\ncommand: [\"true\"]\noutput: {files: \"{output}\"}\nguarantee: none\n", to: "my.yaml")
            try folder.write("inconclusive: red\nrules: [{metric: all, tier: 0, margin: 0%}]\n", to: "gate.yaml")
            let before = try folder.contents()
            let outcome = try await Kbench.run(words + ["--dry-run", "--format", "json"], in: folder)
            #expect(outcome.status == .exited(0) && outcome.errors == "", "\(outcome)")
            let estimate = try JSONDecoder().decode(Estimate.self, from: Data(outcome.output.utf8))
            #expect(estimate.schema == "kbench.estimate" && estimate.kind == kind && estimate.unit == unit)
            #expect(
                estimate.units == units ?? estimate.names.count && estimate.basis == "shipped" && estimate.seconds > 0,
                "\(outcome)")
            #expect(try folder.contents() == before)
        }

        @Test func theNextEstimateIsByWhatTheLastOneTook() async throws {
            let folder = try Folder()
            let words = ["swarm", "--seeds", "1..20"]
            let run = try await Kbench.run(words + ["--quiet"], in: folder)
            #expect(run.status == .exited(0), "\(run)")
            let dry = try await Kbench.run(
                ["swarm", "--seeds", "1..2000", "--dry-run", "--color", "always"], in: folder)
            #expect(dry.status == .exited(0) && dry.output.hasPrefix("\u{1b}[33mDRY\u{1b}[0m RUN swarm: about 2,000"))
            #expect(dry.sentences.contains("a seed, as in results/\(try folder.results()[0])"), "\(dry)")
            // Whoever watches a real run is told at its start.
            let watched = try await Kbench.runProgram(
                "/usr/bin/script", ["-qec", "'\(Kbench.path)' \(words.joined(separator: " "))", "/dev/null"], in: folder
            )
            #expect(watched.output.hasPrefix("swarm: about 20 seeds, less than a second ("), "\(watched)")
        }
    }
}
