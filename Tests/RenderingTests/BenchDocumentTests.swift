// A benchmark in every form, and kept in a folder.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct BenchDocumentTests {
    @Test func whatIsWrittenAsJSONIsReadBackTheSame() throws {
        let text = try SampleBench.passing.json()
        #expect(try BenchResult(json: Data(text.utf8)) == SampleBench.passing)
    }

    @Test("N9: a row that was measured for too short a time says so in every form", arguments: OutputFormat.allCases)
    func aRowThatIsTooShortSaysSo(format: OutputFormat) throws {
        let marks: [OutputFormat: String] = [
            .text: "(too short)", .markdown: "(too short)", .html: "(too short)", .csv: "0.004,true\r\n",
            .json: "\"tooShort\" : true",
        ]
        let mark = try #require(marks[format])
        #expect(try format.render(SampleBench.failing).contains(mark))
        #expect(try !format.render(SampleBench.passing).contains(mark))
    }

    @Test("N9: a result of an older kbench, which does not say how long it measured, is read")
    func anOlderResultIsRead() throws {
        let text = try SampleBench.passing.json()
        let old = text.split(separator: "\n").filter {
            !$0.contains("\"measuredSeconds\"") && !$0.contains("\"tooShort\"")
        }
        let read = try BenchResult(json: Data(old.joined(separator: "\n").replacing(/,\s*}/, with: "}").utf8))
        #expect(read.rows.allSatisfy { $0.measuredSeconds == nil && !$0.isTooShort })
    }

    @Test func theVerdictIsThatOfTheWorstRow() {
        #expect(SampleBench.passing.verdict == .pass)
        #expect(SampleBench.failing.verdict == .fail)
        var invalid = SampleBench.passing
        invalid.valid = false
        #expect(invalid.verdict == .invalid)
    }

    @Test func aBenchmarkIsKeptInEveryForm() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-report-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try ResultForms.bench.write(SampleBench.passing, in: folder)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                == ["bench.csv", "bench.html", "bench.json", "bench.md"])
    }

    @Test func aFolderThatIsAFileIsRefused() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-report-\(UUID())")
        try Data().write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        #expect(throws: ResultsError.self) { try ResultForms.bench.write(SampleBench.passing, in: path.path) }
    }
}
