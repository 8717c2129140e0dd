// Searches that go on with the steps of an interrupted one: what is there is not run again.
import Foundation
import Harness
import Results
import Testing
import World

@testable import Campaigns
@testable import Exploration

@Suite struct SearchStepsTests {
    private func inScratch(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-search-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private let header = StepJournal.Header(version: "1", settings: "s", command: "kbench swarm", startedAt: "")

    @Test("a swarm comes to the same from any number of its parts")
    func swarm() throws {
        try inScratch { folder in
            let path = "\(folder)/steps"
            func run(_ journal: StepJournal?) throws -> SwarmResult {
                var result = try SwarmRunner(seeds: 1...110, capsules: folder, version: "1", journal: journal).run()
                #expect(result.seconds > 0)
                (result.seconds, result.seedsPerSecond) = (0, 0)
                return result
            }
            let whole = try run(nil)
            let journal = StepJournal(beginning: path, header)
            #expect(try run(journal) == whole)
            #expect(journal.names.sorted() == ["seeds 1..100", "seeds 101..110"])
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            for count in 1...3 {
                try Data((lines.prefix(count).joined(separator: "\n") + "\n").utf8).write(
                    to: URL(fileURLWithPath: path))
                #expect(try run(StepJournal(resuming: path, header)) == whole)
                let again = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                #expect(again.count == 3, "what was there is not run again")
            }
        }
    }

    @Test("the parts of a swarm come to the same as the whole, in any order, and one that is missing is named")
    func parts() throws {
        try inScratch { folder in
            func runner(_ journal: StepJournal? = nil) throws -> SwarmRunner {
                try SwarmRunner(seeds: 1...210, capsules: folder, version: "1", journal: journal)
            }
            var whole = try runner().run()
            (whole.seconds, whole.seedsPerSecond) = (0, 0)
            var paths: [String] = []
            for number in 1...3 {
                let path = "\(folder)/part-\(number)"
                var part = try runner(StepJournal(beginning: path, header))
                part.shard = (number, 3)
                #expect(try part.run().seeds == (number == 3 ? 10 : 100))
                paths.append(path)
            }
            for order in [paths, paths.reversed(), paths + paths] {
                var merged = try runner().merge(StepJournal(merging: order, header))
                merged.seedsPerSecond = 0
                #expect(merged == whole)
            }
            let error = #expect(throws: Diagnosis.self) {
                try runner().merge(StepJournal(merging: [paths[0], paths[2]], header))
            }
            #expect(error?.cause == "of 3 steps 1 are in none of the files: seeds 101..200")
            #expect(error?.exitCode == .inconclusive)
            var other = header
            other.settings = "t"
            #expect(throws: Diagnosis.self) { try StepJournal(merging: paths, other) }
            #expect(throws: Diagnosis.self) { try StepJournal(merging: ["\(folder)/none"], header) }
        }
    }

    @Test("hunts that are over are taken as they were")
    func mutants() throws {
        struct Step: Codable {
            var hunt: Hunt
            var seconds: Double
        }
        try inScratch { folder in
            let path = "\(folder)/steps"
            let bug = PlantedBug.allCases[0]
            let journal = StepJournal(beginning: path, header)
            let sound = Hunt(name: "none", found: false, schedules: 4242)
            let found = Hunt(name: bug.rawValue, found: true, schedules: 17, by: "swarm")
            try journal.record("hunt none", Step(hunt: sound, seconds: 60))
            try journal.record("hunt \(bug.rawValue)", Step(hunt: found, seconds: 2.5))
            let resumed = try StepJournal(resuming: path, header)
            let result = try MutantsRunner(
                bugs: [bug], seed: 1, swarmSeeds: 0, capsules: folder, version: "1", journal: resumed
            ).run()
            #expect(result.soundSchedules == 4242 && result.falseAlarms == 0 && result.holds)
            #expect(result.bugs.map(\.schedules) == [17] && result.bugs.first?.seconds == 2.5)
        }
    }
}
