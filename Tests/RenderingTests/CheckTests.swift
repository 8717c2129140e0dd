// Judged results as cases, in the forms that systems of continuous integration read.
import Foundation
import FoundationXML
import Results
import Testing

@testable import Rendering

@Suite("The cases of judged results") struct CheckTests {
    private static func result(_ runs: [JudgeResult.Run]) -> JudgeResult {
        JudgeResult(
            pipeline: "a <b> & \"c\"", broker: BrokerInfo(kind: "embedded", address: "a:1"),
            feed: .init(records: 9, partitions: 3), claimed: .atLeastOnce, census: [],
            findings: [.init("rows-hidden", "for 3 s\u{1}")], runs: runs)
    }

    private static func run(_ point: String?, lost: Int = 0, invalid: String? = nil) -> JudgeResult.Run {
        var run = JudgeResult.Run(point: point, occurrence: point.map { _ in 2 }, reproduce: "kbench judge <again>")
        (run.lost, run.invalidReason, run.seconds) = (lost, invalid, 1.5)
        return run
    }

    @Test("say what fails, and what shows nothing, in well-formed XML")
    func cases() throws {
        let text = Self.result([Self.run(nil), Self.run("x", lost: 1), Self.run("y", invalid: "never came")]).junit
        let document = try XMLDocument(xmlString: text)
        let suite = try #require(document.rootElement())
        func count(_ name: String) -> String? { suite.attribute(forName: name)?.stringValue }
        #expect(count("tests") == "3" && count("failures") == "1" && count("errors") == "1" && count("time") == "4.500")
        #expect(count("name") == "kbench judge a <b> & \"c\"")
        let cases = suite.elements(forName: "testcase")
        #expect(cases.map { $0.attribute(forName: "name")?.stringValue } == ["the run without a kill", "x@2", "y@2"])
        #expect(cases[0].childCount == 0)
        let failure = try #require(cases[1].elements(forName: "failure").first)
        #expect(failure.attribute(forName: "message")?.stringValue?.contains("1 lost") == true)
        #expect(failure.stringValue == "kbench judge <again>")
        #expect(cases[2].elements(forName: "error").first?.attribute(forName: "message")?.stringValue == "never came")
        #expect(suite.elements(forName: "system-out").first?.stringValue == "rows-hidden: for 3 s")
    }

    @Test("stand in SARIF with their rule, place and command")
    func findings() throws {
        let text = try Self.result([Self.run(nil), Self.run("x", lost: 1), Self.run("y", invalid: "never came")])
            .sarif()
        let log = try JSONDecoder().decode(SARIFLog.self, from: Data(text.utf8))
        #expect(log.version == "2.1.0" && log.runs.count == 1)
        let run = try #require(log.runs.first)
        let rules = run.tool.driver.rules.map(\.id)
        #expect(run.tool.driver.name == "kbench")
        #expect(run.results.map(\.ruleId) == ["guarantee-broken", "shows-nothing"])
        #expect(run.results.map(\.level) == ["error", "warning"])
        for result in run.results {
            #expect(rules.contains(result.ruleId))
            #expect(result.message.text.hasSuffix("\nagain: kbench judge <again>"))
        }
        #expect(run.results.first?.locations.first?.logicalLocations.first?.name == "x@2")
    }

    /// What of a result is told; only the kind of its standing, as words are other tests' affair.
    private static func outline(_ result: some Judged) -> [String] {
        result.checks.map { check in
            switch check.standing {
            case .passed: "passed \(check.name)"
            case .failed: "failed \(check.name)"
            case .invalid: "invalid \(check.name)"
            }
        }
    }

    @Test("are a scenario's runs, and its experiment where that has something to say")
    func scenario() {
        #expect(
            Self.outline(Sample.passing) == [
                "passed receiver-wal/append, killed at receiver.offsets.commit.before@37",
                "passed receiver-wal/offset-keyed, killed at receiver.offsets.commit.before@37",
            ])
        #expect(
            Self.outline(Sample.failing).prefix(3) == [
                "passed raw", "failed receiver-wal/append, killed at receiver.offsets.commit.before@37",
                "invalid direct/append, killed at batch.submit.after@4",
            ])
        var broken = Sample.passing
        broken.experiment.complaints = ["the order is another"]
        #expect(Self.outline(broken).last == "failed the experiment")
        broken.experiment.invalidReason = "no clock"
        #expect(Self.outline(broken).last == "invalid the experiment")
    }

    @Test("are a matrix's cells, each with the command that repeats it")
    func matrix() throws {
        let counts = MatrixCell.Measured(
            duplicates: 100, ingestDuplicates: 100, reexecutionDuplicates: 0, lost: 0, redone: 0)
        func cell(_ point: String, fired: Bool = true, expected: Int = 100, simulated: Int? = nil) -> MatrixCell {
            var other = counts
            other.duplicates = simulated ?? 100
            return MatrixCell(
                strategy: "receiver-wal", sink: "append", fidelity: "sound", point: point, row: nil,
                rowIsInferred: false, crashFired: fired, measured: counts,
                simulated: simulated == nil ? nil : other,
                expected: .init(duplicates: expected, ingestDuplicates: expected, lost: 0), fault: nil)
        }
        var result = MatrixResult(
            world: "real", fidelity: "sound", seed: 7,
            load: Load(records: 8, partitions: 1, recordBytes: 32, blockRecords: 1, batchRecords: 1),
            cells: [
                cell("a.before@1"), cell("b.before@2", fired: false), cell("c.before@3", expected: 0),
                cell("d.before@4", simulated: 90),
            ])
        #expect(
            Self.outline(result) == [
                "passed receiver-wal/append at a.before@1", "invalid receiver-wal/append at b.before@2",
                "failed receiver-wal/append at c.before@3", "failed receiver-wal/append at d.before@4",
            ])
        #expect(result.checks.first?.reproduce == "")
        result.reproduceCell = "kbench matrix --strategy {strategy} --sink {sink} --point {point} --seed 7"
        #expect(
            result.checks.first?.reproduce
                == "kbench matrix --strategy receiver-wal --sink append --point a.before --seed 7")
    }

    @Test("are a gate's metrics, of which those without a rule never fail, and what is broken")
    func gate() {
        let policy = GatePolicy(
            rules: [
                .init(metric: "process/cpuSeconds", tier: 1, marginPercent: 2),
                .init(metric: "nothing", tier: 1, marginPercent: 2),
            ], inconclusiveIsRed: false)
        var notified = GateDocumentTests.slower
        notified.name = "process/wallSeconds"
        let result = policy.judge(GateDocumentTests.comparison([GateDocumentTests.slower, notified]))
        #expect(
            Self.outline(result) == [
                "failed process/cpuSeconds", "passed process/wallSeconds", "failed direct/append: 1 lost, 0 before",
                "invalid nothing",
            ])
    }
}

/// What is read of a log again.
private struct SARIFLog: Decodable {
    var version: String
    var runs: [Run]

    struct Run: Decodable {
        var tool: Tool
        var results: [Result]
    }
    struct Tool: Decodable { var driver: Driver }
    struct Driver: Decodable {
        var name: String
        var rules: [Rule]
    }
    struct Rule: Decodable { var id: String }
    struct Result: Decodable {
        var ruleId: String
        var level: String
        var message: Message
        var locations: [Location]
    }
    struct Message: Decodable { var text: String }
    struct Location: Decodable { var logicalLocations: [Name] }
    struct Name: Decodable { var name: String }
}
