// What is printed, whole: what is compared here is, byte for byte, what a person or a tool gets.
import Foundation
import Rendering
import Testing

@Suite struct GoldenTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/report")

    /// A result, its format, and the file that holds what must come out.
    static let cases: [(name: String, format: OutputFormat, result: any Presentable)] = [
        ("passing.txt", .text, Sample.passing), ("failing.txt", .text, Sample.failing),
        ("passing.json", .json, Sample.passing), ("failing.json", .json, Sample.failing),
        ("passing.csv", .csv, Sample.passing), ("failing.csv", .csv, Sample.failing),
        ("passing.md", .markdown, Sample.passing), ("failing.md", .markdown, Sample.failing),
        ("bench.txt", .text, SampleBench.failing), ("bench.md", .markdown, SampleBench.passing),
        ("bench.csv", .csv, SampleBench.passing), ("bench.json", .json, SampleBench.passing),
        ("capacity.txt", .text, SampleBench.capacity), ("capacity.md", .markdown, SampleBench.capacity),
        ("capacity.csv", .csv, SampleBench.capacity), ("plan.txt", .text, SampleBench.plan),
        ("plan.md", .markdown, SampleBench.plan), ("plan.csv", .csv, SampleBench.plan),
        ("recovery.txt", .text, SampleBench.recovery), ("recovery.md", .markdown, SampleBench.recovery),
        ("recovery.csv", .csv, SampleBench.recovery),
    ]

    /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter GoldenTests` writes the files anew; read the difference afterwards.
    @Test(arguments: cases)
    func everythingIsAsItWasAgreed(name: String, format: OutputFormat, result: any Presentable) throws {
        let rendered = try format.render(result)
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
            try Data(rendered.utf8).write(to: file)
        }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
}
