// Benchmarks, whole: what is compared here is, byte for byte, what a person or a tool gets.
import Foundation
import Testing

@testable import Report

@Suite struct BenchReportTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/report")

    /// What is rendered, and the file that holds what must come out.
    static let cases: [(name: String, text: String)] = [
        ("bench.txt", rendered(.text)), ("bench.md", rendered(.markdown)), ("bench.csv", rendered(.csv)),
        ("bench.json", rendered(.json)), ("capacity.txt", SampleBench.capacity.markdown),
        ("plan.txt", SampleBench.plan.markdown), ("recovery.txt", SampleBench.recovery.markdown),
    ]

    private static func rendered(_ format: ResultFormat) -> String {
        (try? BenchReport.render(format == .text ? SampleBench.failing : SampleBench.passing, as: format)) ?? ""
    }

    /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter BenchReportTests` writes the files anew; read the difference afterwards.
    @Test(arguments: cases)
    func theWholeReportIsAsItWasAgreed(name: String, text: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" { try Data(text.utf8).write(to: file) }
        #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test func whatIsWrittenAsJSONIsReadBackTheSame() throws {
        let text = try BenchReport.render(SampleBench.passing, as: .json)
        #expect(try BenchReport.parse(text) == SampleBench.passing)
    }

    @Test("N9: a row that was measured for too short a time says so in every form", arguments: ResultFormat.allCases)
    func aRowThatIsTooShortSaysSo(format: ResultFormat) throws {
        let marks: [ResultFormat: String] = [
            .text: "(too short)", .markdown: "(too short)", .csv: "0.004,true\r\n", .json: "\"tooShort\" : true",
        ]
        let mark = try #require(marks[format])
        #expect(try BenchReport.render(SampleBench.failing, as: format).contains(mark))
        #expect(try !BenchReport.render(SampleBench.passing, as: format).contains(mark))
    }

    @Test("N9: a result of an older kbench, which does not say how long it measured, is read")
    func anOlderResultIsRead() throws {
        let text = try BenchReport.render(SampleBench.passing, as: .json)
        let old = text.split(separator: "\n").filter {
            !$0.contains("\"measuredSeconds\"") && !$0.contains("\"tooShort\"")
        }
        let read = try BenchReport.parse(
            old.joined(separator: "\n").replacing(/,\s*}/, with: "}"))
        #expect(read.rows.allSatisfy { $0.measuredSeconds == nil && !$0.isTooShort })
    }

    @Test func theVerdictIsThatOfTheWorstRow() {
        #expect(SampleBench.passing.verdict == .pass)
        #expect(SampleBench.failing.verdict == .fail)
        var invalid = SampleBench.passing
        invalid.valid = false
        #expect(invalid.verdict == .invalid)
    }

    @Test func aBenchmarkIsKeptInThreeFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-report-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try BenchFolder.write(SampleBench.passing, in: folder)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                == ["bench.csv", "bench.json", "bench.md"])
    }

    @Test func aFolderThatIsAFileIsRefused() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-report-\(UUID())")
        try Data().write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        #expect(throws: ResultsError.self) { try BenchFolder.write(SampleBench.passing, in: path.path) }
    }
}
