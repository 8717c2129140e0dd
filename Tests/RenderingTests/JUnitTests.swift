// A judged pipeline as a test suite, in the form that systems of continuous integration read.
import Foundation
import FoundationXML
import Results
import Testing

@testable import Rendering

@Suite("The runs of a judged pipeline as cases of a test") struct JUnitTests {
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
        #expect(count("tests") == "3" && count("failures") == "1" && count("errors") == "1" && count("time") == "4.5")
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
}
