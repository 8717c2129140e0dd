// The rules of each format, one by one.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct FormatTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func wholeNumbersAreGroupedByThousands(number: Int, text: String) {
        #expect(Numbers.grouped(number) == text)
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (2.255, 1, "2.3"), (1_234.5, 0, "1,235"), (-0.04, 1, "0.0"), (-12.5, 1, "-12.5"),
        (9.999, 2, "10.00"), (.infinity, 1, "-"), (.nan, 1, "-"), (1e18, 0, "-"),
    ])
    func numbersWithDecimalsAreRounded(number: Double, places: Int, text: String) {
        #expect(Numbers.fixed(number, places: places) == text)
    }

    @Test(arguments: [(0.0, "0 ms"), (0.0423, "42 ms"), (0.99951, "1.00 s"), (75.0, "75.00 s")])
    func durationsAreInMillisecondsBelowASecond(seconds: Double, text: String) {
        #expect(Numbers.duration(seconds: seconds) == text)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("a \"b\"", "\"a \"\"b\"\"\""), ("a\r\nb", "\"a\r\nb\""),
        ("a\nb", "\"a\nb\""), ("", ""),
    ])
    func csvCellsAreQuotedWhereTheyMustBe(cell: String, quoted: String) {
        #expect(CSV.quoted(cell) == quoted)
    }

    @Test func everyCSVLineHasAsManyCellsAsTheHeader() {
        let lines = Sample.passing.document.csv.split(separator: "\r\n")
        #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }).count == 1)
    }

    @Test func aBarInACellDoesNotEndTheCell() {
        let table = Table([("x|y", 1)], [.words("a") { $0.0 }, .count("b") { $0.1 }])
        #expect(
            table.markdown == """
                | a    |   b |
                |:-----|----:|
                | x\\|y |   1 |
                """)
    }

    @Test func jsonIsReadBackAsItWas() throws {
        #expect(try ScenarioResult(json: Data(Sample.failing.json().utf8)) == Sample.failing)
    }

    @Test func jsonHasEveryKeyOfTheContractInEveryRun() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(Sample.failing.json().utf8)) as? [String: Any])
        #expect(Set(["scenario", "seed", "valid", "verdict", "broker", "runs"]).isSubset(of: Set(object.keys)))
        #expect((object["broker"] as? [String: Any])?["kind"] as? String == "embedded")
        let promised: Set = [
            "strategy", "sink", "crashPoint", "crashFired", "produced", "delivered", "duplicates", "ingestDuplicates",
            "reexecutionDuplicates", "lost", "corrupted", "expected", "restarts", "walBytesWritten", "diskBytesPeak",
            "ingestedBytes", "recordsPerSecond", "recoverySeconds", "recovery", "walLiveBytes", "orphanBytes",
            "orphanBytesAtRecovery",
        ]
        let runs = try #require(object["runs"] as? [[String: Any]])
        #expect(runs.count == 3)
        for run in runs {
            #expect(promised.subtracting(run.keys).isEmpty)
            let parts = run["recovery"] as? [String: Any] ?? [:]
            #expect(
                Set(parts.keys) == [
                    "detectSeconds", "openSeconds", "readSeconds", "replaySeconds", "refetchSeconds",
                    "firstFreshOutputSeconds",
                ])
            #expect((parts["detectSeconds"] is NSNull) == (run["crashPoint"] is NSNull))
            #expect(
                Set((run["expected"] as? [String: Any] ?? [:]).keys) == [
                    "duplicates", "ingestDuplicates", "lost", "refused",
                ])
        }
        #expect(runs[0]["crashPoint"] is NSNull, "no crash is null, not a missing key")
    }

    @Test func jsonHasNullWhereTheSemanticsGiveNoNumber() throws {
        var result = Sample.passing
        result.runs[0].expected = .init(duplicates: nil, ingestDuplicates: nil, lost: 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(result.json().utf8)) as? [String: Any])
        let expected = (object["runs"] as? [[String: Any]])?.first?["expected"] as? [String: Any]
        #expect(expected?["duplicates"] is NSNull && expected?["ingestDuplicates"] is NSNull)
        #expect(try ScenarioResult(json: Data(result.json().utf8)) == result)
    }

    @Test func jsonRefusesWhatIsNoNumber() {
        var result = Sample.passing
        result.runs[0].recordsPerSecond = .infinity
        #expect(throws: EncodingError.self) { try result.json() }
    }

    @Test func aDisagreementThatNoCountShowsIsStillNamed() {
        var result = Sample.passing
        result.verdict = .fail
        result.runs[0].agrees = false
        #expect(
            result.document.text(width: 200).contains(
                "receiver-wal/append differs: the closed form disagrees with the scenario's statement"))
    }

    @Test func cutsByTimeAreNamedInTheReport() {
        var result = Sample.passing
        result.load.blockRecords = nil
        #expect(result.document.markdown.contains("blocks and batches cut by time"))
    }
}

@Suite("What happened between two lives is in every format (issue point 7)") struct HappeningTests {
    private static let event = "the topic was made anew"
    private static let words = "offset 400 of t/0 is wanted and the log has 0 up to 100"

    /// Two runs with an event between their lives: one lost records in silence, the other refused to go on.
    private static func result(refusalIsExpected: Bool) -> ScenarioResult {
        var result = Sample.passing
        for index in result.runs.indices { result.runs[index].events = [event] }
        result.runs[0].lost = 300
        result.runs[0].lostLoudly = 100
        result.runs[0].lostSilently = 200
        result.runs[0].expected.lost = 300
        result.runs[1].refusal = words
        result.runs[1].expected.refused = refusalIsExpected
        result.runs[1].agrees = refusalIsExpected
        return result
    }

    @Test(arguments: OutputFormat.allCases)
    func theEventAndTheRefusalAreToldInItsWords(format: OutputFormat) throws {
        for isExpected in [true, false] {
            let text = try format.render(Self.result(refusalIsExpected: isExpected), width: 200)
            #expect(
                text.contains(Self.event)
                    && text.contains(Self.words))
            #expect(text.contains("refused") || !isExpected)
        }
    }

    @Test(arguments: [OutputFormat.text, .markdown])
    func lossesOfWhichNobodySpokeAreCalledSilent(format: OutputFormat) throws {
        let text = try format.render(Self.result(refusalIsExpected: true), width: 200)
        #expect(text.contains("- receiver-wal/append: before its second life \(Self.event)\n"))
        #expect(
            text.contains(
                "- receiver-wal/append lost 200 records silently, of which the engine said nothing, after \(Self.event)\n"
            ))
        #expect(text.contains("- receiver-wal/append skipped 100 records that the broker had dropped"))
        var result = Self.result(refusalIsExpected: true)
        result.runs[0].lostWithoutEvents = 50
        #expect(
            try format.render(result, width: 200).contains(
                "lost 200 records silently, of which the engine said nothing: 50 it would have lost in any case, the others "
                    + "after \(Self.event)\n"))
        result.runs[0].lostWithoutEvents = 200
        #expect(
            try format.render(result, width: 200).contains(
                "lost 200 records silently, of which the engine said nothing, as it would have without that\n"))
    }

    @Test func aRefusalIsAnOutcomeOfItsOwnOrADifference() {
        #expect(Self.result(refusalIsExpected: true).runs.map(\.outcome) == [.ok, .refused])
        #expect(Self.result(refusalIsExpected: false).runs.map(\.outcome) == [.ok, .differs])
        #expect(Self.result(refusalIsExpected: true).verdictLine.contains("2 of 2 runs as expected"))
        var wentOn = Self.result(refusalIsExpected: true)
        wentOn.runs[1].refusal = nil
        wentOn.runs[1].agrees = false
        #expect(wentOn.complaints.contains { $0.hasSuffix("it went on, and a refusal was expected") })
    }
}
