// The rules of each format, one by one.
import Foundation
import Testing

@testable import Report

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
        #expect(CSVReport.quoted(cell) == quoted)
    }

    @Test func everyCSVLineHasAsManyCellsAsTheHeader() {
        let lines = CSVReport.render(Sample.passing).split(separator: "\r\n")
        #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }).count == 1)
    }

    @Test func aBarInACellDoesNotEndTheCell() {
        var table = MarkdownTable([.init(heading: "a", isNumeric: false), .init(heading: "b", isNumeric: true)])
        table.add(["x|y", "1"])
        #expect(
            table.render() == """
                | a    |   b |
                |:-----|----:|
                | x\\|y |   1 |

                """)
    }

    @Test func jsonIsReadBackAsItWas() throws {
        #expect(try JSONReport.parse(JSONReport.render(Sample.failing)) == Sample.failing)
    }

    @Test func jsonHasEveryKeyOfTheContractInEveryRun() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(JSONReport.render(Sample.failing).utf8)) as? [String: Any])
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
            #expect(Set((run["expected"] as? [String: Any] ?? [:]).keys) == ["duplicates", "ingestDuplicates", "lost"])
        }
        #expect(runs[0]["crashPoint"] is NSNull, "no crash is null, not a missing key")
    }

    @Test func jsonHasNullWhereTheSemanticsGiveNoNumber() throws {
        var result = Sample.passing
        result.runs[0].expected = .init(duplicates: nil, ingestDuplicates: nil, lost: 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(JSONReport.render(result).utf8)) as? [String: Any])
        let expected = (object["runs"] as? [[String: Any]])?.first?["expected"] as? [String: Any]
        #expect(expected?["duplicates"] is NSNull && expected?["ingestDuplicates"] is NSNull)
        #expect(try JSONReport.parse(JSONReport.render(result)) == result)
    }

    @Test func jsonRefusesWhatIsNoNumber() {
        var result = Sample.passing
        result.runs[0].recordsPerSecond = .infinity
        #expect(throws: EncodingError.self) { try JSONReport.render(result) }
    }

    @Test func aDisagreementThatNoCountShowsIsStillNamed() {
        var result = Sample.passing
        result.verdict = .fail
        result.runs[0].agrees = false
        #expect(
            TextReport.render(result).contains(
                "receiver-wal/append differs: the closed form disagrees with the scenario's statement"))
    }

    @Test func cutsByTimeAreNamedInTheReport() {
        var result = Sample.passing
        result.load.blockRecords = nil
        #expect(MarkdownReport.render(result).contains("blocks and batches cut by time"))
    }
}
