// Scenarios and claims that cannot be carried out to their ends show what had come out by then.
import Foundation
import Harness
import Posix
import Results
import Testing
import World

@testable import Engine
@testable import Ingestion
@testable import Judgement
@testable import Scenarios

@Suite("What could not be carried out to its end")
struct UnfinishedTests {
    private static func options(worker: String, in folder: String) -> RunOptions {
        RunOptions(
            brokers: nil, properties: [], workDirectory: folder, workerExecutable: worker, reproduce: "again",
            version: "test")
    }

    private static func folder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("kbench-unfinished-\(UUID().uuidString)").path
    }

    @Test("K2: a scenario keeps the runs that were through when another one failed")
    func scenario() async throws {
        let test = try Processes.executablePath()
        let binary = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("kbench").path
        let scenario = Scenario(
            name: "unfinished", summary: "", explanation: "", records: 400, partitions: 2, recordBytes: 100,
            cuts: .count(block: 50, batch: 100), groupCommitBlocks: 1, walCompressionLevel: nil, checkpointLagTasks: 1,
            fidelity: .sound, seed: 1, runs: [])
        let plans = [
            RunPlan(strategy: .direct, sink: .append, death: .none, expected: ExpectedOutcome()),
            // Which a worker refuses.
            RunPlan(strategy: .directTransactional, sink: .append, death: .none, expected: ExpectedOutcome()),
        ]
        let folder = Self.folder()
        let runner = ScenarioRunner(options: Self.options(worker: binary, in: folder))
        let error = await #expect(throws: UnfinishedScenario.self) { try await runner.run(scenario, plans: plans) }
        let unfinished = try #require(error)
        #expect(unfinished.result.runs.map(\.strategy) == ["direct"])
        #expect(unfinished.result.runs.first?.delivered == 400)
        #expect(unfinished.result.verdict == .invalid)
        #expect(unfinished.result.experiment.invalidReason?.contains(unfinished.diagnosis.cause) == true)
        #expect(unfinished.exitCode == unfinished.diagnosis.exitCode)
        #expect(!FileManager.default.fileExists(atPath: folder), "the run's files are left")
    }

    @Test("K2: a claim whose scenario fails does not keep the others from being measured")
    func claims() async throws {
        let folder = Self.folder()
        let runner = try ClaimsRunner(ids: ["C6", "C14"], options: Self.options(worker: "/bin/false", in: folder))
        let (claims, failures) = try await runner.run { _, _ in }
        #expect(claims.map(\.id) == ["C6", "C14"])
        #expect(claims.allSatisfy { $0.verdict == .notMeasured && $0.because.contains("worker ended unexpectedly") })
        #expect(failures.count == 2)
    }
}
