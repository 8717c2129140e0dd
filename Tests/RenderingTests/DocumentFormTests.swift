// The one model in every form: who gets which part, and how text fits a width.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct DocumentFormTests {
    private struct Row {
        var name: String
        var count: Int
        var share: Double?
        var words: String
    }

    private static let rows = [
        Row(name: "one", count: 1_234_567, share: 0.5, words: "a few words that may go on in the next line"),
        Row(name: "two", count: 8, share: nil, words: "an|other"),
    ]

    private static let table = Table(
        rows,
        [
            .words("name") { $0.name }, .count("read records", name: "read_records", rank: 1) { $0.count },
            .number("share", unit: "%", rank: 2, per: 0.01, places: 1) { $0.share },
            .words("why", wraps: true) { $0.words },
        ])

    private static var document: Document {
        var document = Document()
        document.add(.heading("Title", level: 1), for: .report)
        document.add(.verdict("PASS all"))
        document.add(.prose("in short"), for: .terminal)
        document.add(.prose("at length"), for: .report)
        document.add(.list(["a point of several words", "another"]))
        document.add(.list([]))
        document.add(.code("kbench again --and again --and again", label: "again"))
        return document
    }

    @Test func aTerminalGetsTheBriefPartsWithinItsWidth() {
        #expect(
            Self.document.text(width: 16) == """
                PASS all

                in short

                - a point of
                  several words
                - another

                again: kbench again --and again --and again

                """, "a command is never broken, or it could not be copied")
    }

    @Test func aReportGetsAllOfIt() {
        #expect(
            Self.document.markdown == """
                # Title

                **PASS all**

                at length

                - a point of several words
                - another

                ```
                kbench again --and again --and again
                ```

                """)
    }

    @Test(
        "a table gives way to the width: headings take two lines, then words go on in the next one, then columns go, by rank and name"
    )
    func widths() {
        #expect(
            Self.table.text(width: 100) == """
                name  read records  share %  why
                ----  ------------  -------  -------------------------------------------
                one      1,234,567     50.0  a few words that may go on in the next line
                two              8        -  an|other

                """)
        #expect(
            Self.table.text(width: 70) == """
                           read  share
                name    records      %  why
                ----  ---------  -----  -------------------------------------------
                one   1,234,567   50.0  a few words that may go on in the next line
                two           8      -  an|other

                """)
        #expect(
            Self.table.text(width: 48) == """
                           read  share
                name    records      %  why
                ----  ---------  -----  ------------------------
                one   1,234,567   50.0  a few words that may go
                                        on in the next line
                two           8      -  an|other

                """)
        #expect(
            Self.table.text(width: 47) == """
                           read
                name    records  why
                ----  ---------  ------------------------------
                one   1,234,567  a few words that may go on in
                                 the next line
                two           8  an|other
                not shown in 47 columns: share %

                """)
        #expect(
            Self.table.text(width: 1).hasPrefix("name\n----\none\n"),
            "the first column stays, however narrow the terminal")
    }

    @Test func programsGetExactNumbersAndUnitsInTheNames() {
        var document = Document()
        document.add(.table(Self.table))
        #expect(
            document.csv == "name,read_records,share_percent,why\r\n"
                + "one,1234567,0.5,a few words that may go on in the next line\r\ntwo,8,,an|other\r\n")
        document.data = Table(Self.rows, [.exact("count") { $0.count }])
        #expect(document.csv == "count\r\n1234567\r\n8\r\n")
    }

    @Test func aFigureIsACourseInText() {
        var document = Document()
        document.add(
            .figure(
                Figure(
                    title: "Bytes:", xUnit: "ms", yUnit: "bytes",
                    series: [
                        .init("a", [(0, 0), (10, 500), (20, 1_000)]), .init("longer", [(0, 1_000), (20, 0)]),
                    ])))
        #expect(
            document.text() == """
                Bytes:
                a       ▁▅█  0 to 1,000, at most 1,000 bytes in 20 ms
                longer  █▁  1,000 to 0, at most 1,000 bytes in 20 ms

                """)
    }

    private static let crashPoints = CrashPointsResult(
        crashPoints: [
            .init(
                name: "a.before", standsBetween: "this | that", strategies: ["direct"], rows: ["direct": "P1"],
                inferredFor: [], howToRun: nil)
        ], situations: [])

    @Test("every result names its schema as JSON, and has a table for programs")
    func everyForm() throws {
        let results: [any Presentable] = [
            Sample.passing, SampleBench.passing, SampleBench.capacity, SampleBench.plan, SampleBench.recovery,
            GateDocumentTests.comparison([GateDocumentTests.slower]),
            HistoryResult(commits: 1, damagedLines: [], changes: []),
            ClaimsResult([]), ScenarioListResult([]), Self.crashPoints,
            MutantsResult(bugs: [], falseAlarms: 0, soundSchedules: 9, seed: 1), CalibrationResult(base: "old"),
            OffsetsResult(address: "a", source: "a"), ExactFigures(load: "small", rows: []),
        ]
        for result in results {
            let schema = type(of: result).schema
            let json = try #require(
                JSONSerialization.jsonObject(with: Data(result.json().utf8)) as? [String: Any])
            #expect(json["schema"] as? String == schema.name && json["version"] as? Int == schema.version)
            #expect(result.document.csv.hasSuffix("\r\n"), "\(schema.name)")
            #expect(result.document.markdown.hasSuffix("\n"))
        }
    }
}
