// Two real worker processes on one state: one goes on, the other is stopped, both say why, and nothing shows twice.
import Engine
import Foundation
import Harness
import Ingestion
import Posix
import Results
import Testing

@testable import Scenarios

@Suite(.serialized, .timeLimit(.minutes(5))) struct SecondDriverTests {
    /// What either driver's message must name, the processes' numbers left out.
    static let strategies: [(strategy: Strategy, goesOn: String, first: String, second: String)] = [
        (.direct, "first", "was refused", "holds its lock (/"),
        (.receiverWal, "first", "was refused", "holds its lock (/"),
        (
            .directLogFirst, "second", "may not plan batch 4: another driver (process ",
            "goes on after batch 3, which process "
        ),
        (
            .directTransactional, "second", "is fenced: driver 2 (process ", "took over from driver 1 (process "
        ),
    ]

    @Test(arguments: strategies)
    func oneGoesOnAndBothSayWhy(strategy: Strategy, goesOn: String, first: String, second: String) async throws {
        var scenario = try ScenarioLibrary.find("second-driver")
        scenario.strategies = [strategy]
        let result = try await run(scenario)
        #expect(result.verdict == .pass, "\(result.experiment.complaints)")
        let evidence = result.experiment.evidence
        #expect(evidence.count == 3)
        for (name, value) in evidence { #expect(value == (name.hasSuffix("went on") ? 1 : 0), "\(name)") }
        let notes = result.experiment.notes
        #expect(notes.count == 2)
        for (note, (driver, message)) in zip(notes, [("first", first), ("second", second)]) {
            let words = goesOn == driver ? "went on" : "stopped"
            #expect(
                note.contains("\(driver) driver, \(words): process ") || strategy == .directTransactional, "\(note)")
            #expect(note.contains(message), "\(note)")
            #expect(note.contains("process "), "\(note)")
        }
        let table = try #require(result.experiment.tables.first)
        #expect(table.rows.count == 1)
        #expect(table.rows.allSatisfy { $0.suffix(2) == ["0", "0"] })
    }

    @Test func aFirstDriverThatNeverGetsToItsThirdBatchIsNoExperiment() async throws {
        var scenario = try ScenarioLibrary.find("second-driver")
        scenario.strategies = [.direct]
        scenario.records = 400
        await #expect {
            _ = try await run(scenario)
        } throws: {
            ($0 as? Diagnosis)?.cause.contains("ended before it came to batch.submit.after@3") == true
        }
    }

    private func run(_ scenario: Scenario) async throws -> ScenarioResult {
        let test = try Processes.executablePath()
        let binary = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("kbench").path
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-two-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let runner = ScenarioRunner(
            options: RunOptions(
                brokers: nil, properties: [], workDirectory: folder.path, workerExecutable: binary, reproduce: "",
                version: "test"))
        return try await runner.run(scenario)
    }
}
