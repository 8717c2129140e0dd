// The committed policy is read as it stands, and every mistake in one is named with its line, key and fix.
import Foundation
import Harness
import Results
import Testing
import World

@testable import Gate

@Suite struct GatePolicyFileTests {
    @Test func theCommittedPolicyIsRead() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let policy = try GatePolicyFile.read(root.appendingPathComponent("Benchmarks/gate.yaml").path)
        #expect(policy.rules.first == GatePolicy.Rule(metric: "all", tier: 0, marginPercent: 0))
        #expect(policy.rules.contains(GatePolicy.Rule(metric: "recordsPerSecond", tier: 1, marginPercent: 2)))
        #expect(!policy.inconclusiveIsRed)
    }

    @Test func theCommittedPolicyForStoredBaselinesIsRead() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let policy = try GatePolicyFile.read(root.appendingPathComponent("Benchmarks/stored.yaml").path)
        #expect(policy.otherMachineIsRed && policy.rules.allSatisfy { $0.tier == 1 && $0.direction != nil })
    }

    @Test func directionMarginAndAnotherMachineAreRead() throws {
        let text = """
            inconclusive: pass
            other-machine: pass
            rules:
              - {metric: publishRate, tier: 1, margin: 10%, direction: higher}
              - {metric: p99, tier: 1, margin: 2.5 %, direction: lower}
              - {metric: all, tier: 1, margin-percent: 5}
            """
        let policy = try GatePolicyFile.parse(text, file: "gate.yaml")
        #expect(
            policy.rules == [
                .init(metric: "publishRate", tier: 1, marginPercent: 10, direction: .higher),
                .init(metric: "p99", tier: 1, marginPercent: 2.5, direction: .lower),
                .init(metric: "all", tier: 1, marginPercent: 5),
            ])
        #expect(!policy.otherMachineIsRed)
        let silent = try GatePolicyFile.parse(text.replacing("other-machine: pass\n", with: ""), file: "gate.yaml")
        #expect(silent.otherMachineIsRed, "what nobody said is red")
    }

    /// A policy's text, and what the refusal names.
    static let mistakes: [(text: String, cause: String, fix: String)] = [
        ("", "gate.yaml: not YAML: the file is empty", "check"),
        ("rules: []", "gate.yaml:1: the key 'inconclusive' is missing", "inconclusive"),
        (
            "inconclusive: maybe\nrules: [{metric: all, tier: 0, margin-percent: 0}]",
            "gate.yaml:1: inconclusive: 'maybe' is not known here", "write pass or red"
        ),
        ("inconclusive: red\nrules: []", "gate.yaml:2: rules: the list is empty", "at least one"),
        (
            "inconclusive: red\nrules:\n  - {metric: all, teir: 0, margin-percent: 0}",
            "gate.yaml:3: rules[0]: 'teir' is not known here", "did you mean tier?"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 2, margin-percent: 0}",
            "gate.yaml:3: rules[0].tier: 2 is not within 0 to 1", "0 to 1"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 1, margin-percent: two}",
            "gate.yaml:3: rules[0].margin-percent: 'two' is no number of per cent", "0 to 1000"
        ),
        (
            "inconclusive: red\nother-machine: maybe\nrules: [{metric: all, tier: 1, margin: 2%}]",
            "gate.yaml:2: other-machine: 'maybe' is not known here", "write pass or red"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 1, margin: 2}",
            "gate.yaml:3: rules[0].margin: '2' is no margin", "such as 10%"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 1, margin: -2%}",
            "gate.yaml:3: rules[0].margin: '-2%' is no margin", "0 to 1000"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 1, margin: 2%, margin-percent: 2}",
            "gate.yaml:3: rules[0].margin-percent: the rule has a margin already", "leave out one"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 1, margin: 2%, direction: up}",
            "gate.yaml:3: rules[0].direction: 'up' is not known here", "write higher"
        ),
        (
            "inconclusive: red\nrules:\n  - {metric: all, tier: 1, margin: 2%, dirction: lower}",
            "gate.yaml:3: rules[0]: 'dirction' is not known here", "did you mean direction?"
        ),
        (
            "inconclusive: red\nrules:\n  - {tier: 1, margin-percent: 2}",
            "gate.yaml:3: rules[0]: the key 'metric' is missing", "metric"
        ),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamed(text: String, cause: String, fix: String) {
        let error = #expect(throws: ScenarioError.self) { try GatePolicyFile.parse(text, file: "gate.yaml") }
        #expect(error?.cause == cause)
        #expect(error?.fix.contains(fix) == true, "\(error?.fix ?? "")")
        #expect(error?.exitCode == .usage)
    }
}
