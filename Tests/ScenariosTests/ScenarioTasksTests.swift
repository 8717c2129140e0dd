// The keys of a scenario file that limit batches and divide them into tasks.
import Engine
import Harness
import Testing

@testable import Scenarios

@Suite struct ScenarioTasksTests {
    private func file(_ lines: String, cuts: String = "block-interval-ms: 10\nbatch-interval-ms: 100") -> String {
        """
        name: sample
        summary: A sample.
        records: 100
        partitions: 2
        record-bytes: 32
        \(cuts)
        \(lines)
        runs:
          - strategy: raw
        """
    }

    private func parse(_ lines: String) throws -> Scenario { try ScenarioFile.parse(file(lines), file: "sample.yaml") }

    @Test func withoutTheKeysThereAreNoLimitsAndOneTaskPerInput() throws {
        let scenario = try parse("seed: 1")
        #expect(scenario.limits == PlanLimits() && scenario.tasks == TaskSettings())
    }

    @Test func everyKeyIsRead() throws {
        let scenario = try parse(
            """
            task-slots: 4
            min-partitions: 8
            repartition: 3
            simulated-work-microseconds: 60
            limits:
              max-rate-per-partition: 2_500
              min-rate-per-partition: 5
              max-batch-records: 1000
              initial-rate: 700
              backpressure: pid
              buffer-blocks: 6
              buffer-records: 2000
            """)
        #expect(
            scenario.tasks
                == TaskSettings(slots: 4, minPartitions: 8, repartition: 3, simulatedWorkMicroseconds: 60))
        #expect(
            scenario.limits
                == PlanLimits(
                    maxRatePerPartition: 2500, minRatePerPartition: 5, maxBatchRecords: 1000, initialRate: 700,
                    backpressure: RateEstimator.Parameters(), bufferBlocks: 6, bufferRecords: 2000))
    }

    static let mistakes: [(lines: String, cause: String, fix: String)] = [
        (
            "limits: {max-rate: 5}", "sample.yaml:8: limits: 'max-rate' is not known here",
            "limits: max-rate-per-partition, min-rate-per-partition, max-batch-records, initial-rate, backpressure, "
                + "buffer-blocks, buffer-records"
        ),
        (
            "limits: {backpressure: pdi}", "sample.yaml:8: limits.backpressure: no backpressure is called 'pdi'",
            "did you mean pid? kinds of backpressure: pid, none"
        ),
        (
            "limits: {initial-rate: 5}",
            "sample.yaml:8: limits.initial-rate: an initial rate is the first of those that backpressure sets",
            "add 'backpressure: pid', or remove initial-rate"
        ),
        (
            "limits: {buffer-records: 0}", "sample.yaml:8: limits.buffer-records: 0 is not within 1 to 1000000000",
            "give limits.buffer-records a whole number from 1 to 1000000000"
        ),
        (
            "task-slots: 0", "sample.yaml:8: task-slots: 0 is not within 1 to 256",
            "give task-slots a whole number from 1 to 256"
        ),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsRefused(lines: String, cause: String, fix: String) {
        let error = #expect(throws: ScenarioError.self) { try parse(lines) }
        #expect(error?.cause == cause)
        #expect(error?.fix.hasSuffix(fix) == true, "\(error?.fix ?? "")")
    }

    @Test func limitsNeedCutsByTime() {
        let text = file("limits: {max-batch-records: 5}", cuts: "block-records: 10\nbatch-records: 50")
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.parse(text, file: "sample.yaml") }
        #expect(error?.cause == "sample.yaml:8: limits: batches cut by count have their size already")
    }

    @Test(arguments: ["task-slots: 2", "min-partitions: 5", "repartition: 2"])
    func dividedTasksHaveNoClosedForm(line: String) throws {
        let cuts = "block-records: 10\nbatch-records: 50"
        let plain = try ScenarioFile.parse(file("seed: 1", cuts: cuts), file: "sample.yaml")
        #expect(plain.shape != nil)
        #expect(try ScenarioFile.parse(file(line, cuts: cuts), file: "sample.yaml").shape == nil)
    }
}
