// The keys of scenario files about data loss and group membership, and what a person is told about either.
import Engine
import Harness
import Ingestion
import Judgement
import Results
import Testing
import World

@testable import Scenarios

@Suite("Keys for a topic that changes")
struct LivingTopicKeysTests {
    private func scenario(_ lines: String...) throws -> Scenario {
        let text = """
            name: sample
            summary: A sample.
            records: 100
            partitions: 4
            record-bytes: 200
            block-records: 10
            batch-records: 20
            \(lines.joined(separator: "\n"))
            runs:
              - strategy: receiver-wal
                crash: receiver.offsets.commit.torn@1
                expect:
                  append: {duplicates: 0, lost: 0}
            """
        return try ScenarioFile.parse(text, file: "sample.yaml")
    }

    private func refusal(_ lines: String) -> ScenarioError? {
        do { _ = try scenario(lines) } catch { return error as? ScenarioError }
        return nil
    }

    @Test("default to failing and to manual assignment")
    func defaults() throws {
        #expect(try scenario().onDataLoss == .fail)
        #expect(try scenario().membership == .manual)
        #expect(try scenario("membership: manual").membership == .manual)
    }

    @Test("say what to do about lost offsets, and how to be a member")
    func values() throws {
        #expect(try scenario("on-data-loss: skip").onDataLoss == .skip)
        #expect(
            try scenario("membership: group").membership
                == .group(sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 1000))
        #expect(
            try scenario("membership: group", "session-timeout-ms: 9_000", "heartbeat-ms: 3_000").membership
                == .group(sessionTimeoutMilliseconds: 9000, heartbeatMilliseconds: 3000))
    }

    @Test(
        "are refused where they cannot be",
        arguments: [
            ("on-data-loss: ignore", ScenarioError.Code.unknownName, "on-data-loss"),
            ("membership: groups", .unknownName, "membership"),
            ("heartbeat-ms: 1000", .impossibleValue, "heartbeat-ms"),
            ("session-timeout-ms: 6000", .impossibleValue, "session-timeout-ms"),
            ("membership: group\nheartbeat-ms: 2_001", .impossibleValue, "heartbeat-ms"),
            ("membership: group\nsession-timeout-ms: 10", .impossibleValue, "session-timeout-ms"),
        ])
    func refused(lines: String, code: ScenarioError.Code, key: String) throws {
        let error = try #require(refusal(lines))
        #expect(error.code == code && error.location.key == key)
        #expect(!error.fix.isEmpty)
    }

    @Test("leave no closed form where it depends on who gets which partition")
    func closedForms() throws {
        #expect(try RunPlan.plans(of: scenario())[0].expected != nil)
        #expect(try RunPlan.plans(of: scenario("membership: group"))[0].expected == nil)
        var whole = try scenario("membership: group")
        whole.runs[0].crashes[0].point = CrashPoint(.receiverOffsetsCommit, .before)
        #expect(try RunPlan.plans(of: whole)[0].expected?.n == 10)
    }

    @Test("lead to an error that names the fix, and makes the run invalid")
    func diagnosis() {
        let lost = Diagnosis(of: EngineError(.dataLost, "offset 5 of t/0 is wanted", location: "t/0@5"))
        #expect(lost.cause == "offset 5 of t/0 is wanted (t/0@5)")
        #expect(lost.fix.contains("retention") && lost.fix.contains("on-data-loss: skip"))
        #expect(lost.exitCode == .invalidRun)
        let replaced = Diagnosis(of: EngineError(.topicReplaced, "offset 5 of t/0 is wanted", location: "t/0@5"))
        #expect(replaced.fix.contains("the topic that was meant") && replaced.exitCode == .invalidRun)
        #expect(Diagnosis(of: BrokerError(.fenced, "over", location: "g")).fix.contains("session-timeout-ms"))
    }
}
