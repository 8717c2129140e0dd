// What a scenario says of the broker while workers live: read, shared between runs, refused with its line.
import BrokerScript
import Harness
import Judgement
import Scenarios
import Testing

@Suite("A scenario's script") struct ScenarioScriptTests {
    private static func text(_ top: String, _ run: String = "") -> String {
        """
        name: s
        summary: A script.
        records: 100
        partitions: 2
        record-bytes: 50
        block-records: 10
        batch-records: 20
        \(top)
        runs:
          - strategy: direct
            expect: {append: {duplicates: 0, lost: 0}}
        \(run)
          - strategy: direct-log-first
            expect: {append: {duplicates: 0, lost: 0}}
        """
    }

    @Test("is every run's that has none of its own, with topic and group left out")
    func sharing() throws {
        let scenario = try ScenarioFile.parse(
            Self.text(
                "script: [{on: fetch, nth: 2, leader-moves: {partition: 0, to: 1}}]",
                "    script: [on=fetch cut=before]"),
            file: "s.yaml")
        #expect(
            scenario.runs.map { $0.script.map(\.line) } == [
                ["on=fetch cut=before"], ["on=fetch nth=2 leader-moves partition=0 to=1"],
            ])
        let events = try BrokerHost.events(scenario.runs[1].script, topic: "orders", group: "g")
        #expect(events.map(\.act) == [.leaderMoves(topic: "orders", partition: 0, to: 1)])
        // Both are ridden out, so the closed forms hold.
        #expect(try RunPlan.plans(of: scenario).map { $0.expected?.lost } == [0, 0])
        #expect(try RunPlan.plans(of: scenario).map(\.script.count) == [1, 1])
    }

    @Test("leaves nothing foretold where clients do not ride it out")
    func openForms() throws {
        let scenario = try ScenarioFile.parse(
            Self.text("script: [{on: offset-commit, expel-members: }]"), file: "s.yaml")
        #expect(try RunPlan.plans(of: scenario).map(\.expected) == [nil, nil])
    }

    static let mistakes: [(script: String, cause: String, fix: String)] = [
        ("script: [{on: fetch, topic-anew: }]", "s.yaml:8: script[0]: it changes what there is to read", "between"),
        ("script: [{on: produce, lose: records}]", "s.yaml:8: script[0]: it changes what there is to read", "between"),
        ("script: [{on: fetsch, cut: after}]", "s.yaml:8: script[0].on: 'fetsch' is none of", "did you mean fetch?"),
        ("script: []", "s.yaml:8: script: the list is empty", "at least one"),
    ]

    @Test("is refused with its line", arguments: mistakes)
    func refusals(script: String, cause: String, fix: String) {
        let error = #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(Self.text(script), file: "s.yaml")
        }
        #expect(error?.cause.hasPrefix(cause) == true, "\(error?.cause ?? "")")
        #expect(error?.fix.contains(fix) == true, "\(error?.fix ?? "")")
    }
}
