// The built-in scenarios: complete, readable, and found by name.
import Engine
import Foundation
import Harness
import Ingestion
import Results
import Testing
import World

@testable import Scenarios

@Suite struct ScenarioLibraryTests {
    /// The repository's own folder of scenarios.
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("scenarios")

    @Test func everyFileInTheFolderIsBuiltInAsItIs() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".yaml") }
        #expect(files.sorted() == ScenarioLibrary.names.map { "\($0).yaml" }.sorted())
        for file in files {
            let text = try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
            #expect(ScenarioLibrary.text(of: String(file.dropLast(".yaml".count))) == text)
        }
    }

    @Test(arguments: ScenarioLibrary.names)
    func aBuiltInScenarioIsReadableAndExplainsItself(name: String) throws {
        let scenario = try ScenarioLibrary.find(name)
        #expect(scenario.name == name)
        #expect(scenario.summary.count <= 110, "the list shows the summary in one line")
        #expect(scenario.explanation.count > 200)
        #expect(!scenario.runs.isEmpty || scenario.experiment != nil)
    }

    @Test func theListShowsNamesAndSummariesFlagshipFirst() throws {
        let list = try ScenarioLibrary.list().scenarios
        #expect(list.map(\.name) == ScenarioLibrary.names)
        #expect(
            list.map(\.name).prefix(6) == [
                "crash-before-commit", "crash-after-output", "torn-wal", "crash-in-recovery", "idle-crash", "no-crash",
            ])
        #expect(list[5].summary == "Nothing crashes; every strategy's speed as a percentage of raw polling.")
    }

    @Test func aScenarioOfAClaimIsNamedAfterIt() throws {
        for name in ScenarioLibrary.names {
            guard let claim = try ScenarioLibrary.find(name).claim else { continue }
            #expect(name.hasPrefix(claim.id.lowercased() + "-"))
        }
    }

    @Test func theFlagshipStatesTheClosedForms() throws {
        let scenario = try ScenarioLibrary.find("crash-before-commit")
        let statements = scenario.runs.flatMap { run in
            run.sinks.map {
                "\(run.strategy.rawValue) \($0.sink.rawValue) \(run.crashes.first?.description ?? "-"): "
                    + "\($0.duplicates) / \($0.lost)"
            }
        }
        #expect(
            statements == [
                "receiver-wal append receiver.offsets.commit.before@seeded: n / 0",
                "receiver-wal offset-keyed receiver.offsets.commit.before@seeded: 0 / 0",
                "direct-log-first append batch.submit.before@seeded: 0 / 0",
                "direct-log-first offset-keyed batch.submit.before@seeded: 0 / 0",
                "direct append checkpoint.generation.write.before@seeded: E / 0",
                "direct offset-keyed checkpoint.generation.write.before@seeded: 0 / 0",
            ])
    }

    @Test(arguments: [
        ("nosuch", "start with crash-before-commit; "), ("crash-before-comit", "did you mean crash-before-commit? "),
        ("no-crush", "did you mean no-crash? "),
    ])
    func anUnknownNameIsAnsweredWithTheNamesThereAre(name: String, guess: String) {
        let error = #expect(throws: ScenarioError.self) { try ScenarioLibrary.find(name) }
        #expect(error?.cause == "\(name): no scenario has this name")
        #expect(
            error?.fix == """
                \(guess)`kbench scenario list` lists them; or give the path of a .yaml file
                """)
        #expect(error?.exitCode == .usage)
    }

    @Test func aPathIsReadAsAFile() throws {
        let path = Self.folder.appendingPathComponent("no-crash.yaml").path
        #expect(try ScenarioLibrary.find(path) == ScenarioLibrary.find("no-crash"))
    }
}
