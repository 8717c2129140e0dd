// The reports, whole: what is compared here is, byte for byte, what a person or a tool gets.
import Foundation
import Report
import Testing

@Suite struct GoldenTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/report")

    /// A result, its format, and the file that holds what must come out.
    static let cases: [(name: String, format: ResultFormat, result: ScenarioResult)] = [
        ("passing.txt", .text, Sample.passing), ("failing.txt", .text, Sample.failing),
        ("passing.json", .json, Sample.passing), ("failing.json", .json, Sample.failing),
        ("passing.csv", .csv, Sample.passing), ("failing.csv", .csv, Sample.failing),
        ("passing.md", .markdown, Sample.passing), ("failing.md", .markdown, Sample.failing),
    ]

    /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter GoldenTests` writes the files anew; read the difference afterwards.
    @Test(arguments: cases)
    func theWholeReportIsAsItWasAgreed(name: String, format: ResultFormat, result: ScenarioResult) throws {
        let rendered = try format.render(result)
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
            try Data(rendered.utf8).write(to: file)
        }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
}
