// Scenarios with a job: what their files may say.
import Engine
import Harness
import Ingestion
import Judgement
import Testing
import World

@testable import Scenarios

@Suite struct JobScenarioTests {
    private static func text(job: String, expect: String) -> String {
        """
        name: jobs
        summary: A job.
        job: \(job)
        records: 100
        partitions: 2
        record-bytes: 100
        block-records: 10
        batch-records: 20
        runs:
          - strategy: direct
            crash: sink.sync.after@2
            expect: \(expect)
        """
    }

    @Test(arguments: [Job.wordCount, .checksumSum])
    func aJobThatKeepsAStateIsHeldToItsState(job: Job) throws {
        let text = Self.text(job: job.rawValue, expect: "{state: {duplicates: 0, lost: 0}}")
        let scenario = try ScenarioFile.parse(text, file: "jobs.yaml")
        #expect(scenario.job == job)
        let plan = try #require(try RunPlan.plans(of: scenario).first)
        #expect(plan.job == job && plan.outputName == job.rawValue)
        #expect(plan.expected?.duplicates == 0 && plan.expected?.lost == 0)
    }

    @Test func withoutAJobEveryRecordBecomesARow() throws {
        let text = Self.text(job: "identity", expect: "{append: {duplicates: E, lost: 0}}")
        let scenario = try ScenarioFile.parse(text, file: "jobs.yaml")
        #expect(scenario.job == .identity)
        #expect(try RunPlan.plans(of: scenario).first?.outputName == "append")
    }

    @Test(arguments: [
        ("word-count", "{append: {duplicates: 0, lost: 0}}"), ("identity", "{state: {duplicates: 0, lost: 0}}"),
        ("word-cuont", "{state: {duplicates: 0, lost: 0}}"),
    ])
    func whatDoesNotFitTheJobIsRefused(job: String, expect: String) {
        #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(Self.text(job: job, expect: expect), file: "jobs.yaml")
        }
    }
}
